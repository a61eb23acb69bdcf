namespace AttentionNotebooks.Tests.Clustering;

/// <summary>
/// The opt-in engine. Skipped where it is not built in; lifted by <c>dotnet test -p:UseAccord=true</c> against a registry
/// that has Accord.MachineLearning 3.8.0.
/// </summary>
public class AccordTests
{
    public static TheoryData<string> Engines => ["accord-kmeans", "accord-gmm"];

    [Theory, MemberData(nameof(Engines))]
    public void Finds_groups_that_lie_apart(string name) =>
        Assert.Equal(1, Validity.AdjustedRand([.. Enumerable.Range(0, 40).Select(i => i / 10)], Engine(name)
            .Fit(HeadSpace.OfPoints(Golden.Apart), 4)));

    [Theory, MemberData(nameof(Engines))]
    public void The_same_seed_gives_the_same_labels_on_any_thread(string name)
    {
        var engine = Engine(name);
        var heads = HeadSpace.OfPoints(Golden.Real);
        int[] labels = engine.Fit(heads, 4, seed: 3);
        Assert.Equal(labels, engine.Fit(heads, 4, seed: 3));
        int[]? elsewhere = null;
        var thread = new Thread(() => elsewhere = engine.Fit(heads, 4, seed: 3));
        thread.Start();
        thread.Join();
        Assert.Equal(labels, elsewhere);
    }

    [Theory, MemberData(nameof(Engines))]
    public void Every_cluster_has_heads_and_none_is_drawn_to_the_origin(string name)
    {
        double[][] far = [.. Golden.Real.Select(p => p.Select(v => v + 100).ToArray())];
        Assert.Equal(6, Engine(name).Fit(HeadSpace.OfPoints(far), 6).Distinct().Count());
    }

    [Theory, MemberData(nameof(Engines))]
    public void Bad_input_is_one_typed_error(string name)
    {
        var engine = Engine(name);
        Assert.Contains("NaN", Assert.Throws<InputException>(() => engine.Fit(HeadSpace.OfPoints([[1], [double.NaN]]), 1)).Message);
        Assert.Contains("more than the 3 heads",
            Assert.Throws<InputException>(() => engine.Fit(HeadSpace.OfPoints([[1], [2], [3]]), 4)).Message);
        Assert.Contains("more than the 1 heads that differ",
            Assert.Throws<InputException>(() => engine.Fit(HeadSpace.OfPoints([[1], [1]]), 2)).Message);
    }

    [Fact]
    public void Its_K_means_is_as_good_as_this_kits_to_a_hundredth() =>
        Assert.InRange(Validity.Inertia(Golden.Real, Engine("accord-kmeans").Fit(HeadSpace.OfPoints(Golden.Real), 4))
            / KMeans.Fit(Golden.Real, 4).Inertia, 1 - 1e-9, 1.01);

    private static IClusterAlgorithm Engine(string name)
    {
        Assert.SkipUnless(ClusterAlgorithms.Accord.Count > 0,
            "needs AttentionNotebooks.Accord: build with -p:UseAccord=true where Accord.MachineLearning 3.8.0 can be restored");
        return ClusterAlgorithms.Get(name);
    }
}
