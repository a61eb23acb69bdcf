using MathNet.Numerics;

namespace AttentionNotebooks;

/// <summary>How much groups differ in one feature.</summary>
public static class EffectSize
{
    /// <summary>η²: the share of the variance that lies between the groups, from 0 to 1 (Fisher 1925).</summary>
    /// <param name="values">Per head, the feature.</param>
    /// <param name="labels">Per head, its group.</param>
    public static double EtaSquared(double[] values, int[] labels)
    {
        double mean = values.Average(), total = values.Sum(v => (v - mean) * (v - mean));
        if (!(total > 0)) return 0;
        var sums = new double[labels.Max() + 1];
        var sizes = new int[sums.Length];
        for (int i = 0; i < values.Length; i++)
            (sums[labels[i]], sizes[labels[i]]) = (sums[labels[i]] + values[i] - mean, sizes[labels[i]] + 1);
        return sums.Zip(sizes, (s, n) => n == 0 ? 0 : s * s / n).Sum() / total;
    }

    /// <summary>
    /// Kruskal and Wallis 1952: whether the groups' ranks differ, corrected for ties. H is compared with χ² of k − 1 degrees
    /// of freedom; ε² = H/(n − 1) is the share of the ranks' variance between the groups (Tomczak and Tomczak 2014).
    /// </summary>
    /// <param name="values">Per head, the feature.</param>
    /// <param name="labels">Per head, its group.</param>
    /// <returns>H, its p-value, and ε²; NaN where all values are equal or there is one group.</returns>
    public static (double H, double PValue, double EpsilonSquared) KruskalWallis(double[] values, int[] labels)
    {
        int n = values.Length, groups = labels.Distinct().Count();
        double[] ranks = Ranks.Of(values);
        // The tie-corrected H is (n − 1) times η² of the mid-ranks.
        double epsilon = groups < 2 || values.Distinct().Count() < 2 ? double.NaN : EtaSquared(ranks, labels);
        double h = (n - 1) * epsilon;
        return (h, double.IsNaN(h) ? double.NaN : SpecialFunctions.GammaUpperRegularized((groups - 1) / 2.0, h / 2), epsilon);
    }

    /// <summary>
    /// Cliff's δ: P(a &gt; b) − P(a &lt; b) for a member of each of two groups, from −1 to 1; 0 where neither tends to be larger
    /// (Cliff 1993).
    /// </summary>
    /// <param name="a">The first group's values.</param>
    /// <param name="b">The second group's values.</param>
    public static double CliffsDelta(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b) =>
        a.Sum(x => b.Sum(y => Math.Sign(x.CompareTo(y)))) / ((double)a.Count * b.Count);
}
