using System.Numerics;

namespace AttentionNotebooks.Tests.Statistics;

public class McNemarTests
{
    [Theory]
    [InlineData(0, 0, 1), InlineData(5, 5, 1)]
    [InlineData(0, 5, 0.0625)]         // 2 / 2⁵
    [InlineData(1, 9, 0.021484375)]    // 2 · (1 + 10) / 2¹⁰
    [InlineData(9, 1, 0.021484375)]
    public void Of_few_items_it_is_a_sum_of_binomial_terms(int b, int c, double p) => Assert.Equal(p, McNemar.PValue(b, c), 1e-14);

    [Theory]
    [InlineData(3, 14), InlineData(20, 5), InlineData(86, 150), InlineData(700, 800), InlineData(1, 1000)]
    public void Of_many_items_it_is_the_same_sum_in_integers(int b, int c)
    {
        BigInteger term = 1, sum = 0;
        for (int k = 0; k <= Math.Min(b, c); k++)
        {
            sum += term;
            term = term * (b + c - k) / (k + 1);
        }
        double p = Math.Exp(BigInteger.Log(2 * sum) - (b + c) * Math.Log(2));
        Assert.Equal(1, McNemar.PValue(b, c) / p, 1e-9);
    }

    [Fact]
    public void The_sum_of_a_textbook_table_is_near_its_chi_squared()
    {
        // Agresti, Categorical Data Analysis, approval of a prime minister at two polls: 150 and 86 changed sides, z² = 17.36, p = 3 ·
        // 10⁻⁵.
        Assert.InRange(McNemar.PValue(150, 86), 2.5e-5, 5e-5);
    }

    [Fact]
    public void Negative_counts_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => McNemar.PValue(-1, 2));
}
