namespace AttentionNotebooks.Tests.Clustering;

/// <summary>Pictures of the heads: exact where an exact one exists, and honest about what they lose.</summary>
public class ProjectionTests
{
    private static readonly double[][] Plane = KMeansTests.Random(25, 2, 11);

    [Fact]
    public void Distances_in_a_plane_are_kept_by_both_kinds_of_scaling()
    {
        var distances = HeadSpace.OfPoints(Plane).Distances;
        foreach (var fit in new[] { MultidimensionalScaling.Classical(distances), MultidimensionalScaling.Smacof(distances) })
        {
            Assert.Equal(0, fit.Stress, 1e-6);
            var shown = HeadSpace.OfPoints(fit.Coordinates).Distances;
            for (int i = 1; i < 25; i++) Assert.Equal(distances[0, i], shown[0, i], 1e-6);
        }
    }

    [Fact]
    public void SMACOF_never_has_more_stress_than_classical_scaling_and_every_step_lowers_it()
    {
        var distances = HeadSpace.OfPoints(Golden.Small).Distances;
        var classical = MultidimensionalScaling.Classical(distances);
        double before = classical.RawStress;
        for (int steps = 1; steps < 6; steps++)
        {
            double after = MultidimensionalScaling.Smacof(distances, classical.Coordinates, steps).RawStress;
            Assert.True(after <= before);
            before = after;
        }
        Assert.True(MultidimensionalScaling.Smacof(distances).RawStress <= before);
    }

    [Fact]
    public void The_gradient_of_t_SNE_is_the_slope_of_its_divergence()
    {
        var p = TSne.JointProbabilities(HeadSpace.OfPoints(Golden.Small).Distances, 8);
        double[][] y = KMeansTests.Random(30, 2, 1);
        var gradient = TSne.Divergence(p, y).Gradient;
        foreach (var (i, c) in new[] { (0, 0), (13, 1), (29, 0) })
        {
            double At(double step)
            {
                double[][] moved = [.. y.Select(v => (double[])v.Clone())];
                moved[i][c] += step;
                return TSne.Divergence(p, moved).Value;
            }
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i][c], 1e-7);
        }
    }

    [Theory]
    [InlineData(2), InlineData(5), InlineData(9.5)]
    public void Every_head_has_the_perplexity_that_was_asked_for(double perplexity)
    {
        var p = TSne.JointProbabilities(HeadSpace.OfPoints(Golden.Small).Distances, perplexity);
        Assert.Equal(1, p.Cast<double>().Sum(), 1e-12);
        // Of two heads alone in the world each is the other's only neighbour; of equidistant ones all are neighbours alike.
        var alike = new double[10, 10];
        foreach (var (i, j) in from i in Enumerable.Range(0, 10) from j in Enumerable.Range(0, 10) where i != j select (i, j))
            alike[i, j] = 1;
        Assert.Equal(1 / 90.0, TSne.JointProbabilities(alike, 3)[2, 7], 1e-12);
    }

    [Fact]
    public void T_SNE_parts_groups_that_lie_apart_and_the_same_seed_gives_the_same_bits()
    {
        var heads = HeadSpace.OfPoints(Golden.Apart);
        TSneFit a = TSne.Fit(heads, 8, seed: 4), b = TSne.Fit(heads, 8, seed: 4);
        Assert.Equal(a.Coordinates.SelectMany(v => v), b.Coordinates.SelectMany(v => v));
        // A start in ten or so ends in a local optimum, with a group torn apart; the divergence tells which.
        var best = Enumerable.Range(0, 5).Select(seed => TSne.Fit(heads, 8, seed)).MinBy(f => f.Divergence)!;
        Assert.True(best.Divergence < 0.01, $"{best.Divergence}");
        Assert.Equal(1, Validity.AdjustedRand([.. Enumerable.Range(0, 40).Select(i => i / 10)], KMeans.Fit(best.Coordinates, 4).Labels));
    }

    [Fact]
    public void A_picture_that_keeps_everything_is_fully_trusted_and_one_in_another_order_is_not()
    {
        var distances = HeadSpace.OfPoints(Plane).Distances;
        Assert.Equal(1, ProjectionQuality.Trustworthiness(distances, distances, 5));
        Assert.Equal(0, ProjectionQuality.ScaledStress(distances, distances), 1e-7);
        double[][] scaled = [.. Plane.Select(p => new[] { 3 * p[1], 3 * p[0] })];
        Assert.Equal(1, ProjectionQuality.Continuity(distances, HeadSpace.OfPoints(scaled).Distances, 5));
        Assert.Equal(0, ProjectionQuality.ScaledStress(distances, HeadSpace.OfPoints(scaled).Distances), 1e-7);
        double[][] shuffled = [.. Plane.OrderBy(p => p[0] * 7 % 1)];
        Assert.InRange(ProjectionQuality.Trustworthiness(distances, HeadSpace.OfPoints(shuffled).Distances, 5), 0.2, 0.75);
    }

    [Fact]
    public void All_four_projections_of_the_real_heads_say_how_far_they_can_be_believed()
    {
        var heads = HeadSpace.OfPoints(Golden.Real);
        foreach (var p in new[] { Projection.Pca(heads), Projection.Classical(heads), Projection.Smacof(heads), Projection.TSne(heads) })
        {
            Assert.Equal(144, p.Coordinates.Length);
            Assert.InRange(p.Trustworthiness, 0.85, 1);
            Assert.InRange(p.Continuity, 0.85, 1);
            Assert.InRange(p.Stress, 0, 0.6);
        }
        // On Euclidean distances classical scaling is PCA, up to signs.
        Assert.Equal(Projection.Pca(heads).Stress, Projection.Classical(heads).Stress, 1e-9);
    }

    [Fact]
    public void What_cannot_be_drawn_is_told()
    {
        var heads = HeadSpace.OfPoints([[1, 1], [2, 2], [4, 3]]);
        Assert.Contains("perplexity", Assert.Throws<InputException>(() => TSne.Fit(heads, 30)).Message);
        Assert.Contains("all heads are alike", Assert.Throws<InputException>(() =>
            MultidimensionalScaling.Classical(new double[3, 3])).Message);
        Assert.Contains("too many for 2 heads",
            Assert.Throws<InputException>(() => MultidimensionalScaling.Classical(new double[2, 2])).Message);
        Assert.Contains("fewer than half", Assert.Throws<InputException>(() =>
            ProjectionQuality.Trustworthiness(new double[4, 4], new double[4, 4], 2)).Message);
    }
}
