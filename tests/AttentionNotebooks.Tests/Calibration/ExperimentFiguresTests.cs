using System.Text.Json.Nodes;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>The figures of an experiment: what is written is read, what cannot be is refused by place, and no sentence says more than its
/// interval and p.</summary>
public sealed class ExperimentFiguresTests : IDisposable
{
    private readonly TestFolder _folder = new();

    /// <summary>Two seeds of a made-up task: features help, their control does not.</summary>
    public static ExperimentFigures Sample(string task = "masked words", double gain = 0.5)
    {
        ArmFigures Arm(string name, ArmKind kind, int parameters, double loss) =>
            new(name, kind, parameters, [loss - 0.01, loss + 0.01], [0.5, 0.625]);
        PairedComparison Compared(string first, string second, double change, double p, int less) =>
            new(first, second, change, new(change, change - 0.1, change + 0.3), p, 0.01, new(0.01, -0.02, 0.03), 1, less, 2);
        return new ExperimentFigures("demo", task, new HeadGrid(2, 3), 40, 16, 2, 7, CalibrationParts.Temperature | CalibrationParts.Gate,
            5, 0.02, 1e-4,
            [Arm("uncalibrated", ArmKind.Uncalibrated, 0, 2), Arm("by features", ArmKind.Calibrated, 84, 2 - gain),
                Arm("shuffled features", ArmKind.Control, 84, 1.9), Arm("all weights", ArmKind.FullTuning, 5_000_000, 1)],
            [Compared("by features", "uncalibrated", -gain, 0.001, 2), Compared("shuffled features", "uncalibrated", -0.1, 0.3, 1),
                Compared("all weights", "uncalibrated", -1, 0.002, 2), Compared("by features", "shuffled features", -0.4, 0.02, 2)],
            [0.004, 0.3, 0.006, 0.06]);
    }

    [Fact]
    public void What_is_written_is_read_again_to_the_last_bit()
    {
        var written = Sample(gain: 0.1 + 0.2); // 0.30000000000000004
        written.Write(_folder["a.json"]);
        var read = ExperimentFigures.Read(_folder["a.json"]);
        Assert.Equal(written with { Arms = [], Comparisons = [], Holm = [] }, read with { Arms = [], Comparisons = [], Holm = [] });
        Assert.Equal(written.Comparisons, read.Comparisons);
        Assert.Equal(written.Holm, read.Holm);
        foreach (var (w, r) in written.Arms.Zip(read.Arms, (w, r) => (w, r)))
        {
            Assert.Equal((w.Name, w.Kind, w.Parameters), (r.Name, r.Kind, r.Parameters));
            Assert.Equal(w.Losses, r.Losses);
            Assert.Equal(w.Accuracies, r.Accuracies);
        }
        Assert.Equal(written.Arms.Count, read.Arms.Count);
        read.Write(_folder["b.json"]);
        Assert.Equal(File.ReadAllBytes(_folder["a.json"]), File.ReadAllBytes(_folder["b.json"]));

        (written with { FullRate = null, Parts = CalibrationParts.Standard }).Write(_folder["c.json"]);
        var other = ExperimentFigures.Read(_folder["c.json"]);
        Assert.Null(other.FullRate);
        Assert.Equal(CalibrationParts.Standard, other.Parts);
    }

    [Fact]
    public void Figures_are_those_of_the_experiment()
    {
        TaskScores[] Scores(double loss) => [new([loss, 3 * loss, 0], [1, 0, 0], [1, 1, 0]), new([loss, loss, 0], [1, 1, 0], [1, 1, 0])];
        ExperimentArm[] arms = [new(CalibrationArm.Uncalibrated, 0, Scores(2), []), new(CalibrationArm.OneSet, 6, Scores(1), [])];
        var compared = PairedComparison.Compute(("one set", arms[1].Scores), ("uncalibrated", arms[0].Scores), [0, 1]);
        var figures = ExperimentFigures.Of(new CalibrationExperiment(arms, [compared], [0.5], 2, 2), "demo", "masked words",
            new HeadGrid(2, 3), 3, new ExperimentOptions(new CalibrationOptions(Epochs: 4), 2, FullTuning: false));
        Assert.Equal([4, 2], figures.Arms[0].Losses);
        Assert.Equal([0.5, 1], figures.Arms[0].Accuracies);
        Assert.Equal((3, 2, 2, 4, null), (figures.Items, figures.TestItems, figures.Seeds, figures.Epochs, figures.FullRate));
        Assert.Equal(arms[1].Loss, figures.Arms[1].Loss);
        Assert.Same(compared, figures.Gain(figures.Arms[1]));

        // Two items can flip their signs in four ways, and one flip of all goes as far as what was seen: p is 1/2 at least; with six 1/32.
        Assert.Equal("Nothing could be found here: with 2 test items and 1 comparisons no p-value after the correction can be below 0.500. "
            + "Test on 6 items or more: give more texts.", new CalibrationExperiment(arms, [compared], [0.5], 2, 2).TooFewItems());
        Assert.Null(new CalibrationExperiment(arms, [compared], [0.5], 6, 2).TooFewItems());
        ExperimentCsv.Write(new CalibrationExperiment(arms, [compared], [0.5], 2, 2), _folder["arms.csv"], firstSeed: 7);
        Assert.StartsWith("arm,kind,parameters,seed,loss,accuracy\nuncalibrated,uncalibrated,0,7,4,0.5\n",
            File.ReadAllText(_folder["arms.csv"]));
        var read = ExperimentCsv.Read(_folder["arms.csv"]);
        Assert.Equal(figures.Arms.Select(a => (a.Name, a.Kind, a.Parameters, a.Loss, a.Accuracy)),
            read.Select(a => (a.Name, a.Kind, a.Parameters, a.Loss, a.Accuracy)));
        Assert.Equal(figures.Arms[1].Losses, read[1].Losses);
        _folder.Write("bad.csv", File.ReadAllText(_folder["arms.csv"]).Replace("calibrated,6", "magic,6"));
        Assert.Contains("column kind: has \"magic\", which is no kind of arm",
            Assert.Throws<InputException>(() => ExperimentCsv.Read(_folder["bad.csv"])).Message);
    }

