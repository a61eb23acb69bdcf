namespace AttentionNotebooks.Tests.Calibration;

/// <summary>The figures of a pruning study, written and read.</summary>
public sealed class PruningFiguresTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void What_is_written_is_read_again_and_put_into_sentences()
    {
        var written = Sample();
        written.Write(_folder["a.json"]);
        var read = PruningFigures.Read(_folder["a.json"]);
        Assert.Equal(("demo", "masked words", new HeadGrid(2, 3), 24, 16, 4),
            (read.Model, read.Task, read.Grid, read.MeasuredItems, read.TestItems, read.RandomOrders));
        Assert.Equal([0, 3, 6], read.Removed);
        Assert.Equal(written.Areas, read.Areas);
        Assert.Equal(written.Comparisons, read.Comparisons); // NaN too: two orders have no p
        read.Write(_folder["b.json"]);
        Assert.Equal(File.ReadAllBytes(_folder["a.json"]), File.ReadAllBytes(_folder["b.json"]));
        Assert.Equal(
        [
            "by features against random orders: −0.500 nats a question [−0.700, −0.300], p = 0.010, Holm 0.020: keeps more",
            "by gradient against random orders: −0.100 nats a question [−0.300, +0.100], p = 0.300, Holm 0.300: no difference that these "
                + "items can show",
            "by features against by gradient: −0.400 nats a question [−0.600, −0.200]: keeps more",
        ], read.Sentences());
        var worse = written with
        {
            Comparisons =
            [written.Comparisons[0] with { Loss = new(0.5, 0.3, 0.7), PValue = 1, Holm = 1 }, written.Comparisons[0] with { Holm = 0.2 }]
        };
        Assert.Equal(["keeps less", "keeps more, but that is not sure"], worse.Sentences().Select(s => s.Split(": ")[^1]));
    }

    [Fact]
    public void Curves_become_their_areas()
    {
        int[] removed = [0, 3, 6];
        PruningCurve Curve(string name, params double[] loss) =>
            new(name, removed, [.. loss.Select(l => new TaskScores([l, l], [1, 0], [1, 1]))]);
        var study = PruningStudy.Compare([Curve("by features", 1, 2, 4)], [Curve("random 0", 1, 3, 4), Curve("random 1", 1, 3.5, 4)]);
        var figures = PruningFigures.Of(study, "demo", "masked words", new HeadGrid(2, 3), 5, 2);
        Assert.Equal(["by features", PruningStudy.RandomOrders], figures.Areas.Select(a => a.Name));
        Assert.Equal((2, study.Comparisons.Count, 2), (figures.RandomOrders, figures.Comparisons.Count, figures.TestItems));
        figures.Write(_folder["c.json"]);
        Assert.Equal(figures.Areas, PruningFigures.Read(_folder["c.json"]).Areas);
    }

    [Theory]
    [InlineData("attention-pruning-study", "another", "holds no figures of a pruning study")]
    [InlineData("\"version\": 1", "\"version\": 0", "version: is 0, and 1 is read here")]
    [InlineData("\"removed\": [\n    0,", "\"removed\": [\n    -1,", "removed 0: is no whole number of at least 0")]
    [InlineData("\"first\": \"by gradient\"", "\"first\": \"by magic\"", "comparisons 1, first: is \"by magic\", which has no area")]
    [InlineData("\"p\": 0.01", "\"p\": 7", "comparisons 0, p: is no share")]
    [InlineData("\"low\": -0.7", "\"low\": 9", "comparisons 0, loss, low: is above high")]
    [InlineData("\"low\": -0.7,", "", "comparisons 0, loss, low: is missing")]
    public void What_cannot_be_is_refused_by_its_place(string written, string instead, string said)
    {
        Sample().Write(_folder["a.json"]);
        string text = File.ReadAllText(_folder["a.json"]);
        Assert.Contains(written, text);
        string file = _folder.Write("a.json", text.Replace(written, instead));
        Assert.Contains(said, Assert.Throws<InputException>(() => PruningFigures.Read(file)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private static PruningFigures Sample()
    {
        var accuracy = new Interval(0.1, 0, 0.2);
        return new PruningFigures("demo", "masked words", new HeadGrid(2, 3), 24, 16, [0, 3, 6], 4,
            [.. new[] { "by features", "by gradient", PruningStudy.RandomOrders }
                .Select((name, i) => new PruningArea(name, new(3 + 0.1 * i, 2.5, 3.5), accuracy))],
            [
                new("by features", PruningStudy.RandomOrders, new(-0.5, -0.7, -0.3), accuracy, 0.01, 0.02),
                    new("by gradient", PruningStudy.RandomOrders, new(-0.1, -0.3, 0.1), accuracy, 0.3, 0.3),
                new("by features", "by gradient", new(-0.4, -0.6, -0.2), accuracy, double.NaN, double.NaN),
            ]);
    }
}
