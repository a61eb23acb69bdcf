using System.Globalization;
using System.Text.Json;
using AttentionNotebooks.Tests.Calibration;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn explain</c> on the features of real heads and importance made by a known law, or by none.</summary>
public sealed class ExplainVerbTests : IDisposable
{
    private const string Planted = "mean_distance,entropy,previous,cls";
    private static readonly string Heads = Repository.Path("data", "bert-base", "heads.csv"),
        Tweets = Repository.Path("data", "bert-base", "heads.tweets.csv");
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_planted_linear_law_is_found_and_said()
    {
        var (code, output, error) = await Explain(Law(Heads), "--coefficients", _folder["c.csv"], "--predicted", _folder["p.csv"]);
        Assert.True(code == 0, error);
        using var json = Report();
        var model = json.RootElement.GetProperty("from_other_heads");
        Assert.True(model.GetProperty("r2").GetDouble() > 0.99);
        Assert.Equal(0.02, model.GetProperty("p").GetDouble(), 1e-9); // the least of 49 permutations
        Assert.True(model.GetProperty("null_max").GetDouble() < 0.4);
        Assert.InRange(model.GetProperty("r2").GetDouble(), model.GetProperty("r2_low").GetDouble(), model.GetProperty("r2_high")
            .GetDouble());
        Assert.True(json.RootElement.GetProperty("from_other_layers").GetProperty("r2").GetDouble() > 0.98);
        Assert.True(json.RootElement.GetProperty("layer_alone_r2").GetDouble() < 0.9);
        Assert.StartsWith("The features explain", json.RootElement.GetProperty("meaning").GetString());
        Assert.Contains("also holds from layers to a layer that was left out", output);
        Assert.Contains("with the other features held, less", output);

        // The law is −2 standard deviations of distance and +1 of entropy; in units of importance's own spread their ratio stays.
        string[][] rows = [.. File.ReadAllLines(_folder["c.csv"]).Select(l => l.Split(','))];
        Assert.Equal(["mean_distance", "entropy", "previous", "cls"], rows.Skip(1).Select(r => r[0]));
        Assert.Equal(-2, Number(rows[1][1]) / Number(rows[2][1]), 0.1);
        Assert.All(rows.Skip(3), r => Assert.True(Math.Abs(Number(r[1])) < 0.05));
        var heads = HeadTable.Read(_folder["p.csv"]);
        Assert.Equal(["gradient", "predicted", "predicted_from_layers"], heads.Features);
        Assert.True(RankCorrelation.Spearman(heads.Column("gradient"), heads.Column("predicted")) > 0.99);
    }

    [Fact]
    public async Task Importance_dealt_out_at_random_is_not_explained_and_that_is_said()
    {
        var table = Law(Heads);
        double[] shuffled = [.. table.Column("gradient")];
        new Random(5).Shuffle(shuffled);
        var (code, output, error) = await Explain(table.With("gradient", shuffled));
        Assert.True(code == 0, error);
        using var json = Report();
        var model = json.RootElement.GetProperty("from_other_heads");
        Assert.InRange(model.GetProperty("r2").GetDouble(), -0.2, 0.08);
        Assert.True(model.GetProperty("p").GetDouble() > 0.05);
        Assert.Contains("Nothing here shows that the features predict gradient", output);
        Assert.Contains("is not shown to predict its importance", output);
    }

    [Fact]
    public async Task Importance_that_is_the_layer_is_told_as_such()
    {
        var table = HeadTable.Read(Heads);
        var random = new Random(2);
        var layers = new HeadTable(table.Grid, ["gradient"], [[.. table.Grid.All().Select(h => h.Layer + 0.1 * random.NextDouble())]]);
        var (code, output, error) = await Explain(layers);
        Assert.True(code == 0, error);
        using var json = Report();
        Assert.True(json.RootElement.GetProperty("layer_alone_r2").GetDouble() > 0.99);
        Assert.Contains("The layer's number alone explains as much", output);
    }

