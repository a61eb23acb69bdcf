using System.Globalization;
using System.Text.Json;
using AttentionNotebooks.Tests.Calibration;
using AttentionNotebooks.Tests.Functions;
using AttentionNotebooks.Tests.Training;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn prune</c>: the file of curves, the comparison with random orders, and one clear line when something is wrong.</summary>
[Collection(TrainingCollection.Name)]
public sealed class PruneVerbTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly RandomBert _bert = new(layers: 5); // 20 heads: the fewest that importance can be explained of
    private readonly string _text;

    public PruneVerbTests() => _text = _folder.Write("t.txt", string.Join('\n', Enumerable.Range(0, 2).SelectMany(_ => RandomBert.Texts)));

    [Fact]
    public async Task All_orders_lie_in_one_file_beside_random_ones_on_items_apart()
    {
        var (code, output, error) = await Prune("--steps", "5", "--random-orders", "4", "--json", _folder["p.json"]);
        Assert.True(code == 0, error);
        Assert.Contains("importance measured on 15 items, curves on 9 others; 5 × 4 heads removed in 5 steps, 4 random orders", output);
        Assert.Contains("Nothing could be found here: with 4 random orders", output);
        Assert.Contains("Set --random-orders to", output);
        foreach (string said in new[] { "by features − random orders", "by gradient − random orders", "by ablation − random orders",
            "by features − by ablation" }) Assert.Contains(said, output);
        string[][] rows = [.. File.ReadAllLines(_folder["p.csv"]).Select(l => l.Split(','))];
        Assert.Equal(PruningCsv.Header.Split(','), rows[0]);
        Assert.Equal(1 + 7 * 6, rows.Length);
        Assert.Equal(["0", "4", "8", "12", "16", "20"], rows.Skip(1).Take(6).Select(r => r[2]));
        Assert.Single(rows.Skip(1).Where(r => r[2] == "0").Select(r => r[3]).Distinct());  // the model as it is
        Assert.Single(rows.Skip(1).Where(r => r[2] == "20").Select(r => r[3]).Distinct()); // without any head
        Assert.All(rows.Skip(1), r => Assert.InRange(Number(r[3]), Number(r[4]), Number(r[5])));
        using var json = JsonDocument.Parse(File.ReadAllText(_folder["p.json"]));
        Assert.Equal(4, json.RootElement.GetProperty("areas").GetArrayLength());
        Assert.Equal(9, json.RootElement.GetProperty("test_items").GetInt32());
        Assert.Equal(("model", "masked words", 5, 4),
            (json.RootElement.GetProperty("model").GetString(), json.RootElement.GetProperty("task").GetString(),
                json.RootElement.GetProperty("layers").GetInt32(), json.RootElement.GetProperty("heads").GetInt32()));

        byte[] first = File.ReadAllBytes(_folder["p.csv"]);
        await Prune("--steps", "5", "--random-orders", "4");
        Assert.Equal(first, File.ReadAllBytes(_folder["p.csv"]));
        await Prune("--steps", "5", "--random-orders", "4", "--seed", "1");
        Assert.NotEqual(first, File.ReadAllBytes(_folder["p.csv"]));
    }

    [Fact]
    public async Task The_head_table_of_the_pipeline_gives_the_features_and_its_columns_are_orders_too()
    {
        Assert.Equal(0, (await Shell.Attn("features", "--model", _bert.Folder, "--text", _text, "--out", _folder["heads.csv"])).Code);
        HeadTable.Read(_folder["heads.csv"]).With("mine", "points", [.. Enumerable.Range(0, 20).Select(i => (double)i)])
            .Write(_folder["heads.csv"]);
        var (code, output, error) = await Prune("--heads", _folder["heads.csv"], "--orders", "features,mine,entropy,first_order", "--steps",
            "2", "--random-orders", "1");
        Assert.True(code == 0, error);
        foreach (string said in new[] { "by features", "by mine", "by entropy", "by first_order" }) Assert.Contains(said, output);
        (code, _, error) = await Prune("--heads", _folder["heads.csv"], "--orders", "colour");
        Assert.Equal(1, code);
        Assert.Contains("\"colour\"", error);
        // A table of another model, though its heads are as many.
        var table = HeadTable.Read(_folder["heads.csv"]);
        table.Of(table.From! with { Model = "another", ModelHash = new string('c', 64) }).Write(_folder["heads.csv"]);
        (code, _, error) = await Prune("--heads", _folder["heads.csv"]);
        Assert.Equal(1, code);
        Assert.Contains("is of 5 × 4 heads of model another (cccccccc), model is of model model", error);
    }

    [Fact]
    public async Task Features_can_be_fitted_to_ablation_and_from_other_layers()
    {
        var (code, output, error) = await Prune("--orders", "features", "--predict", "ablation", "--from-layers", "--steps", "2",
            "--random-orders", "0");
        Assert.True(code == 0, error);
        Assert.DoesNotContain("by gradient", output);
        Assert.DoesNotContain("− random", output);
        Assert.Equal(1 + 3, File.ReadAllLines(_folder["p.csv"]).Length);
    }

    [Fact]
    public async Task Verbs_and_classes_of_texts_are_tasks_too()
    {
        string[] quick = ["--orders", "gradient,ablation", "--steps", "2", "--random-orders", "2", "--out", _folder["p.csv"]];
        string items = _folder.Write("i.tsv", "id\tsentence\tright\twrong\tattractors\n"
            + string.Concat(Enumerable.Range(0, 10).Select(i => $"{i}\tthe cat [MASK] {(i % 2 == 0 ? "a" : "the")} dog\tsat\tplay\t0\n")));
        var verbs = await Shell.Attn(["prune", "--model", _bert.Folder, "--task", "agreement", "--items", items, .. quick]);
        Assert.True(verbs.Code == 0, verbs.Error);
        using (var classifier = ClassifierCheckpoint.Create(_bert.Model, ["0", "1"])) classifier.Save(_folder["classes"]);
        string labels = _folder.Write("l.tsv", "sentence\tlabel\n"
            + string.Concat(Enumerable.Range(0, 12).Select(i => $"{RandomBert.Texts[i]}\t{i % 2}\n")));
        var classes = await Shell.Attn(["prune", "--model", _folder["classes"], "--task", "labels", "--items", labels, "--text-column",
            "sentence", "--label-column", "label", .. quick]);
        Assert.True(classes.Code == 0, classes.Error);
        Assert.Contains("sentence labels", classes.Output);
    }

    [Fact]
    public async Task The_planted_head_is_kept_to_the_last()
    {
        PlantedBert.Create(_folder["planted"]).Dispose();
        string text = _folder.Write("twice.txt",
            string.Join('\n', Enumerable.Range(0, 4)
                .SelectMany(_ => new[] { "the the cat cat", "dog dog sat sat a a", "play play the the", "a a dog dog cat cat",
                    "sat sat cat cat" })));
        var (code, _, error) = await Shell.Attn("prune", "--model", _folder["planted"], "--text", text, "--orders", "ablation", "--steps",
            "12", "--random-orders", "19", "--out", _folder["q.csv"]);
        Assert.True(code == 0, error);
        double[] loss = [.. File.ReadAllLines(_folder["q.csv"]).Skip(1).Take(13).Select(l => Number(l.Split(',')[3]))];
        Assert.True(loss[11] < loss[0] + 0.5 * (loss[12] - loss[0]), string.Join(' ', loss));
    }

    [Theory]
    [InlineData(2, "needs --items", "--task", "agreement")]
    [InlineData(2, "knows no colour", "--text", "t", "--orders", "colour")]
    [InlineData(2, "names nothing", "--text", "t", "--orders", ",")]
    [InlineData(2, "'poetry' not recognized", "--text", "t", "--predict", "poetry")]
    [InlineData(2, "--steps takes", "--text", "t", "--steps", "0")]
    [InlineData(2, "--random-orders takes", "--text", "t", "--random-orders", "-1")]
    [InlineData(1, "cannot be opened", "--text", "nowhere.txt")]
    public async Task What_is_wrong_is_said_in_a_line(int code, string said, params string[] arguments)
    {
        var result = await Shell.Attn(["prune", "--model", _bert.Folder, "--out", _folder["x.csv"], .. arguments]);
        Assert.Equal(code, result.Code);
        Assert.Contains(said, result.Error);
        Assert.False(File.Exists(_folder["x.csv"]));
    }

    [Fact]
    public async Task A_limit_takes_items_evenly_over_their_file_which_may_be_sorted()
    {
        // The last four of twenty cannot be asked: every second item meets two of them, the first ten none.
        string items = _folder.Write("i.tsv", "id\tsentence\tright\twrong\tattractors\n"
            + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i}\tthe cat [MASK] a dog\t{(i < 16 ? "sat" : "playing")}\tplay\t0\n")));
        var (code, _, error) = await Shell.Attn("prune", "--model", _bert.Folder, "--task", "agreement", "--items", items, "--limit", "10",
            "--orders", "gradient", "--steps", "1", "--random-orders", "0", "--out", _folder["p.csv"]);
        Assert.True(code == 0, error);
        Assert.Contains("2 of 10 items are left out: one of their verb forms is not a single word piece", error);
        Assert.Contains("evenly over the file", (await Shell.Attn("prune", "--help")).Output.ReplaceLineEndings(" ").Replace("  ", ""));
        Assert.Equal([0, 2, 5, 7], Enumerable.Range(0, 10).ToArray().Evenly(4));
        Assert.Equal([0, 1, 2], new[] { 0, 1, 2 }.Evenly(int.MaxValue));
    }

    [Fact]
    public async Task Too_few_items_to_part_are_refused()
    {
        var result = await Prune("--limit", "4");
        Assert.Equal(1, result.Code);
        Assert.Contains("has 4 items", result.Error);
    }

    public void Dispose()
    {
        _bert.Dispose();
        _folder.Dispose();
    }

    private Task<(int Code, string Output, string Error)> Prune(params string[] more) =>
        Shell.Attn(["prune", "--model", _bert.Folder, "--text", _text, "--out", _folder["p.csv"], .. more]);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
