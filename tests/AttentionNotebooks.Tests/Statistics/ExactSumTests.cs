namespace AttentionNotebooks.Tests.Statistics;

public class ExactSumTests
{
    [Fact]
    public void The_order_of_terms_does_not_matter()
    {
        double[] terms = [.. Enumerable.Range(0, 1000).Select(i => Math.Sin(i) * Math.Pow(10, i % 9))];
        ExactSum forward = default, backward = default, left = default, right = default;
        foreach (double t in terms) forward.Add(t);
        foreach (double t in terms.Reverse()) backward.Add(t);
        foreach (double t in terms[..300]) left.Add(t);
        foreach (double t in terms[300..]) right.Add(t);
        right.Add(left);
        Assert.Equal(forward.Units, backward.Units);
        Assert.Equal(forward.Units, right.Units);
        Assert.Equal(terms.Sum() / 1000, forward.Mean(1000), 1e-9);
    }

    [Fact]
    public void Variance_does_not_cancel()
    {
        ExactSum sum = default, squares = default;
        foreach (double x in new[] { 1e5, 1e5 + 1, 1e5 + 2 })
        {
            sum.Add(x);
            squares.Add(x * x);
        }
        Assert.Equal(2.0 / 3, ExactSum.Variance(sum, squares, 3), 1e-12);
    }

    [Theory]
    [InlineData(double.NaN), InlineData(double.PositiveInfinity), InlineData(1e13)]
    public void What_cannot_be_summed_is_refused(double term)
    {
        ExactSum sum = default;
        Assert.Throws<ArgumentOutOfRangeException>(() => sum.Add(term));
    }
}
