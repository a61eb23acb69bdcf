namespace AttentionNotebooks;

/// <summary>What a measure says about a head.</summary>
public enum FunctionKind
{
    /// <summary>Where the head stands in the model.</summary>
    Layer,

    /// <summary>Looking at fixed places: neighbours, oneself, a distance.</summary>
    Position,

    /// <summary>Looking at [CLS], [SEP] and punctuation.</summary>
    SpecialTokens,

    /// <summary>Finding syntactic heads or dependents.</summary>
    Syntax,

    /// <summary>Finding antecedents.</summary>
    Coreference,

    /// <summary>How much the model needs the head.</summary>
    Importance,
}

/// <summary>One measure of what heads do, over all heads of a model.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Kind">What it says about a head.</param>
/// <param name="Unit">Its unit, e.g. <c>share of attention</c> or <c>nats</c>.</param>
/// <param name="Values">One value per head in the grid's order; all finite.</param>
/// <param name="Clustered">Whether the clusters were made from it, so that they differ in it by construction.</param>
public sealed record HeadFunction(string Name, FunctionKind Kind, string Unit, double[] Values, bool Clustered = false)
{
    /// <summary>The layers of the heads, from 0.</summary>
    /// <param name="grid">The model's heads.</param>
    public static HeadFunction OfLayers(HeadGrid grid) => new("layer", FunctionKind.Layer, "layer, from 0", [.. grid.All().Select(h => (double)h.Layer)]);

    /// <summary>A column of a head table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="feature">The column.</param>
    /// <param name="kind">What it says about a head.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="clusteredOn">The columns that the clusters were made from.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public static HeadFunction OfFeature(HeadTable table, string feature, FunctionKind kind, string unit, IReadOnlyCollection<string>? clusteredOn = null) =>
        new(feature, kind, unit, table.Column(feature), clusteredOn?.Contains(feature) == true);

    /// <summary>
    /// How far each head's best relation lies above the best fixed offset: the largest difference of accuracies over all
    /// relations and both directions. The largest of many differences is above 0 even by chance, for all heads alike.
    /// </summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="scores">The scores of every relation, head and direction.</param>
    /// <param name="atLeast">Relations with fewer dependents are passed over.</param>
    /// <exception cref="InputException">No relation has so many dependents.</exception>
    public static HeadFunction OfSyntax(HeadGrid grid, IReadOnlyList<RelationScore> scores, int atLeast = 50)
    {
        var best = new double[grid.Count];
        Array.Fill(best, double.NegativeInfinity);
        foreach (var score in scores.Where(s => s.Accuracy.Count >= atLeast))
            best[grid.PositionOf(score.Head)] = Math.Max(best[grid.PositionOf(score.Head)], score.Accuracy.Value - score.Baseline.Value);
        return OfGains(grid, best, "the relations");
    }

    /// <summary>A column of <c>attn importance</c>, or of any table of how much heads matter.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">The column.</param>
    /// <param name="unit">Its unit.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public static HeadFunction OfImportance(HeadTable table, string column, string unit = "nats") => OfFeature(table, column, FunctionKind.Importance, unit);

    /// <summary>The measure of <see cref="OfSyntax"/> from gains per head.</summary>
    internal static HeadFunction OfGains(HeadGrid grid, double[] best, string source) => best.All(double.IsFinite)
        ? new HeadFunction("best relation", FunctionKind.Syntax, "accuracy above the best fixed offset", best)
        : throw new InputException(source, null, $"does not score head {grid[Array.FindIndex(best, b => !double.IsFinite(b))]} on a relation with enough dependents", "Give a larger treebank or ask for fewer dependents");

    /// <summary>The measures that every head table holds: the layer, neighbours, distance, special tokens.</summary>
    /// <param name="table">The table.</param>
    /// <param name="clusteredOn">The columns that the clusters were made from.</param>
    /// <returns>Those of its columns that are known here, in a fixed order.</returns>
    public static IReadOnlyList<HeadFunction> OfTable(HeadTable table, IReadOnlyCollection<string>? clusteredOn = null)
    {
        const string Share = "share of attention";
        (string Feature, FunctionKind Kind, string Unit)[] known =
        [
            ("previous", FunctionKind.Position, Share), ("next", FunctionKind.Position, Share), ("self", FunctionKind.Position, Share), ("local_2", FunctionKind.Position, Share),
            ("mean_distance", FunctionKind.Position, "tokens"), ("entropy", FunctionKind.Position, "nats"),
            ("cls", FunctionKind.SpecialTokens, Share), ("sep", FunctionKind.SpecialTokens, Share), ("punctuation", FunctionKind.SpecialTokens, Share),
        ];
        return [OfLayers(table.Grid), .. known.Where(k => table.Features.Contains(k.Feature)).Select(k => OfFeature(table, k.Feature, k.Kind, k.Unit, clusteredOn))];
    }
}
