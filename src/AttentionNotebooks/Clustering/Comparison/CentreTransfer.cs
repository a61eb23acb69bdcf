namespace AttentionNotebooks;

/// <summary>
/// Whether one model's clusters are another's: the heads of the second go to the nearest centre of the first, and these groups are
/// compared with the second model's own clusters.
/// </summary>
/// <param name="Labels">Per head of the second model, the cluster of the first whose centre is nearest.</param>
/// <param name="Counts">Heads by nearest centre and own cluster, <c>[clusters of the first, clusters of the second]</c>.</param>
/// <param name="AdjustedRand">The adjusted Rand index of the two groupings, with its 95 % interval over heads.</param>
/// <param name="RandomCentres">The control: as many heads of the first model, drawn at random, stand for its centres. Any division of
/// the space agrees somewhat with clusters, also that of an unrelated model. The mean index over draws, and where 95 % of the draws
/// lie. A comparison and no test: centres are means, and those of unrelated models mostly do better than heads too.</param>
public sealed record CentreTransfer(IReadOnlyList<int> Labels, int[,] Counts, Interval AdjustedRand, Interval RandomCentres)
{
    /// <summary>Draws of the control by default.</summary>
    public const int DefaultDraws = 999;

    /// <summary>Takes the clusters of one model to another.</summary>
    /// <param name="from">The clusters whose centres are taken, on z-scores.</param>
    /// <param name="to">The other model's own clusters, on the same features.</param>
    /// <param name="eachByItself">Whether the other model's heads are scaled by their own mean and spread, not by those of
    /// <paramref name="from"/>.</param>
    /// <param name="draws">How many draws of the control.</param>
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
        var index = Validity.AdjustedRandOverPoints(labels, to.Labels, seed);
        double[] control = AtRandomCentres(from, to.Labels, points, draws, seed);
        return new CentreTransfer(labels, counts, index, Interval.OfDraws(control.DefaultIfEmpty(double.NaN).Average(), control));
    }

    private static double[] AtRandomCentres(HeadClustering from, int[] own, double[][] points, int draws, int seed)
    {
        var distances = CommonSpace.Distances(points, from.Points);
        var random = new Random(seed);
        int[] heads = [.. Enumerable.Range(0, from.Points.Length)];
        int[][] centres = [.. Enumerable.Range(0, draws).Select(_ =>
        {
            random.Shuffle(heads);
            return heads[..from.Clusters.Count];
        })];
        return Runs.Of(draws, d => Validity.AdjustedRand(
            [.. Enumerable.Range(0, points.Length).Select(i => centres[d].MinBy(c => distances[i, c]))], own));
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
