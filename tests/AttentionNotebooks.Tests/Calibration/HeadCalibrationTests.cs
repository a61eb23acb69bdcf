namespace AttentionNotebooks.Tests.Calibration;

public class HeadCalibrationTests
{
    [Fact]
    public void A_bump_gains_its_strength_at_the_centre_and_falls_off_as_a_bell()
    {
        var prior = new GaussianPrior(-1, 2, 3);
        Assert.Equal(3, prior.At(-1), 1e-12);
        Assert.Equal(3 * Math.Exp(-0.5), prior.At(1), 1e-12);   // one width away
        Assert.Equal(3 * Math.Exp(-2), prior.At(-5), 1e-12);     // two
        Assert.Equal(prior.At(4), prior.At(-6), 1e-12);          // even about the centre
        Assert.Equal(0, prior.At(1000));
    }

    [Fact]
    public void Buckets_widen_by_powers_of_two()
    {
        Assert.Equal([8, 9, 10, 11, 11, 12, 12, 12, 12, 13], Enumerable.Range(0, 10).Select(BucketPrior.BucketOf));
        Assert.Equal([13, 14, 15, 15, 16, 16], new[] { 16, 17, 33, 64, 65, 5000 }.Select(BucketPrior.BucketOf));
        Assert.Equal(["−65 and more", "−1", "0", "+2", "+3 … +4", "+33 … +64"], new[] { 0, 7, 8, 10, 11, 15 }.Select(BucketPrior.Name));
        for (int o = -300; o <= 300; o++) Assert.Equal(16 - BucketPrior.BucketOf(o), BucketPrior.BucketOf(-o));
        var table = new BucketPrior([.. Enumerable.Range(0, BucketPrior.Count).Select(i => i / 10.0)]);
        Assert.Equal(1.1, table.At(4), 1e-12);
        Assert.Equal(0.5, table.At(-4), 1e-12);
        Assert.Throws<ArgumentException>(() => new BucketPrior([1, 2]));
    }

    [Fact]
    public void One_setting_after_another_is_the_scores_edited_twice()
    {
        var table = new BucketPrior([.. Enumerable.Range(0, BucketPrior.Count).Select(i => i - 5.0)]);
        var first = new HeadCalibration(2, 1, 2) { Priors = [new GaussianPrior(1, 1, 2), table] };
        var second = new HeadCalibration(1 / 3.0, -4, 0.25) { Priors = [new GaussianPrior(-2, 2, 1), table] };
        var both = first.Then(second);
        double Edit(HeadCalibration c, double score, int offset, bool special) =>
            score / c.Temperature + c.Bias(offset) + (special ? c.SpecialBias : 0);
        foreach (int offset in new[] { -7, -1, 0, 1, 20 })
            foreach (bool special in new[] { false, true })
                Assert.Equal(Edit(second, Edit(first, 0.7, offset, special), offset, special), Edit(both, 0.7, offset, special), 1e-9);
        Assert.Equal(0.5, both.Gate);
        Assert.Single(both.Priors.OfType<BucketPrior>()); // tables add up to a table
        Assert.Equal(first, first.Then(HeadCalibration.Identity));
        Assert.Equal(first, HeadCalibration.Identity.Then(first));
    }

    [Fact]
    public void Setting_a_head_leaves_the_old_calibration_as_it_was()
    {
        var grid = new HeadGrid(2, 3);
        var before = ModelCalibration.Identity(grid);
        var after = before.With(new Head(1, 2), new HeadCalibration(2));
        Assert.True(before.IsIdentity);
        Assert.Equal([new Head(1, 2)], after.Changed);
        Assert.Equal(before, after.With(new Head(1, 2), HeadCalibration.Identity)); // undone
        Assert.Equal(2, after.With([new Head(0, 0), new Head(1, 2)], h => h with { Gate = 0 })[new Head(1, 2)].Temperature);
        Assert.Contains("2-0", Assert.Throws<InputException>(() => before.With(new Head(2, 0), new HeadCalibration(2))).Message);
    }

    public static TheoryData<HeadCalibration, string> Unfit => new()
    {
        { new HeadCalibration(double.NaN), "temperature" }, { new HeadCalibration(-1), "below 0" },
            { new HeadCalibration(1, double.PositiveInfinity), "special_bias" },
        { new HeadCalibration(1, 0, -0.1), "gate" }, { new HeadCalibration(1e-10), "temperature" },
            { new HeadCalibration(0), "temperature 0" },
        { new HeadCalibration().With(new GaussianPrior(0, 0, 1)), "width" },
            { new HeadCalibration().With(new GaussianPrior(double.NaN, 1, 1)), "centre" },
        { new HeadCalibration().With(new BucketPrior([.. Enumerable.Repeat(double.NaN, BucketPrior.Count)])), "gain 0" },
    };

    [Theory, MemberData(nameof(Unfit))]
    public void Numbers_that_cannot_be_used_are_refused_by_name(HeadCalibration setting, string named) =>
        Assert.Contains(named, Assert.Throws<InputException>(() => ModelCalibration.Identity(new HeadGrid(1, 2))
            .With(new Head(0, 1), setting)).Message);
}
