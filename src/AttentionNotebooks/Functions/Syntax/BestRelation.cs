namespace AttentionNotebooks;

/// <summary>
/// How far each head's best relation lies above the best fixed offset: the largest difference of accuracies over all
/// relations and both directions. The largest of many differences is above 0 even by chance, for all heads alike.
/// </summary>
/// <param name="atLeast">Relations with fewer dependents are passed over.</param>
public sealed class BestRelation(int atLeast = BestRelation.EnoughDependents) : IHeadMeasure
{
    /// <summary>The fewest dependents of a relation that counts, unless given.</summary>
    public const int EnoughDependents = 50;

    private static readonly ColumnInfo _best = new("best relation", "accuracy above the best fixed offset",
        "max over relations and directions of accuracy − accuracy of the best offset", "after Clark et al. 2019, §4.2", MeasureKind.Syntax)
    {
        InSynthesis = true,
    };

    /// <inheritdoc/>
    public string Name => "relations";

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } = [_best];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.Tokens | FeatureNeeds.Treebank;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context) =>
        [
            Of(context.Source.Grid,
                DependencyRelations.Score(context.Source, context.RequireTreebank(this), context.Progress, context.Cancellation), atLeast),
        ];

    /// <summary>The gain of scores that are there already.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="scores">The scores of every relation, head and direction.</param>
    /// <param name="atLeast">Relations with fewer dependents are passed over.</param>
    /// <exception cref="InputException">No relation has so many dependents.</exception>
    public static HeadColumn Of(HeadGrid grid, IReadOnlyList<RelationScore> scores, int atLeast = EnoughDependents)
    {
        var best = new double[grid.Count];
        Array.Fill(best, double.NegativeInfinity);
        foreach (var score in scores.Where(s => s.Accuracy.Count >= atLeast))
            best[grid.PositionOf(score.Head)] = Math.Max(best[grid.PositionOf(score.Head)], score.Accuracy.Value - score.Baseline.Value);
        return OfGains(grid, best, "the relations");
    }

    /// <summary>The same from gains per head.</summary>
    internal static HeadColumn OfGains(HeadGrid grid, double[] best, string source) => best.All(double.IsFinite)
        ? new HeadColumn(_best, best)
        : throw new InputException(source, null,
            $"does not score head {grid[Array.FindIndex(best, b => !double.IsFinite(b))]} on a relation with enough dependents",
            "Give a larger treebank or ask for fewer dependents");
}
