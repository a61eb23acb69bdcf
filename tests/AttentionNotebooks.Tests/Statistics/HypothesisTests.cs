namespace AttentionNotebooks.Tests.Statistics;

/// <summary>Effect sizes, permutation p-values and corrections for many tests, by hand.</summary>
public class HypothesisTests
{
    [Fact]
    public void Effect_sizes_by_hand()
    {
        // Means 1 and 4, overall 2.5: between 6·1.5² = 13.5 of 17.5 in all.
        Assert.Equal(13.5 / 17.5, EffectSize.EtaSquared([0, 1, 2, 3, 4, 5], [0, 0, 0, 1, 1, 1]), 1e-12);
        Assert.Equal(1, EffectSize.EtaSquared([2, 2, 7], [0, 0, 1]), 1e-12);
        Assert.Equal(0, EffectSize.EtaSquared([3, 3, 3], [0, 0, 1]));
        // Ranks 1–3 against 4–6: H = 12/(6·7)·(6²/3 + 15²/3) − 3·7 = 27/7.
        var (h, _, epsilon) = EffectSize.KruskalWallis([0, 1, 2, 3, 4, 50], [0, 0, 0, 1, 1, 1]);
        Assert.Equal(27 / 7.0, h, 1e-12);
        Assert.Equal(27 / 35.0, epsilon, 1e-12);
        // Of 2 × 3 pairs the first is smaller in 3, larger in 2, equal in 1.
        Assert.Equal((2 - 3) / 6.0, EffectSize.CliffsDelta([1, 4], [3, 2, 4]), 1e-12);
        Assert.Equal(1, EffectSize.CliffsDelta([5, 6], [1, 2, 3]));
    }

    [Fact]
    public void A_p_value_counts_the_observed_among_the_null()
    {
        Assert.Equal(1 / 10.0, Permutation.PValue(5, [1, 2, 3, 4, 1, 2, 3, 4, 0]));
        Assert.Equal(3 / 5.0, Permutation.PValue(3, [3, 4, 1, 2]));
        Assert.True(double.IsNaN(Permutation.PValue(double.NaN, [1])));
        // What is equal counts, below 0 as well, and what is smaller does not.
        Assert.Equal(3 / 4.0, Permutation.PValue(-2, [-2, -2 - 1e-13, -3]));
        Assert.Equal(1, Permutation.PValue(0, [0, 0]));
        Assert.Equal(1 / 2.0, Permutation.PValue(1e9, [1e9 - 1]));
    }

    [Fact]
    public void Corrections_keep_gaps_and_order()
    {
        Assert.Equal([0.03, double.NaN, 0.04, 0.04], MultipleTesting.Holm([0.01, double.NaN, 0.02, 0.03]).Select(p => Math.Round(p, 12)));
        Assert.Equal([0.03, double.NaN, 0.03, 0.03], MultipleTesting.BenjaminiHochberg([0.01, double.NaN, 0.02, 0.03])
            .Select(p => Math.Round(p, 12)));
    }
}
