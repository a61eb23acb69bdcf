namespace AttentionNotebooks;

/// <summary>How many edges of the dependency trees a head's spanning trees hold (<see cref="UndirectedAttachment"/>).</summary>
public sealed class UndirectedTrees : IHeadMeasure
{
    private static readonly ColumnInfo _uuas = new("uuas", "share of edges",
        "edges of the tree in the spanning tree of most a_ij + a_ji / edges", "after Hewitt & Manning 2019", MeasureKind.Syntax)
    {
        InSynthesis = true,
    };

    /// <inheritdoc/>
    public string Name => _uuas.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } = [_uuas];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.Tokens | FeatureNeeds.Treebank;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context) =>
        [Of(UndirectedAttachment.Measure(context.Source, context.RequireTreebank(this), context.Seed, context.Progress,
            context.Cancellation))];

    /// <summary>The column of scores that are there already.</summary>
    public static HeadColumn Of(UndirectedScores scores) => new(_uuas, [.. scores.ByHead.Select(p => p.Value)]);
}
