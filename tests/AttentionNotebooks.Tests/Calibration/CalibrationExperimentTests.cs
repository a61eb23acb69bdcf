using AttentionNotebooks.Tests.Training;
using TorchSharp;

namespace AttentionNotebooks.Tests.Calibration;

[Collection(TrainingCollection.Name)]
public class CalibrationExperimentTests
{
    [Fact]
    public void Every_control_is_there_with_its_parameters_and_the_same_test_items()
    {
        using var bert = new RandomBert();
        var experiment = Run(bert);
        Assert.Equal(["uncalibrated", "one set", "by cluster", "random clusters", "by features", "shuffled features", "per head",
            "all weights"], experiment.Arms.Select(a => a.Name));
        int weights = (int)bert.Model.Model.parameters().Sum(p => p.numel()); // no pooler here: all take part
        Assert.Equal([0, 6, 18, 18, 18, 18, 72, weights], experiment.Arms.Select(a => a.Parameters));
        Assert.All(experiment.Arms, a => Assert.Equal(2, a.Scores.Count));
        int[] test = [.. Enumerable.Range(0, 48).Where(i => experiment.Arms[0].Scores[0].Targets[i] > 0)];
        Assert.Equal(experiment.TestItems, test.Length);
        Assert.Equal(CalibrationData.Held(48).Tested, test);
        foreach (var arm in experiment.Arms.Skip(1))
        {
            var gain = experiment.Gain(arm);
            Assert.Equal(arm.Loss - experiment.Arms[0].Loss, gain.Loss, 1e-9);
            Assert.InRange(gain.Loss, gain.LossInterval.Low, gain.LossInterval.High);
        }
        Assert.Equal(experiment.Comparisons.Count, experiment.Holm.Count);
        // Random clusters have the sizes of the true ones.
        int[] Sizes(CalibrationArm arm) => [.. experiment[arm].Calibrations[0].Heads.GroupBy(h => h).Select(g => g.Count()).Order()];
        Assert.Equal(Sizes(CalibrationArm.ByCluster), Sizes(CalibrationArm.RandomClusters));
        Assert.NotEqual(experiment.Arms[2].Calibrations[0], experiment.Arms[3].Calibrations[0]);
        // What a row learnt shows in its loss, and where it learnt nothing the loss is the untouched model's.
        foreach (var arm in experiment.Arms.Where(a => a.Calibrations.Count > 0))
            Assert.Equal(arm.Calibrations.Count(c => !c.IsIdentity), experiment.SeedsMoved(arm));
        Assert.Equal(experiment.Gain(experiment[CalibrationArm.ByFeatures]),
            experiment.Comparison(CalibrationArm.ByFeatures, CalibrationArm.Uncalibrated));
        Assert.Throws<InputException>(() => experiment.Comparison(CalibrationArm.OneSet, CalibrationArm.PerHead));
        Assert.Contains("all weights", Assert.Throws<InputException>(() =>
            (experiment with { Arms = [.. experiment.Arms.SkipLast(1)] })[CalibrationArm.AllWeights]).Message);
    }

    [Fact]
    public void The_same_seeds_give_the_same_results_and_all_weights_are_put_back()
    {
        using var bert = new RandomBert();
        float[][] before = [.. bert.Model.Model.parameters().Select(p => p.Floats())];
        var (a, b) = (Run(bert), Run(bert));
        Assert.Equal(before, bert.Model.Model.parameters().Select(p => p.Floats()));
        foreach (var (x, y) in a.Arms.Zip(b.Arms)) Assert.Equal(x.Scores.SelectMany(s => s.Losses), y.Scores.SelectMany(s => s.Losses));
        Assert.Equal(a.Comparisons, b.Comparisons);
    }

