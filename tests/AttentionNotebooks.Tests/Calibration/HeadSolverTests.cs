using TorchSharp;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>A head brought to a wanted feature value: what was solved for is what the whole model shows.</summary>
public class HeadSolverTests
{
    private static readonly Head TheHead = new(1, 2);

    [Fact]
    public void Features_of_the_kept_scores_are_those_of_the_whole_model()
    {
        using var bert = new RandomBert();
        var calibration = bert.Everything();
        using var scores = HeadScores.Compute(bert.Model.With(calibration), RandomBert.Texts, TheHead);
        HeadFeature[] features = [.. StandardFeatures.All, FeatureCatalogue.For(bert.Model.With(calibration).Attention(RandomBert.Texts))
            .Get("best_offset")];
        var table = bert.Model.With(calibration).Attention(RandomBert.Texts).Extract(features);
        foreach (var f in features) Assert.Equal(table[TheHead, f.Name], scores.Feature(f, calibration[TheHead]), 1e-5);
        var maps = bert.Model.With(calibration).Attention(RandomBert.Texts).Maps(4);
        var map = scores.Map(4, calibration[TheHead]);
        for (int i = 0; i < maps.Text.Length; i++)
            for (int j = 0; j < maps.Text.Length; j++) Assert.Equal(maps[TheHead][i, j], map[i, j], 1e-5);
    }

    [Theory]
    [InlineData("mean_distance", 2.3, Knob.Temperature), InlineData("entropy", 1.2, Knob.Temperature),
        InlineData("mean_distance", 1.5, Knob.Strength), InlineData("previous", 0.6, Knob.Strength),
            InlineData("mean_offset", 0.5, Knob.Centre)]
    public void The_solved_setting_gives_the_model_the_wanted_value(string feature, double wanted, Knob knob)
    {
        using var bert = new RandomBert();
        var bench = new CalibrationBench(bert.Model, RandomBert.Texts);
        if (knob != Knob.Temperature) bench.Set(TheHead, HeadCalibration.Identity.With(new GaussianPrior(-1, 1, 4)));
        bench.Solve(TheHead, StandardFeatures.Get(feature), wanted, knob);
        Assert.Equal(wanted, bench.Bert.Attention(RandomBert.Texts).Extract()[TheHead, feature], 1e-4);
    }

    [Fact]
    public void A_solution_undoes_a_known_change()
    {
        using var bert = new RandomBert();
        var identity = ModelCalibration.Identity(bert.Grid);
        double entropy = bert.Model.With(identity).Attention(RandomBert.Texts).Extract()[TheHead, "entropy"];
        using var scores = HeadScores.Compute(bert.Model.With(identity.With(TheHead, new HeadCalibration(0.2))), RandomBert.Texts, TheHead);
        Assert.Equal(1, HeadSolver.Solve(scores, new HeadCalibration(0.2), StandardFeatures.Get("entropy"), entropy).Setting.Temperature,
            1e-3);
    }

    [Fact]
    public void A_value_out_of_reach_is_refused_with_what_is_in_reach()
    {
        using var bert = new RandomBert();
        using var scores = HeadScores.Compute(bert.Model.With(ModelCalibration.Identity(bert.Grid)), RandomBert.Texts, TheHead);
        var error = Assert.Throws<InputException>(() =>
            HeadSolver.Solve(scores, HeadCalibration.Identity, StandardFeatures.Get("entropy"), 5));
        Assert.Contains("it goes from", error.Message);
        Assert.Contains("1-2", error.Message);
        Assert.Contains("no bump", Assert.Throws<InputException>(() =>
            HeadSolver.Solve(scores, HeadCalibration.Identity, StandardFeatures.Get("entropy"), 1, Knob.Centre)).Message);
        Assert.Contains("more than the head's own map",
            Assert.Throws<InputException>(() => scores.Feature(LayerFeatures.RolloutDistance, HeadCalibration.Identity)).Message);
        Assert.Throws<InputException>(() => HeadScores.Compute(bert.Model.With(ModelCalibration.Identity(bert.Grid)), RandomBert.Texts,
            new Head(3, 0)));
    }

    [Fact]
    public void A_cluster_goes_to_its_centroid_and_back()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, RandomBert.Texts);
        var table = bert.Model.With(ModelCalibration.Identity(bert.Grid)).Attention(RandomBert.Texts).Extract();
        var cluster = table.Cluster(3, ["mean_distance", "entropy"]).Clusters[0];
        var bench = new CalibrationBench(bert.Model, RandomBert.Texts, task);
        double loss = bench.Loss;
        var step = bench.Solve(cluster, StandardFeatures.Get("entropy"));
        var after = bench.Bert.Attention(RandomBert.Texts).Extract();
        Assert.NotEmpty(step.Heads);
        Assert.All(step.Heads, h => Assert.Equal(cluster.Means["entropy"], after[h, "entropy"], 1e-4));
        Assert.Equal(cluster.Heads.Count, step.Heads.Count + step.Unsolved.Count);
        Assert.Equal(bench.Bert.Score(task).Loss, step.LossAfter, 1e-9);
        Assert.True(bench.Undo());
        Assert.True(bench.Calibration.IsIdentity);
        Assert.Equal(loss, bench.Loss);
        Assert.False(bench.Undo());
    }

    [Fact]
    public void A_sweep_holds_what_the_model_does_at_every_state()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, RandomBert.Texts);
        var calibrated = bert.Model.With(bert.Everything());
        var sweep = CalibrationSweep.Run(calibrated, RandomBert.Texts, task,
            new(TheHead, new GaussianPrior(1, 1, 0), [0.5, 2], [0, 3], [StandardFeatures.Get("entropy")]));
        for (int t = 0; t < 2; t++)
            for (int s = 0; s < 2; s++)
            {
                var state = sweep.States[t][s];
                var there = bert.Model.With(calibrated.Calibration.With(TheHead, state.Setting));
                Assert.Equal(sweep.Temperatures[t], state.Setting.Temperature);
                Assert.Equal(there.Attention(RandomBert.Texts).Extract()[TheHead, "entropy"], state.Features[0], 1e-5);
                Assert.Equal(there.Score(task).Loss, state.Loss, 1e-9);
                Assert.Equal(there.Attention([RandomBert.Texts[0]]).Maps(0)[TheHead][1, 2], state.Map[1, 2], 1e-5);
            }
        Assert.Equal(calibrated.Score(task).Loss, sweep.Untouched, 1e-9);
        Assert.Empty(sweep.States[0][0].Setting.Priors);
        var empty = new SweepOptions(TheHead, new GaussianPrior(1, 1, 0), [], [0], []);
        Assert.Contains("the list is empty", Assert.Throws<InputException>(() =>
            CalibrationSweep.Run(calibrated, RandomBert.Texts, task, empty)).Message);
    }

    [Fact]
    public void Kept_scores_are_freed()
    {
        using var bert = new RandomBert();
        var calibrated = bert.Model.With(bert.Everything());
        void Once()
        {
            using var scores = HeadScores.Compute(calibrated, RandomBert.Texts, TheHead);
            scores.Feature(StandardFeatures.Get("entropy"), new HeadCalibration(0.5));
        }
        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Once();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