    [Fact]
    public async Task A_law_carries_over_to_other_texts_and_its_absence_is_said()
    {
        Law(Tweets).Write(_folder["there.csv"]);
        var (code, output, error) = await Explain(Law(Heads), "--test-heads", Tweets, "--test-importance", _folder["there.csv"]);
        Assert.True(code == 0, error);
        using (var json = Report())
        {
            Assert.True(json.RootElement.GetProperty("test").GetProperty("rank").GetDouble() > 0.95);
            Assert.Equal(0.001, json.RootElement.GetProperty("test").GetProperty("p").GetDouble(), 1e-9);
        }
        Assert.Contains("it puts the test heads in order better than chance", output);
        double[] shuffled = [.. Law(Tweets).Column("gradient")];
        new Random(1).Shuffle(shuffled);
        Law(Tweets).With("gradient", shuffled).Write(_folder["there.csv"]);
        (code, output, error) = await Explain(Law(Heads), "--test-heads", Tweets, "--test-importance", _folder["there.csv"], "--rescale");
        Assert.True(code == 0, error);
        Assert.Contains("is not shown to put the test heads in order", output);
    }

    [Fact]
    public async Task The_file_of_an_ablation_is_importance_too()
    {
        var law = Law(Heads);
        var before = new TaskScores([1, 1], [1, 0], [1, 1]);
        AblationEffect Effect(Head head, double change) =>
            new(new HeadGroup(head.ToString(), [head]), AblationMode.Zero, false, before, before, new Interval(change, change, change),
                new Interval(-change, 0, 0), null);
        AblationCsv.Write([.. law.Grid.All().Select(h => Effect(h, law[h, "gradient"]))], _folder["ablation.csv"]);
        var read = AblationCsv.ReadHeads(_folder["ablation.csv"]);
        Assert.Equal(law.Column("gradient").Values, read.Column("change").Values);
        Assert.Equal(law.Column("gradient").Select(v => -v), read.Column("accuracy_change"));
        var (code, output, error) = await Shell.Attn("explain", "--heads", Heads, "--importance", _folder["ablation.csv"], "--features",
            Planted, "--permutations", "19", "--draws", "100", "--out", _folder["r.json"]);
        Assert.True(code == 0, error);
        Assert.Contains("change of 12 × 12 heads by 4 features", output);
        Assert.True(Report().RootElement.GetProperty("from_other_heads").GetProperty("r2").GetDouble() > 0.99);

        AblationCsv.Write([Effect(new Head(0, 0), 1) with { Group = new HeadGroup("0 broad, and more", [new Head(0, 0), new Head(0, 1)]) }],
            _folder["groups.csv"]);
        Assert.Contains("line 2: is not of one head removed alone",
            Assert.Throws<InputException>(() => AblationCsv.ReadHeads(_folder["groups.csv"])).Message);
        _folder.Write("broken.csv", AblationCsv.Header + "\n0-0,0,0,zero,2\n");
        Assert.Contains("has 5 fields", Assert.Throws<InputException>(() => AblationCsv.ReadHeads(_folder["broken.csv"])).Message);
    }

    [Theory]
    [InlineData(2, "go together", "--test-heads", "x")]
    [InlineData(2, "goes with --test-heads", "--rescale")]
    [InlineData(2, "--permutations takes", "--permutations", "5")]
    [InlineData(2, "--draws takes", "--draws", "1")]
    [InlineData(1, "\"gradint\"", "--measure", "gradint")]
    [InlineData(1, "\"entropi\"", "--features", "entropi")]
    public async Task What_is_wrong_is_said_in_a_line(int code, string said, params string[] arguments)
    {
        Law(Heads).Write(_folder["i.csv"]);
        var result = await Shell.Attn(["explain", "--heads", Heads, "--importance", _folder["i.csv"], "--out", _folder["r.json"],
            .. arguments]);
        Assert.Equal(code, result.Code);
        Assert.Contains(said, result.Error);
        Assert.False(File.Exists(_folder["r.json"]));
    }

