using System.Globalization;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>The results in data/experiments: each names its model, task and sizes, and holds every control with interval and p.</summary>
public class ShippedExperimentsTests
{
    private static readonly string _folder = Repository.Path("data", "experiments");

    public static TheoryData<string> Tasks => ["masked", "agreement", "sst2"];

    public static TheoryData<string> Explained => ["masked", "agreement"];

    [Theory, MemberData(nameof(Tasks))]
    public void A_calibration_stands_beside_every_control(string task)
    {
        var e = ExperimentFigures.Read(Path.Combine(_folder, $"calibrate.{task}.json"));
        Assert.Equal(["uncalibrated", "one set", "by cluster", "random clusters", "by features", "shuffled features", "per head",
            "all weights"], e.Arms.Select(a => a.Name));
        Assert.Equal([ArmKind.Uncalibrated, ArmKind.Calibrated, ArmKind.Calibrated, ArmKind.Control, ArmKind.Calibrated, ArmKind.Control,
            ArmKind.Calibrated, ArmKind.FullTuning], e.Arms.Select(a => a.Kind));
        Assert.Equal((0, 6, e.Grid.Count * 6), (e.Arms[0].Parameters, e.Arms[1].Parameters, e.Arms[6].Parameters)); // six numbers a set
        // a control has as many as what it controls
        Assert.Equal((e.Arms[2].Parameters, e.Arms[4].Parameters), (e.Arms[3].Parameters, e.Arms[5].Parameters));
        Assert.True(e.Arms[7].Parameters > 1_000_000 && e.FullRate > 0);
        Assert.Equal((int)(0.4 * e.Items), e.TestItems);
        foreach (var (first, second) in new[] { ("by cluster", "random clusters"), ("by features", "shuffled features"),
            ("by features", "one set"), ("by features", "per head"), ("by features", "all weights") })
            Assert.Single(e.Comparisons, c => c.First == first && c.Second == second);
        Assert.DoesNotContain('/', e.Model);
        // The table holds the same, a row per arm and seed.
        string[][] rows = [.. File.ReadAllLines(Path.Combine(_folder, $"calibrate.{task}.csv")).Skip(1).Select(l => l.Split(','))];
        Assert.Equal(e.Arms.SelectMany(a => a.Losses), rows.Select(r => double.Parse(r[4], CultureInfo.InvariantCulture)));
    }

    [Theory, MemberData(nameof(Tasks))]
    public void Pruning_stands_beside_random_orders(string task)
    {
        var p = PruningFigures.Read(Path.Combine(_folder, $"prune.{task}.json"));
        Assert.Equal(["by features", "by gradient", "by ablation", PruningStudy.RandomOrders], p.Areas.Select(a => a.Name));
        Assert.Equal(3 + 3, p.Comparisons.Count);
        Assert.All(p.Comparisons.Take(3), c => Assert.InRange(c.PValue, 1.0 / (p.RandomOrders + 1), 1));
        Assert.Equal((0, p.Grid.Count), (p.Removed[0], p.Removed[^1]));
        Assert.Equal((3 + p.RandomOrders) * p.Removed.Count, File.ReadAllLines(Path.Combine(_folder, $"prune.{task}.csv")).Length - 1);
    }

    [Theory, MemberData(nameof(Explained))]
    public void Importance_is_explained_beside_its_null_and_on_the_other_task(string task)
    {
        string file = Path.Combine(_folder, $"explain.{task}.json");
        var figures = ExplanationFigures.Read(file);
        Assert.All(new[] { figures.FromOtherHeads, figures.FromOtherLayers }, f =>
            Assert.All(new[] { f!.R2, f.R2Low, f.R2High, f.PValue, f.NullMax }, v => Assert.True(double.IsFinite(v))));
        Assert.True(double.IsFinite(figures.Test!.PValue));
        Assert.EndsWith($".{task}.importance.csv", figures.ImportanceFile);
        Assert.NotEmpty(figures.Meaning);
        using var copy = new TestFolder();
        figures.Write(copy["copy.json"]);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(copy["copy.json"]));
    }

    [Theory]
    [InlineData("masked", "hidden words"), InlineData("sst2", "SST-2"), InlineData("agreement", "agreement")]
    public void The_readme_has_the_figures_of_the_files(string task, string name)
    {
        string readme = File.ReadAllText(Path.Combine(_folder, "README.md"));
        var e = ExperimentFigures.Read(Path.Combine(_folder, $"calibrate.{task}.json"));
        var moved = e.Arms.Skip(1).Select(a => a.Losses.Zip(e.Arms[0].Losses).Count(l => Math.Abs(l.First - l.Second) > 1e-6));
        Assert.Contains($"| {name} | {string.Join(" | ", moved)} |", readme);
        var x = ExplanationFigures.Read(Path.Combine(_folder, $"explain.{task}.json"));
        var p = x.FromOtherHeads;
        Assert.Contains($"| {name} | {Percent(p.R2)} [{Percent(p.R2Low)}, {Percent(p.R2High)}] | {Percent(p.NullMax)} |", readme);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{x.Test!.Rank:0.00} ("), readme);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{x.Test.R2:0.00}").Replace('-', '−'), readme);

        static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
    }

    [Fact]
    public void The_readme_names_every_kind_of_file_and_the_script_says_how_it_is_called()
    {
        string readme = File.ReadAllText(Path.Combine(_folder, "README.md"));
        foreach (string file in Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)!).Where(f => f != "README.md"))
        {
            string[] parts = file.Split('.');
            Assert.Contains(parts.Length == 3 ? $"`{parts[0]}.TASK.{(parts[0] == "explain" ? "json" : parts[2])}`" : file, readme);
        }
        Assert.Contains("demo model is small", readme);
    }
}
