using System.Text.Json.Nodes;
using AttentionNotebooks.Tests.Calibration;

namespace AttentionNotebooks.Tests.Charts;

/// <summary>Charts of calibration: what they draw is what was measured, whatever the sliders stand at.</summary>
public class CalibrationPlotsTests
{
    private static IPlots Plot => Kit.Plot;

    [Fact]
    public void Every_combination_of_the_two_sliders_shows_its_own_state()
    {
        double[] temperatures = [0.5, 1, 2], strengths = [0, 3];
        SweepState State(int t, int s) => new(new HeadCalibration(temperatures[t]),
            new float[,] { { 0.1f * t + 0.3f * s, 0.5f }, { 0.25f, 0.75f } }, [t + 10 * s], 3 + t + 0.1 * s);
        var sweep = new CalibrationSweep(new Head(1, 2), ["[CLS]", "cat"], new GaussianPrior(1, 2, 0), temperatures, strengths,
            [DistanceFeatures.MeanDistance],
            [.. Enumerable.Range(0, 3).Select(t => (IReadOnlyList<SweepState>)[.. Enumerable.Range(0, 2).Select(s => State(t, s))])], 4);
        var figure = Plot.HeadKnobs(sweep);
        JsonArray data = JsonNode.Parse(figure.DataJson)!.AsArray();
        var sliders = JsonNode.Parse(figure.LayoutJson)!["sliders"]!.AsArray();
        Assert.Equal(8, data.Count);
        Assert.Equal(1, (int)sliders[0]!["active"]!); // τ = 1
        Assert.Equal(0, (int)sliders[1]!["active"]!); // no prior
        Assert.Equal([true, false, true, false, true, false, true, false], data.Select(d => (bool)d!["visible"]!));
        for (int t = 0; t < 3; t++)
        {
            var change = sliders[0]!["steps"]![t]!["args"]![0]!;
            for (int s = 0; s < 2; s++)
            {
                Assert.Equal(0.1 * t + 0.3 * s, (double)change["z"]![s]![0]![0]!, 1e-3);                       // the map
                Assert.Contains($"{3 + t + 0.1 * s:F4}", (string)change["text"]![2 + s]![0]!);                  // the loss in words
                Assert.Equal(temperatures[t], (double)change["x"]![4 + s]![0]!);                                 // the diamond
                Assert.Equal(3 + t + 0.1 * s, (double)change["y"]![4 + s]![0]!, 1e-3);
            }
            Assert.All(new[] { "z", "text", "x", "y" }, p => Assert.Equal(6, change[p]!.AsArray().Count));
        }
        var shown = sliders[1]!["steps"]![1]!["args"]![0]!["visible"]!.AsArray();
        Assert.Equal([false, true, false, true, false, true, false, true], shown.Select(v => (bool)v!));
        Assert.Contains("Two sliders", figure.Caption);
    }

    [Fact]
    public void The_gain_is_the_fall_of_the_loss_with_the_interval_turned_round()
    {
        TaskScores[] Losses(double loss) => [new([loss, loss], [1, 0], [1, 1])];
        ExperimentArm Arm(CalibrationArm arm, int parameters, double loss) => new(arm, parameters, Losses(loss), []);
        ExperimentArm[] arms = [Arm(CalibrationArm.Uncalibrated, 0, 2), Arm(CalibrationArm.ByFeatures, 84, 1.5),
            Arm(CalibrationArm.ShuffledFeatures, 84, 1.9), Arm(CalibrationArm.AllWeights, 5_000_000, 1)];
        PairedComparison Gain(string name, double change) =>
            new(name, "uncalibrated", change, new(change, change - 0.1, change + 0.3), 0.01, 0, new(0, 0, 0), 1, 1, 1);
        var experiment = new CalibrationExperiment(arms,
            [Gain("by features", -0.5), Gain("shuffled features", -0.1), Gain("all weights", -1)], [0.03, 0.03, 0.03], 2, 1);
        var figure = Plot.GainByParameters(experiment);
        var data = JsonNode.Parse(figure.DataJson)!.AsArray();
        Assert.Equal(["calibrated", "control: without the information", "all weights trained"], data.Select(d => (string)d!["name"]!));
        Assert.Equal(0.5, (double)data[0]!["y"]![0]!);
        Assert.Equal(0.1, (double)data[0]!["error_y"]!["array"]![0]!, 1e-9);       // less loss than the lower end is more gain
        Assert.Equal(0.3, (double)data[0]!["error_y"]!["arrayminus"]![0]!, 1e-9);
        Assert.Equal("84", (string)data[1]!["customdata"]![0]!);
        Assert.Equal("log", (string)JsonNode.Parse(figure.LayoutJson)!["xaxis"]!["type"]!);
        Assert.Contains("2 held-out items, 1 seed;", figure.Caption);
    }

