using AttentionNotebooks.Calibration;
using AttentionNotebooks.Features;
using AttentionNotebooks.Functions;
using AttentionNotebooks.Tests.Bert.Training;
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
        Assert.Equal(["uncalibrated", "one set", "by cluster", "random clusters", "by features", "shuffled features", "per head", "all weights"], experiment.Arms.Select(a => a.Name));
        int weights = (int)bert.Model.Model.parameters().Sum(p => p.numel()); // no pooler here: all take part
        Assert.Equal([0, 6, 18, 18, 18, 18, 72, weights], experiment.Arms.Select(a => a.Parameters));
        Assert.All(experiment.Arms, a => Assert.Equal(2, a.Scores.Count));
        int[] test = [.. Enumerable.Range(0, 48).Where(i => experiment.Arms[0].Scores[0].Questions[i] > 0)];
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
        int[] Sizes(string arm) => [.. experiment.Arms.Single(a => a.Name == arm).Calibrations[0].Heads.GroupBy(h => h).Select(g => g.Count()).Order()];
        Assert.Equal(Sizes("by cluster"), Sizes("random clusters"));
        Assert.NotEqual(experiment.Arms[2].Calibrations[0], experiment.Arms[3].Calibrations[0]);
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
        TaskScores Made(double shift, int right) => new([1e6, .. items.Select(_ => 2 + shift + random.NextDouble())], [1, .. items.Select(i => i % 2 == 0 ? right : 1)], [1, .. items.Select(_ => 1)]);
        TaskScores[] worse = [.. Enumerable.Range(0, 5).Select(_ => Made(0.3, 0))], better = [.. Enumerable.Range(0, 5).Select(_ => Made(0, 1))], same = [.. Enumerable.Range(0, 5).Select(_ => Made(0, 1))];
        var c = PairedComparison.Of(("better", better), ("worse", worse), items);
        Assert.Equal(-0.3, c.Loss, 0.05);
        Assert.InRange(-0.3, c.LossInterval.Low, c.LossInterval.High);
        Assert.True(c.LossInterval.High < 0);
        Assert.Equal(1e-4, c.LossPValue, 1e-9); // the least of 9,999 flips
        Assert.Equal(0.5, c.Accuracy, 1e-9);
        Assert.True(c.AccuracyInterval.Low > 0.3 && c.AccuracyInterval.High < 0.7);
        Assert.Equal((5, 5), (c.SeedsWithLessLoss, c.Seeds));
        var nothing = PairedComparison.Of(("better", better), ("same", same), items);
        Assert.True(nothing.LossPValue > 0.01 && nothing.LossInterval.Low < 0 && nothing.LossInterval.High > 0);
        Assert.Equal(1, nothing.AccuracyPValue, 1e-9); // no item differs
    }

    [Fact]
    public void The_test_items_are_those_of_every_seed_and_in_no_other_part()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, [.. Enumerable.Range(0, 4).SelectMany(_ => RandomBert.Texts)]);
        var (a, b) = (CalibrationData.Of(task, 1), CalibrationData.Of(task, 2));
        Assert.Equal(a.Test.Items, b.Test.Items);
        Assert.NotEqual(a.Dev.Items, b.Dev.Items);
        foreach (var d in new[] { a, b }) Assert.Equal(Enumerable.Range(0, task.Count), d.Train.Items.Concat(d.Dev.Items).Concat(d.Test.Items).Order());
    }

    [Fact]
    public void Heads_are_taken_out_least_important_first()
    {
        using var bert = new RandomBert();
        var test = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        double[] importance = [.. Enumerable.Range(0, 12).Select(i => (double)-i)];
        var curve = PruningCurve.Of(bert.Model, test, "backwards", importance, steps: 4);
        Assert.Equal([0, 3, 6, 9, 12], curve.Removed);
        Assert.Equal(test.Score().Loss, curve.Loss[0], 1e-9);
        // By hand: the last three heads are those of layer 2, 1 to 3.
        var three = ModelCalibration.Identity(bert.Grid).With([new(2, 1), new(2, 2), new(2, 3)], h => h with { Gate = 0 });
        Assert.Equal(bert.Model.With(three).Score(test.Task).Loss, curve.Loss[1], 1e-6);
        Assert.Equal(bert.Model.With(ModelCalibration.Uniform(bert.Grid, new HeadCalibration(Gate: 0))).Score(test.Task).Loss, curve.Loss[^1], 1e-6);
        var random = PruningCurve.Random(bert.Model, test, orders: 3, steps: 4);
        Assert.All(random, r => Assert.Equal(curve.Loss[^1], r.Loss[^1], 1e-6)); // without heads all orders are one
        Assert.Contains(random, r => Math.Abs(r.Loss[2] - random[0].Loss[2]) > 1e-4);
        Assert.Throws<InputException>(() => PruningCurve.Of(bert.Model, test, "short", [1, 2]));
    }

    private static CalibrationExperiment Run(RandomBert bert)
    {
        var texts = Enumerable.Range(0, 4).SelectMany(_ => RandomBert.Texts).ToArray();
        var features = bert.Model.With(ModelCalibration.Identity(bert.Grid)).Attention(RandomBert.Texts).Extract([DistanceFeatures.MeanDistance, ConcentrationFeatures.Entropy]);
        return CalibrationExperiment.Run(bert.Model, seed => CalibrationData.Of(new MaskedWords(bert.Model, texts, seed), seed), features, [.. Enumerable.Range(0, 12).Select(i => i % 5 / 2)],
            new ExperimentOptions(new CalibrationOptions(Epochs: 2, Rate: 0.05), Seeds: 2, FullRate: 1e-3));
    }
}
