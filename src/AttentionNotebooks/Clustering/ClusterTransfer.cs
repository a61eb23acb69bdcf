using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>Whether the same heads cluster alike on two corpora, or in two models of the same grid.</summary>
/// <param name="AdjustedRand">
/// Adjusted Rand index of the two clusterings, with its 95 % interval over texts: a fifth of the texts of either side is left out at a time
/// (<c>Jackknife</c>). Noise of the texts lowers the index, so that more texts would rather raise it. The ends are NaN without values per
/// text.
/// </param>
/// <param name="PValue">Share of shufflings of the heads whose index is at least as large, with + 1 above and below.</param>
/// <param name="WithinLayers">The mean index when heads are shuffled within their layers: what depth alone gives.</param>
/// <param name="WithinLayersPValue">Share of these shufflings with an index at least as large.</param>
/// <param name="Kept">Heads that keep their cluster when clusters are paired by what they have in common.</param>
/// <param name="KeptByChance">The mean of the same over shufflings.</param>
/// <param name="Heads">All heads.</param>
/// <param name="Moved">The heads that do not keep it.</param>
public sealed record ClusterTransfer(Interval AdjustedRand, double PValue, double WithinLayers, double WithinLayersPValue,
    int Kept, double KeptByChance, int Heads, IReadOnlyList<Head> Moved)
{
    /// <summary>The figures in one line.</summary>
    public override string ToString()
    {
        string interval = double.IsNaN(AdjustedRand.Low) ? ""
            : Invariant($" (95 % over texts {AdjustedRand.Low:0.00} to {AdjustedRand.High:0.00})");
        return Invariant($"adjusted Rand index {AdjustedRand.Value:0.00}{interval}, p = {PValue:0.000}; ")
            + Invariant($"shuffled within layers {WithinLayers:0.00}, p = {WithinLayersPValue:0.000}; ")
            + Invariant($"{Kept} of {Heads} heads keep their cluster ({KeptByChance:0} by chance)");
    }

    /// <summary>Compares two clusterings of the same heads.</summary>
    /// <param name="a">A clustering.</param>
    /// <param name="b">Another, of a model with the same grid.</param>
    /// <param name="textsA">The values per text behind <paramref name="a"/>; with <paramref name="textsB"/> they give the
    /// interval.</param>
    /// <param name="textsB">The values per text behind <paramref name="b"/>.</param>
    /// <param name="draws">Draws of texts behind the interval, and shufflings behind the p-value.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">The grids differ, or there is one text only.</exception>
    public static ClusterTransfer Compute(HeadClustering a, HeadClustering b, TextValues? textsA = null, TextValues? textsB = null,
        int draws = 199, int seed = 0) => textsA is null || textsB is null ? Compute(a, b, null, draws, seed)
            : Compute(a, b, ((textsA.Texts.Count, t => textsA.Mean(t, a.Table.Features)),
                (textsB.Texts.Count, t => textsB.Mean(t, b.Table.Features))), draws, seed);

    /// <summary>The same, with each side's number of texts and the head table over some of them.</summary>
    internal static ClusterTransfer Compute(HeadClustering a, HeadClustering b,
        ((int Count, Func<int[], HeadTable> Over) A, (int Count, Func<int[], HeadTable> Over) B)? texts, int draws, int seed)
    {
        if (a.Grid != b.Grid)
            throw new InputException("the two clusterings", null, $"are of {a.Grid} and {b.Grid} heads",
                "Compare models with the same heads");
        int[] matched = Agreement.Match(b.Labels, a.Labels);
        Head[] moved = [.. a.Grid.All().Where((_, i) => matched[i] != a.Labels[i])];
        double index = Validity.AdjustedRand(a.Labels, b.Labels);
        var random = new Random(seed);
        var (chance, kept) = (new double[draws], new double[draws]);
        int[] shuffled = [.. b.Labels];
        for (int d = 0; d < draws; d++)
        {
            random.Shuffle(shuffled);
            chance[d] = Validity.AdjustedRand(a.Labels, shuffled);
            kept[d] = Agreement.Match(shuffled, a.Labels).Zip(a.Labels).Count(p => p.First == p.Second);
        }
        var ofLayers = new Random(seed);
        double[] within = [.. Enumerable.Range(0, draws).Select(_ =>
            Validity.AdjustedRand(a.Labels, [.. Permutation.WithinLayers(b.Grid, ofLayers).Select(i => b.Labels[i])]))];
        var interval = new Interval(index, double.NaN, double.NaN);
        if (texts is (var ofA, var ofB))
        {
            int fewest = Math.Min(ofA.Count, ofB.Count);
            if (fewest < 2)
                throw new InputException("an interval over texts", null, "needs two texts at least on either side", "Give more texts");
            int[] seeds = [.. Enumerable.Range(0, draws).Select(_ => random.Next())];
            double[] indices = Runs.Of(draws, d =>
            {
                var own = new Random(seeds[d]);
                return Validity.AdjustedRand(Again(a, ofA.Over(Jackknife.Keep(ofA.Count, own))),
                    Again(b, ofB.Over(Jackknife.Keep(ofB.Count, own))));
            });
            interval = Jackknife.Of(index, indices, fewest, most: 1);
        }
        return new ClusterTransfer(interval, Permutation.PValue(index, chance),
            within.DefaultIfEmpty(double.NaN).Average(), Permutation.PValue(index, within), a.Grid.Count - moved.Length,
            kept.Average(), a.Grid.Count, moved);
    }

    private static int[] Again(HeadClustering clustering, HeadTable table)
    {
        var algorithm = ReferenceEquals(clustering.Algorithm, ClusterAlgorithms.KMeans) ? ClusterAlgorithms.KMeansWith(restarts: 10)
            : clustering.Algorithm;
        return algorithm.Fit(HeadSpace.OfPoints(table.Select(clustering.Table.Features).Points(clustering.Scaling)),
            clustering.Clusters.Count, clustering.Seed);
    }
}