    [Fact]
    public void Experiments_stand_below_one_another_each_with_its_own_scale()
    {
        var figure = Plot.GainByParameters([ExperimentFiguresTests.Sample(), ExperimentFiguresTests.Sample("verb <number>", 0.05)]);
        var data = JsonNode.Parse(figure.DataJson)!.AsArray();
        var layout = JsonNode.Parse(figure.LayoutJson)!;
        Assert.Equal(6, data.Count); // three kinds in two panels
        Assert.Equal(["calibrated", "control: without the information", "all weights trained"], data.Where(d => (bool)d!["showlegend"]!)
            .Select(d => (string)d!["name"]!));
        Assert.Equal(["y", "y2", "y", "y2", "y", "y2"], data.Select(d => (string)d!["yaxis"]!));
        Assert.Equal(0.5, (double)data[0]!["y"]![0]!);
        Assert.Equal(0.05, (double)data[1]!["y"]![0]!, 1e-9);
        // Names keep apart: above the higher of a calibration and its control, below the lower.
        Assert.Equal(["top center", "bottom center", "bottom center", "top center"], data.Take(4)
            .Select(d => (string)d!["textposition"]![0]!));
        Assert.Equal(["<b>masked words (demo), 16 held-out items, 2 seeds</b>",
            "<b>verb &lt;number&gt; (demo), 16 held-out items, 2 seeds</b>"], layout["annotations"]!.AsArray()
                .Select(a => (string)a!["text"]!));
        // The panels do not touch, and each range holds all of its intervals.
        double[] first = [.. layout["yaxis"]!["domain"]!.AsArray().Select(v => (double)v!)],
            second = [.. layout["yaxis2"]!["domain"]!.AsArray().Select(v => (double)v!)];
        Assert.True(first[1] <= 1 && first[0] > second[1] && second[0] == 0);
        Assert.Equal("y2", (string)layout["xaxis"]!["anchor"]!);
        double[] Range(JsonNode range) => [.. range.AsArray().Select(v => (double)v!)];
        Assert.True(Range(layout["yaxis"]!["range"]!) is [< -0.2, > 1.1]);
        // One button brings back all, the other what the calibrations and controls span.
        var buttons = layout["updatemenus"]![0]!["buttons"]!.AsArray();
        Assert.Equal(Range(layout["yaxis2"]!["range"]!), Range(buttons[0]!["args"]![0]!["yaxis2.range"]!));
        Assert.True(Range(buttons[1]!["args"]![0]!["yaxis.range"]!) is [< -0.2, > 0.6 and < 0.8]);
        Assert.Null(layout["xaxis2"]);
        Assert.Throws<ArgumentException>(() => Plot.GainByParameters([]));
    }

    [Fact]
    public void Pruning_curves_lie_over_the_band_of_all_random_orders()
    {
        int[] right = [9, 5, 1];
        PruningCurve Curve(string name, params double[] loss) =>
            new(name, [0, 6, 12], [.. loss.Select((l, i) => new TaskScores([10 * l], [right[i]], [10]))]);
        var figure = Plot.PruningCurves([Curve("by features", 1, 2, 4)], [Curve("random 0", 1, 3, 4), Curve("random 1", 1, 2.5, 4)]);
        var data = JsonNode.Parse(figure.DataJson)!.AsArray();
        Assert.Equal("2 random orders", (string)data[0]!["name"]!);
        Assert.Equal([1, 2.5, 4, 4, 3, 1], data[0]!["y"]!.AsArray().Select(v => (double)v!));
        Assert.Equal([1, 2, 4], data[1]!["y"]!.AsArray().Select(v => (double)v!));
        Assert.Equal([0.9, 0.5, 0.1], JsonNode.Parse(
            Plot.PruningCurves([Curve("by features", 1, 2, 4)], accuracy: true).DataJson)![0]!["y"]!.AsArray().Select(v => (double)v!));
        Assert.Throws<ArgumentException>(() => Plot.PruningCurves([]));
        Assert.Throws<ArgumentException>(() => Plot.PruningCurves(
            [Curve("a", 1, 2, 4), Curve("b", 1, 2, 4) with { Removed = [0, 5, 12] }]));
    }
}
