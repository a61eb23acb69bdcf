namespace AttentionNotebooks;

/// <summary>
/// Tries features out: a formula comes in, and out comes what it does. All that does not depend on the formula is computed
/// once: the maps, which are mapped into memory, every feature that the kit knows, and the clustering without it.
/// </summary>
internal sealed class FeatureLab : IDisposable
{
    /// <summary>Clusters by default.</summary>
    public const int DefaultClusters = 4;

    private const int Shuffles = 5;
    private readonly MappedMaps _maps;
    private readonly int _clusters, _seed;

    /// <summary>Opens a laboratory.</summary>
    /// <param name="source">A model over texts, or an archive of maps.</param>
    /// <param name="clusters">How many clusters to compare.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <param name="folder">Where maps and known features stay for the next time; by default they go with the laboratory.</param>
    /// <exception cref="InputException">A map is broken, there are fewer heads than clusters, or the folder cannot be written
    /// to.</exception>
    public FeatureLab(IAttentionSource source, int clusters = DefaultClusters, int seed = 0, string? folder = null)
    {
        (_clusters, _seed) = (clusters, seed);
        _maps = MappedMaps.Compute(source, folder);
        try
        {
            Known = KnownFeatures(_maps, folder);
            Default = Known.Cluster(clusters, seed: seed);
        }
        catch
        {
            _maps.Dispose();
            throw;
        }
    }

    /// <summary>The maps, mapped into memory.</summary>
    public IAttentionSource Maps => _maps;

    /// <summary>Every feature of the kit that the source can give.</summary>
    public HeadTable Known { get; }

    /// <summary>The clustering on the standard features alone.</summary>
    public HeadClustering Default { get; }

    /// <summary>Tries a feature.</summary>
    /// <exception cref="InputException">It gives something other than one finite number per text and head, or asks for what the source does
    /// not have.</exception>
    public FeatureReport Try(HeadFeature feature)
    {
        var values = _maps.Record([feature]);
        var alone = values.ToTable();
        double[] column = alone.Column(feature.Name);
        var table = Known.With(alone.Column(feature.Name));
        var correlations = Known.Features.Where(f => f != feature.Name).Select(f => (f, RankCorrelation.Spearman(column, Known.Column(f))))
            .Where(c => double.IsFinite(c.Item2)).OrderByDescending(c => Math.Abs(c.Item2)).ToArray();
        return new FeatureReport
        {
            Feature = feature,
            Table = table,
            Texts = values.Texts.Count,
            Correlations = correlations,
            Intervals = values.Texts.Count > 1 ? values.Intervals(seed: _seed)[0] : null,
            Reliability = values.Texts.Count > 1 && values.Grid.Count > 1 ? values.Reliabilities(seed: _seed)[0] : null,
            Default = Default,
            Clustering = Clustered(table, feature.Name),
        };
    }

    /// <summary>Removes the temporary maps.</summary>
    public void Dispose() => _maps.Dispose();

    // With the feature, and, as a control, with its values dealt to other heads: what any further column would do.
    private FeatureClustering? Clustered(HeadTable table, string feature)
    {
        string[] columns = [.. Default.Table.Features.Where(f => f != feature), feature];
        double[] values = table.Column(feature);
        // A feature that is the same in all heads cannot part them.
        if (values.Max() - values.Min() <= 1e-9 * values.Max(Math.Abs)) return null;
        var with = table.Cluster(_clusters, columns, seed: _seed);
        var random = new Random(_seed);
        HeadClustering[] control = [.. Enumerable.Range(0, Shuffles).Select(_ =>
        {
            double[] shuffled = [.. values];
            random.Shuffle(shuffled);
            return table.With(feature, shuffled).Cluster(_clusters, columns, seed: _seed);
        })];
        return new FeatureClustering(with, Validity.AdjustedRand(Default.Labels, with.Labels),
            control.Average(c => Validity.AdjustedRand(Default.Labels, c.Labels)), control.Average(c => c.Silhouette), Shuffles);
    }

    private static HeadTable KnownFeatures(MappedMaps maps, string? folder)
    {
        var features = FeatureCatalogue.For(maps).Possible(maps);
        string? file = folder is null ? null : Path.Combine(folder,
            $"{FeatureState.RunOf(maps, features, VisitOptions.Default.TokensPerBatch)}.npz");
        if (file is not null && File.Exists(file)) return HeadTable.Read(file);
        var reducer = new FeatureReducer(maps.Grid, features);
        maps.Visit(reducer);
        var table = reducer.ToTable(leaveOutUndefined: true);
        if (file is not null) table.Write(file);
        return table;
    }
}
