namespace AttentionNotebooks.Tests.Clustering;

public class ScalingTests
{
    [Theory]
    [InlineData(Scaling.None, new[] { 1.0, 2, 3, 10 })]
    // mean 4, variance 12.5
    [InlineData(Scaling.ZScore, new[] { -3 / 3.5355339059327378, -2 / 3.5355339059327378, -1 / 3.5355339059327378,
        6 / 3.5355339059327378 })]
    [InlineData(Scaling.Robust, new[] { -1.5 / 3, -0.5 / 3, 0.5 / 3, 7.5 / 3 })]                     // median 2.5, quartiles 1.75 and 4.75
    [InlineData(Scaling.Rank, new[] { 0, 1 / 3.0, 2 / 3.0, 1 })]
    public void A_column(Scaling scaling, double[] expected)
    {
        var points = Table(1, 2, 3, 10).Points(scaling);
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], points[i][0], 1e-12);
    }

    [Fact]
    public void Equal_values_share_their_mean_rank() =>
        Assert.Equal([0, 0.5, 0.5, 1], Table(1, 2, 2, 9).Points(Scaling.Rank).Select(p => p[0]));

    [Theory]
    [InlineData(Scaling.ZScore), InlineData(Scaling.Robust), InlineData(Scaling.Rank)]
    public void A_constant_column_is_refused(Scaling scaling) =>
        Assert.Contains("feature \"x\": has no spread",
            Assert.Throws<InputException>(() => Table(0.1, 0.1, 0.1, 0.1).Points(scaling)).Message);

    [Fact]
    public void NaN_is_refused() => Assert.Contains("NaN",
        Assert.Throws<InputException>(() => Table(1, 2, double.NaN, 3).Points(Scaling.None)).Message);

    private static HeadTable Table(params double[] values) => new(new HeadGrid(2, 2), ["x"], [values]);
}