    [Fact]
    public void A_row_that_was_kept_as_the_untouched_model_is_named_with_its_seeds()
    {
        var sample = Sample();
        Assert.All(sample.Arms.Skip(1), a => Assert.Equal(2, sample.SeedsMoved(a)));
        Assert.Empty(sample.Unmoved());
        var arm = sample.Arms[1];
        // The second seed differs by less than float32 can hold, the first by more.
        var kept = sample with { Arms = [sample.Arms[0], arm with { Losses = [1.5, 2.01 + 1e-8] }, .. sample.Arms.Skip(2)] };
        Assert.Equal(1, kept.SeedsMoved(kept.Arms[1]));
        Assert.Equal(["by features: in 1 of 2 seeds nothing that was learnt did better on dev than the model as it is, which was kept"],
            kept.Unmoved());
    }

    [Fact]
    public void A_sentence_says_what_interval_and_p_allow()
    {
        string[] said = [.. Sample().Sentences()];
        Assert.Equal(
            "by features against uncalibrated: −0.5000 nats a question [−0.6000, −0.2000], p = 0.0010, Holm 0.004; less loss in 2 of 2 "
                + "seeds: less loss", said[0]);
        Assert.EndsWith("less loss in 1 of 2 seeds: no difference that these items can show", said[1]); // the interval holds 0
        Assert.EndsWith("less loss, but that is not sure", said[3]);                                      // p is small, Holm's is not
        Assert.EndsWith(": more loss", Sample(gain: -0.5).Sentences().First());
    }

    [Theory]
    [InlineData("format", "\"other\"", "a.json: holds no figures of a calibration experiment")]
    [InlineData("version", "2", "version: is 2, and 1 is read here")]
    [InlineData("seeds", "0", "seeds: is no whole number of at least 1")]
    [InlineData("seeds", "3", "arms 0, losses: is no list of 3, one per seed")]
    [InlineData("model", "null", "model: is no text")]
    [InlineData("model", null, "model: is missing")]
    [InlineData("parts", "\"colour\"", "parts: are \"colour\"")]
    [InlineData("parts", "\"3\"", "parts: are \"3\"")]
    [InlineData("arms", "[]", "arms: do not begin with the uncalibrated model")]
    [InlineData("arms", "{}", "arms: is no list")]
    [InlineData("arms/0", "3", "arms 0: is no object")]
    [InlineData("arms/0/kind", "\"control\"", "arms: do not begin with the uncalibrated model")]
    [InlineData("arms/1/kind", "\"guess\"", "arms 1, kind: is \"guess\"")]
    [InlineData("arms/1/name", "\"all weights\"", "arms: have a name twice")]
    [InlineData("arms/1/parameters", "-1", "arms 1, parameters: is no whole number of at least 0")]
    [InlineData("arms/1/losses/1", "\"NaN\"", "arms 1, losses 1: is no finite number")]
    [InlineData("arms/1/losses/1", "1e999", "arms 1, losses 1: is no finite number")]
    [InlineData("arms/1/loss", "1.25", "arms 1, loss: is not the mean of the losses")]
    [InlineData("comparisons/0/second", "\"nobody\"", "comparisons 0, second: is \"nobody\", which is no arm")]
    [InlineData("comparisons/0/first", "\"all weights\"", "comparisons: lack by features with uncalibrated")]
    [InlineData("comparisons/2/loss_low", "9", "comparisons 2, loss_low: is above loss_high")]
    [InlineData("comparisons/2/loss_p", "1.5", "comparisons 2, loss_p: is no share")]
    [InlineData("comparisons/2/seeds_with_less_loss", "3", "comparisons 2, seeds_with_less_loss: are 3 of 2")]
    public void What_cannot_be_is_refused_by_its_place(string at, string? value, string said)
    {
        Sample().Write(_folder["a.json"]);
        var root = JsonNode.Parse(File.ReadAllText(_folder["a.json"]))!;
        string[] path = at.Split('/');
        var parent = path[..^1].Aggregate(root, (node, key) => int.TryParse(key, out int i) ? node[i]! : node[key]!);
        if (value is null) parent.AsObject().Remove(path[^1]);
        else if (int.TryParse(path[^1], out int index)) parent[index] = JsonNode.Parse(value);
        else parent[path[^1]] = JsonNode.Parse(value);
        string file = _folder.Write("a.json", root.ToJsonString());
        Assert.Contains(said, Assert.Throws<InputException>(() => ExperimentFigures.Read(file)).Message);
    }

    [Fact]
    public void A_file_that_is_none_is_refused()
    {
        Assert.Throws<InputException>(() => ExperimentFigures.Read(_folder["nowhere.json"]));
        Assert.Throws<InputException>(() => ExperimentFigures.Read(_folder.Write("b.json", "{\"format\":")));
        Assert.Throws<InputException>(() => ExperimentFigures.Read(_folder.Write("c.json", "[]")));
        Assert.Throws<InputException>(() => ExperimentFigures.Read(_folder.Write("d.json", "{}")));
    }

    public void Dispose() => _folder.Dispose();
}