    [Fact]
    public void All_weights_learn_what_they_are_shown()
    {
        using var bert = new RandomBert();
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts, rate: 0.4));
        var full = FullTuning.Run(bert.Model.Model, part, part, part, new CalibrationOptions(Epochs: 30, Rate: 0.01, Patience: 30));
        Assert.True(full.Test.Loss < 0.5 * full.Epochs[0].DevLoss);
        Assert.Equal(full.Epochs.Min(e => e.DevLoss), full.Test.Loss, 1e-5); // the best pass' weights, not the last's
        Assert.Equal(full.Epochs[0].DevLoss, part.Score().Loss, 1e-6);
    }

    [Fact]
    public void A_difference_its_interval_and_its_test_on_made_up_scores()
    {
        int[] items = [.. Enumerable.Range(1, 200)]; // item 0 is not tested
        var random = new Random(2);
        TaskScores Made(double shift, int right) =>
            new([1e6, .. items.Select(_ => 2 + shift + random.NextDouble())], [1, .. items.Select(i => i % 2 == 0 ? right : 1)],
                [1, .. items.Select(_ => 1)]);
        TaskScores[] worse = [.. Enumerable.Range(0, 5).Select(_ => Made(0.3, 0))],
            better = [.. Enumerable.Range(0, 5).Select(_ => Made(0, 1))], same = [.. Enumerable.Range(0, 5).Select(_ => Made(0, 1))];
        var c = PairedComparison.Compute(("better", better), ("worse", worse), items);
        Assert.Equal(-0.3, c.Loss, 0.05);
        Assert.InRange(-0.3, c.LossInterval.Low, c.LossInterval.High);
        Assert.True(c.LossInterval.High < 0);
        Assert.Equal(1e-4, c.LossPValue, 1e-9); // the least of 9,999 flips
        Assert.Equal(0.5, c.Accuracy, 1e-9);
        Assert.True(c.AccuracyInterval.Low > 0.3 && c.AccuracyInterval.High < 0.7);
        Assert.Equal((5, 5), (c.SeedsWithLessLoss, c.Seeds));
        var nothing = PairedComparison.Compute(("better", better), ("same", same), items);
        Assert.True(nothing.LossPValue > 0.01 && nothing.LossInterval.Low < 0 && nothing.LossInterval.High > 0);
        Assert.Equal(1, nothing.AccuracyPValue, 1e-9); // no item differs
        // What float32 rounds is no difference, and no seed has less loss by it.
        TaskScores[] rounded = [.. better.Select(t => t with { Losses = [.. t.Losses.Select(l => l * (1 - 1e-7))] })];
        var rounding = PairedComparison.Compute(("rounded", rounded), ("better", better), items);
        Assert.Equal((0.0, 1.0, 0), (rounding.Loss, rounding.LossPValue, rounding.SeedsWithLessLoss));
    }

    [Fact]
    public void The_test_items_are_those_of_every_seed_and_in_no_other_part()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, [.. Enumerable.Range(0, 4).SelectMany(_ => RandomBert.Texts)]);
        var (a, b) = (CalibrationData.Of(task, 1), CalibrationData.Of(task, 2));
        Assert.Equal(a.Test.Items, b.Test.Items);
        Assert.NotEqual(a.Dev.Items, b.Dev.Items);
        foreach (var d in new[] { a, b })
            Assert.Equal(Enumerable.Range(0, task.Count), d.Train.Items.Concat(d.Dev.Items).Concat(d.Test.Items).Order());
    }

    [Fact]
    public void Calibrations_learnt_at_once_are_those_learnt_one_after_the_other()
    {
        using var bert = new RandomBert();
        int threads = torch.get_num_threads();
        torch.set_num_threads(1);
        var one = Run(bert);
        torch.set_num_threads(threads);
        var several = Run(bert, threads: 3);
        Assert.Equal(threads, torch.get_num_threads());
        foreach (var (x, y) in one.Arms.Zip(several.Arms).Where(a => a.First.Kind != ArmKind.FullTuning))
        {
            Assert.Equal(x.Scores.SelectMany(s => s.Losses), y.Scores.SelectMany(s => s.Losses));
            Assert.Equal(x.Calibrations, y.Calibrations);
        }
    }

    private static CalibrationExperiment Run(RandomBert bert, int threads = 1)
    {
        var texts = Enumerable.Range(0, 4).SelectMany(_ => RandomBert.Texts).ToArray();
        var features = bert.Model.With(ModelCalibration.Identity(bert.Grid)).Attention(RandomBert.Texts)
            .Extract([DistanceFeatures.MeanDistance, ConcentrationFeatures.Entropy]);
        return CalibrationExperiment.Run(bert.Model, seed => CalibrationData.Of(new MaskedWords(bert.Model, texts, seed), seed), features,
            [.. Enumerable.Range(0, 12).Select(i => i % 5 / 2)],
            new ExperimentOptions(new CalibrationOptions(Epochs: 2, Rate: 0.05), Seeds: 2, FullRate: 1e-3, Threads: threads));
    }
}
