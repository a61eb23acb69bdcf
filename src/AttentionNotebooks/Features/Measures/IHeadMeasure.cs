namespace AttentionNotebooks;

/// <summary>
/// Something that gives every head a number: a family of features, a gradient, an ablation, a score on a treebank. Whatever is listed in
/// the catalogue of measures can be computed, drawn, explained and pruned by.
/// </summary>
public interface IHeadMeasure
{
    /// <summary>What the catalogue and the command line call it.</summary>
    string Name { get; }

    /// <summary>The columns that it can give, and what they are. A column that the texts do not allow is left out.</summary>
    IReadOnlyList<ColumnInfo> Columns { get; }

    /// <summary>What it needs beside maps.</summary>
    FeatureNeeds Needs { get; }

    /// <summary>Measures every head.</summary>
    /// <param name="context">Where the attention comes from, and what else there is.</param>
    /// <exception cref="InputException">The context lacks something that is needed, or a value cannot be computed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IReadOnlyList<HeadColumn> Measure(MeasureContext context);
}
