namespace AttentionNotebooks;

/// <summary>
/// Whether one model's clusters are another's: the heads of the second go to the nearest centre of the first, and these groups are
/// compared with the second model's own clusters.
/// </summary>
/// <param name="Labels">Per head of the second model, the cluster of the first whose centre is nearest.</param>
/// <param name="Counts">Heads by nearest centre and own cluster, <c>[clusters of the first, clusters of the second]</c>.</param>
/// <param name="AdjustedRand">The adjusted Rand index of the two groupings, with its 95 % interval over heads.</param>
/// <param name="Shuffled">The mean index when the own clusters are shuffled over all heads.</param>
/// <param name="PValue">Share of these shufflings with an index as large, with + 1 above and below.</param>
/// <param name="WithinLayers">The mean index when they are shuffled within layers: what depth alone gives.</param>
/// <param name="WithinLayersPValue">Share of these with an index as large.</param>
public sealed record CentreTransfer(IReadOnlyList<int> Labels, int[,] Counts, Interval AdjustedRand, double Shuffled, double PValue,
    double WithinLayers, double WithinLayersPValue)
{
    /// <summary>Shufflings by default.</summary>
    public const int DefaultDraws = 999;

    /// <summary>Takes the clusters of one model to another.</summary>
    /// <param name="from">The clusters whose centres are taken, on z-scores.</param>
    /// <param name="to">The other model's own clusters, on the same features.</param>
    /// <param name="eachByItself">Whether the other model's heads are scaled by their own mean and spread, not by those of
    /// <paramref name="from"/>.</param>
    /// <param name="draws">How many shufflings.</param>
    /// <param name="seed">Decides them, and the draws of the interval.</param>
    /// <exception cref="InputException">The clusters are on other features, or not on z-scores.</exception>
    public static CentreTransfer Compute(HeadClustering from, HeadClustering to, bool eachByItself = false, int draws = DefaultDraws,
        int seed = 0)
    {
        if (!from.Table.Features.SequenceEqual(to.Table.Features) || from.Space.Given || to.Space.Given
            || from.Scaling != Scaling.ZScore || to.Scaling != Scaling.ZScore)
            throw new InputException("the two clusterings", null, "are not on the z-scores of the same features",
                "Cluster both on the same columns, scaled to z-scores");
        double[][] points = eachByItself ? to.Points : InScaleOf(from.Table, to.Table);
        int[] labels = [.. points.Select(p => from.Clusters.MinBy(c => KMeans.SquaredDistance(p, c.Centroid))!.Number)];
        var counts = new int[from.Clusters.Count, to.Clusters.Count];
        for (int i = 0; i < labels.Length; i++) counts[labels[i], to.Labels[i]]++;
        var index = Bootstrap.Run(labels.Length,
            d => Validity.AdjustedRand([.. d.Select(i => labels[i])], [.. d.Select(i => to.Labels[i])]), seed: seed);
        var random = new Random(seed);
        var (anywhere, within) = (new double[draws], new double[draws]);
        int[] shuffled = [.. to.Labels];
        for (int d = 0; d < draws; d++)
        {
            random.Shuffle(shuffled);
            anywhere[d] = Validity.AdjustedRand(labels, shuffled);
            within[d] = Validity.AdjustedRand(labels, [.. HeadMatching.WithinLayers(to.Grid, random).Select(i => to.Labels[i])]);
        }
        return new CentreTransfer(labels, counts, index, anywhere.DefaultIfEmpty(double.NaN).Average(),
            Permutation.PValue(index.Value, anywhere), within.DefaultIfEmpty(double.NaN).Average(),
            Permutation.PValue(index.Value, within));
    }

    private static double[][] InScaleOf(HeadTable from, HeadTable to)
    {
        var scale = from.Features.Select(f =>
        {
            double[] x = from.Column(f);
            double mean = x.Average();
            return (Mean: mean, Deviation: Math.Sqrt(x.Average(v => (v - mean) * (v - mean))));
        }).ToArray();
        return [.. to.Points(Scaling.None).Select(p => p.Zip(scale, (v, s) => (v - s.Mean) / s.Deviation).ToArray())];
    }
}