    [Fact]
    public async Task Any_column_of_the_heads_own_table_can_be_explained_and_does_not_explain_itself()
    {
        var table = HeadTable.Read(Heads);
        table.With("mine", "share", Law(Heads).Column("gradient")).Write(_folder["heads.csv"]);
        var (code, output, error) = await Shell.Attn("explain", "--heads", _folder["heads.csv"], "--measure", "mine", "--permutations",
            "19", "--draws", "100", "--out", _folder["r.json"]);
        Assert.True(code == 0, error);
        Assert.Contains("mine of 12 × 12 heads by 12 features", output);
        Assert.True(Report().RootElement.GetProperty("from_other_heads").GetProperty("r2").GetDouble() > 0.95);
        // The user's own column helps to explain others.
        (code, output, error) = await Shell.Attn("explain", "--heads", _folder["heads.csv"], "--measure", "globalness", "--permutations",
            "19", "--draws", "100", "--out", _folder["r.json"]);
        Assert.True(code == 0, error);
        Assert.Contains("by 13 features", output);
    }

    [Fact]
    public async Task Importance_of_a_model_that_is_known_to_be_another_is_refused()
    {
        HeadTable.Read(Heads).Of(new Provenance("bert-base", new string('a', 64))).Write(_folder["heads.csv"]);
        Law(Heads).Of(new Provenance("minilm", new string('b', 64))).Write(_folder["i.csv"]);
        var (code, _, error) = await Shell.Attn("explain", "--heads", _folder["heads.csv"], "--importance", _folder["i.csv"], "--out",
            _folder["r.json"]);
        Assert.Equal(1, code);
        Assert.Contains("i.csv: is of 12 × 12 heads of model minilm (bbbbbbbb), heads.csv is of model bert-base (aaaaaaaa)", error);
    }

    [Fact]
    public async Task Importance_of_another_model_and_a_file_without_importance_are_refused()
    {
        new HeadTable(new HeadGrid(2, 2), ["gradient"], [[1, 2, 3, 4]]).Write(_folder["small.csv"]);
        Assert.Contains("is of 2 × 2 heads", (await Shell.Attn("explain", "--heads", Heads, "--importance", _folder["small.csv"], "--out",
            _folder["r.json"])).Error);
        Assert.Contains("has none of the columns gradient, first_order, attention_gradient, ablation",
            (await Shell.Attn("explain", "--heads", Heads, "--importance", Heads, "--out", _folder["r.json"])).Error);
    }

    public void Dispose() => _folder.Dispose();

    // −2 standard deviations of mean distance, +1 of entropy: over the first file's heads, for both files.
    private static HeadTable Law(string file)
    {
        var table = HeadTable.Read(file);
        double[] distance = table.Column("mean_distance"), entropy = table.Column("entropy");
        return new HeadTable(table.Grid, ["gradient"],
            [[.. distance.Select((d, i) => 10 - 2 * d / Spread("mean_distance") + entropy[i] / Spread("entropy"))]]);
        static double Spread(string feature)
        {
            double[] x = HeadTable.Read(Heads).Column(feature);
            return Math.Sqrt(x.Average(v => (v - x.Average()) * (v - x.Average())));
        }
    }

    private async Task<(int Code, string Output, string Error)> Explain(HeadTable importance, params string[] more)
    {
        importance.Write(_folder["i.csv"]);
        return await Shell.Attn(["explain", "--heads", Heads, "--importance", _folder["i.csv"], "--features", Planted, "--permutations",
            "49", "--draws", "200", "--out", _folder["r.json"], .. more]);
    }

    private JsonDocument Report() => JsonDocument.Parse(File.ReadAllText(_folder["r.json"]));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
