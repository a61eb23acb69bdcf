namespace AttentionNotebooks.Tests.Clustering;

public class PrincipalComponentsTests
{
    [Fact]
    public void Points_on_a_line_need_one_component()
    {
        var pca = PrincipalComponents.Fit([[0, 0], [3, 4], [6, 8]]);
        Assert.Equal(1, pca.Explained[0], 1e-12);
        Assert.Equal([0.6, 0.8], pca.Loadings[0].Select(l => Math.Round(l, 12)));
        Assert.Equal([-5.0, 0, 5], pca.Coordinates.Select(c => Math.Round(c[0], 12)));
    }

    [Fact]
    public void All_components_keep_all_distances()
    {
        var points = KMeansTests.Random(20, 4, 2);
        var pca = PrincipalComponents.Fit(points, 4);
        Assert.Equal(1, pca.Explained.Sum(), 1e-12);
        for (int i = 1; i < 20; i++)
            Assert.Equal(KMeans.SquaredDistance(points[0], points[i]), KMeans.SquaredDistance(pca.Coordinates[0], pca.Coordinates[i]),
                1e-12);
    }

    [Fact]
    public void Components_are_uncorrelated_and_in_order_of_variance()
    {
        var pca = PrincipalComponents.Fit(KMeansTests.Random(50, 5, 3), 3);
        Assert.Equal(0, pca.Coordinates.Average(c => c[0] * c[1]), 1e-12);
        Assert.True(pca.Explained[0] >= pca.Explained[1] && pca.Explained[1] >= pca.Explained[2]);
    }

    [Fact]
    public void Heads_that_do_not_differ_have_none() => Assert.Throws<InputException>(() => PrincipalComponents.Fit([[1, 1], [1, 1]]));

    [Fact]
    public void One_feature_has_no_second_component() =>
        Assert.Contains("cannot be taken of 1 features", Assert.Throws<InputException>(() => PrincipalComponents.Fit([[1], [2]])).Message);
}
