namespace AttentionNotebooks;

/// <summary>What a feature does: its values, what it is like, and what it changes.</summary>
public sealed class FeatureReport
{
    /// <summary>Heads shown at either end.</summary>
    public const int Extremes = 3;

    /// <summary>The feature.</summary>
    public required HeadFeature Feature { get; init; }

    /// <summary>All known features and this one.</summary>
    public required HeadTable Table { get; init; }

    /// <summary>Texts behind the values.</summary>
    public required int Texts { get; init; }

    /// <summary>Spearman's rank correlation over the heads with each known feature, the strongest first.</summary>
    public required IReadOnlyList<(string Feature, double Correlation)> Correlations { get; init; }

    /// <summary>95 % intervals over the texts; <see langword="null"/> with a single text.</summary>
    public required HeadIntervals? Intervals { get; init; }

    /// <summary>Whether other texts would rank the heads alike; <see langword="null"/> with a single text.</summary>
    public required Reliability? Reliability { get; init; }

    /// <summary>The clustering without the feature.</summary>
    public required HeadClustering Default { get; init; }

    /// <summary>The clustering with it; <see langword="null"/> where it is the same in all heads.</summary>
    public required FeatureClustering? Clustering { get; init; }

    /// <summary>The heads that score highest, the highest first.</summary>
    public IReadOnlyList<(Head Head, double Value)> Highest => Table.Highest(Feature.Name, Extremes);

    /// <summary>The heads that score lowest, the lowest first.</summary>
    public IReadOnlyList<(Head Head, double Value)> Lowest => Table.Lowest(Feature.Name, Extremes);

    /// <summary>The size of a rank correlation that one unrelated feature in twenty exceeds.</summary>
    public double CorrelationByChance => RankCorrelation.ByChance(Table.Grid.Count);
}

/// <summary>What a further feature does to the clustering.</summary>
/// <param name="With">The clustering with the feature.</param>
/// <param name="AdjustedRand">Its adjusted Rand index with the clustering without: 1 where nothing changes, 0 as by chance.</param>
/// <param name="Control">The mean of that index when the feature's values are dealt to other heads: what a column that says nothing
/// does.</param>
/// <param name="ControlSilhouette">The mean silhouette of those clusterings: a further dimension alone lowers it.</param>
/// <param name="Shuffles">How many such deals.</param>
public sealed record FeatureClustering(HeadClustering With, double AdjustedRand, double Control, double ControlSilhouette, int Shuffles);
