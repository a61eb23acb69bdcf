using System.Globalization;
using System.Text.Json;
using AttentionNotebooks.Cli;
using AttentionNotebooks.Tests.Calibration;
using AttentionNotebooks.Tests.Training;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The command line's part in calibration: the file, the table with every control, and one clear line when something is
/// wrong.</summary>
[Collection(TrainingCollection.Name)]
public sealed class CalibrateVerbTests : IDisposable
{
    private readonly RandomBert _bert = new(layers: 2);
    private readonly TestFolder _folder = new();
    private readonly string _text, _clusters;

    public CalibrateVerbTests()
    {
        _text = _folder.Write("t.txt", string.Join('\n', Enumerable.Range(0, 3).SelectMany(_ => RandomBert.Texts)));
        _clusters = _folder.Write("c.csv", "layer,head,cluster,name\n"
            + string.Concat(_bert.Grid.All().Select((h, i) => $"{h.Layer},{h.Index},{i % 3},broad\n")));
    }

    [Fact]
    public async Task It_writes_a_calibration_and_tells_every_control()
    {
        var (code, output, error) = await Calibrate("--seeds", "2", "--out", _folder["a.json"], "--report", _folder["r.csv"], "--json",
            _folder["r.json"]);
        Assert.True(code == 0, error);
        foreach (string arm in new[] { "uncalibrated", "one set", "by cluster", "random clusters", "by features", "shuffled features",
            "per head", "all weights" }) Assert.Contains(arm, output);
        Assert.Contains("by features − shuffled features", output);
        Assert.Contains("14 of 36 items held out", output);
        var calibration = ModelCalibration.Read(_folder["a.json"], _bert.Grid);
        string[] rows = File.ReadAllLines(_folder["r.csv"]);
        Assert.Equal("arm,kind,parameters,seed,loss,accuracy", rows[0]);
        Assert.Equal(1 + 8 * 2, rows.Length);
        using var json = JsonDocument.Parse(File.ReadAllText(_folder["r.json"]));
        Assert.Equal(8, json.RootElement.GetProperty("arms").GetArrayLength());
        var figures = ExperimentFigures.Read(_folder["r.json"]);
        Assert.Equal(("model", "masked words", _bert.Grid, 36, 14, 2),
            (figures.Model, figures.Task, figures.Grid, figures.Items, figures.TestItems, figures.Seeds));
        Assert.Equal(rows.Skip(1).Select(r => double.Parse(r.Split(',')[4], CultureInfo.InvariantCulture)),
            figures.Arms.SelectMany(a => a.Losses));
        Assert.All(figures.Sentences(), s => Assert.Matches(@"p = [01]\.\d{4}, Holm [01]\.\d{3}; less loss in [012] of 2 seeds: ", s));

        // The same command gives the same bytes.
        await Calibrate("--seeds", "2", "--out", _folder["b.json"], "--report", _folder["s.csv"]);
        Assert.Equal(File.ReadAllBytes(_folder["a.json"]), File.ReadAllBytes(_folder["b.json"]));
        Assert.Equal(File.ReadAllBytes(_folder["r.csv"]), File.ReadAllBytes(_folder["s.csv"]));
        Assert.False(calibration.IsIdentity);
    }

    [Fact]
    public async Task One_set_is_one_setting_and_folds_where_it_has_no_prior()
    {
        var (code, output, error) = await Calibrate("--tying", "one", "--parts", "temperature,gate", "--no-full", "--seeds", "1", "--out",
            _folder["one.json"]);
        Assert.True(code == 0, error);
        Assert.DoesNotContain("all weights", output);
        Assert.Contains("1 seed says little", output);
        Assert.Single(ModelCalibration.Read(_folder["one.json"]).Heads.Distinct());
        Assert.Equal(0, (await Shell.Attn("fold", "--model", _bert.Folder, "--calibration", _folder["one.json"], "--out",
            _folder["folded"])).Code);
        using var folded = Checkpoint.Load(_folder["folded"]);
        Assert.Equal(_bert.Grid.Layers, folded.Config.NumHiddenLayers);

        ModelCalibration.Identity(_bert.Grid).With(new Head(1, 1), HeadCalibration.Identity.With(new GaussianPrior(1, 1, 1)))
            .Write(_folder["prior.json"]);
        string[] fold = ["fold", "--model", _bert.Folder, "--calibration", _folder["prior.json"], "--out", _folder["no"]];
        var refused = await Shell.Attn(fold);
        Assert.Equal(1, refused.Code);
        Assert.Contains("head 1-1", refused.Error);
        Assert.Contains("is not the calibrated model", (await Shell.Attn([.. fold, "--leave-out-biases"])).Error);
    }

    [Fact]
    public async Task Verbs_and_classes_of_texts_are_tasks_too()
    {
        string items = _folder.Write("i.tsv", "id\tsentence\tright\twrong\tattractors\n"
            + string.Concat(Enumerable.Range(0, 30).Select(i =>
                $"{i}\tthe cat [MASK] {(i % 2 == 0 ? "a" : "the")} "
                + $"dog\t{(i % 3 == 0 ? "sat" : "play")}\t{(i % 3 == 0 ? "play" : "sat")}\t0\n")));
        string[] quick = ["--clusters", _clusters, "--seeds", "1", "--epochs", "1", "--no-full"];
        var verbs = await Shell.Attn(["calibrate", "--model", _bert.Folder, "--task", "agreement", "--items", items, "--out",
            _folder["v.json"], .. quick]);
        Assert.True(verbs.Code == 0, verbs.Error);

        using (var classifier = ClassifierCheckpoint.Create(_bert.Model, ["0", "1"])) classifier.Save(_folder["classes"]);
        string labels = _folder.Write("l.tsv", "sentence\tlabel\n"
            + string.Concat(Enumerable.Range(0, 30).Select(i => $"{RandomBert.Texts[i % 12]}\t{i % 2}\n")));
        var classes = await Shell.Attn(["calibrate", "--model", _folder["classes"], "--task", "labels", "--items", labels, "--out",
            _folder["l.json"], "--parts", "temperature,gate", .. quick]);
        Assert.True(classes.Code == 0, classes.Error);
        Assert.False(ModelCalibration.Read(_folder["l.json"], _bert.Grid).IsIdentity
            && ModelCalibration.Read(_folder["v.json"], _bert.Grid).IsIdentity);

        // A classifier keeps its head when it is folded.
        Assert.Equal(0, (await Shell.Attn("fold", "--model", _folder["classes"], "--calibration", _folder["l.json"], "--out",
            _folder["folded"])).Code);
        using var folded = ClassifierCheckpoint.Load(_folder["folded"]);
        Assert.Equal(["0", "1"], folded.Labels);
    }

    [Fact]
    public async Task A_head_table_sets_the_heads_by_its_own_features()
    {
        string texts = _folder.Write("other.txt", "the cat sat\nplaying , a dog\ncat , the dog sat\n");
        Assert.Equal(0, (await Shell.Attn("features", "--model", _bert.Folder, "--text", texts, "--out", _folder["heads.csv"])).Code);
        string[] quick = ["--seeds", "1", "--no-full", "--parts", "temperature,gate"];
        Assert.Equal(0, (await Calibrate([.. quick, "--out", _folder["own.json"], "--report", _folder["own.csv"]])).Code);
        Assert.Equal(0,
            (await Calibrate([.. quick, "--heads", _folder["heads.csv"], "--out", _folder["given.json"], "--report",
                _folder["given.csv"]])).Code);
        Dictionary<string, double> Losses(string name) => ExperimentCsv.Read(_folder[name]).ToDictionary(a => a.Name, a => a.Loss);
        var (own, given) = (Losses("own.csv"), Losses("given.csv"));
        foreach (string arm in own.Keys) Assert.Equal(!arm.Contains("features"), own[arm] == given[arm]);
        Assert.NotEqual(File.ReadAllText(_folder["own.json"]), File.ReadAllText(_folder["given.json"]));

        var (code, _, error) = await Calibrate([.. quick, "--heads", Repository.Path("data", "bert-base", "heads.csv"), "--out",
            _folder["x.json"]]);
        Assert.Equal(1, code);
        Assert.Contains($"heads.csv: is of 12 × 12 heads, and the model has {_bert.Grid}", error);
        string clusters = _folder.Write("other.csv", "layer,head,cluster,name\n0,0,0,a\n0,1,1,b\n");
        (code, _, error) = await Shell.Attn("calibrate", "--model", _bert.Folder, "--task", "masked", "--text", _text, "--clusters",
            clusters, "--out", _folder["x.json"]);
        Assert.Equal(1, code);
        Assert.Contains($"other.csv: is of 1 × 2 heads, and the model has {_bert.Grid}", error);
    }

    [Fact]
    public async Task Files_that_are_known_to_be_of_another_model_are_refused_and_the_models_own_are_taken()
    {
        Assert.Equal(0, (await Shell.Attn("features", "--model", _bert.Folder, "--text", _text, "--out", _folder["heads.csv"])).Code);
        Assert.Equal(0, (await Shell.Attn("cluster", "--heads", _folder["heads.csv"], "--k", "3", "--out", _folder["own.csv"])).Code);
        string[] quick = ["calibrate", "--model", _bert.Folder, "--task", "masked", "--text", _text, "--seeds", "1", "--epochs", "1",
            "--no-full", "--parts", "gate", "--out", _folder["x.json"], "--clusters", _folder["own.csv"]];
        Provenance.Of(new ModelOrigin("minilm", new string('b', 64), "Float32")).Write(_clusters);
        HeadTable.Read(_folder["heads.csv"]).Of(Provenance.Read(_clusters)).Write(_folder["others.csv"]);
        await Refused("c.csv", [.. quick[..^1], _clusters]);
        await Refused("others.csv", [.. quick, "--heads", _folder["others.csv"]]);
        var (code, _, error) = await Shell.Attn([.. quick, "--heads", _folder["heads.csv"]]);
        Assert.True(code == 0, error);

        async Task Refused(string file, string[] arguments)
        {
            var (code, _, error) = await Shell.Attn(arguments);
            Assert.Equal(1, code);
            Assert.Contains($"{file}: is of {_bert.Grid} heads of model minilm (bbbbbbbb), model is of model model (", error);
            Assert.False(File.Exists(_folder["x.json"]));
        }
    }

    [Theory]
    [InlineData("one", "one set", 1), InlineData("cluster", "by cluster", 3), InlineData("features", "by features", 8),
        InlineData("head", "per head", 8)]
    public async Task The_calibration_of_the_named_tying_is_written(string tying, string arm, int most)
    {
        var (code, output, error) = await Calibrate("--tying", tying, "--no-full", "--seeds", "1", "--parts", "temperature,gate", "--out",
            _folder["t.json"]);
        Assert.True(code == 0, error);
        Assert.StartsWith($"{_folder["t.json"]}: {arm}, seed 0; ", output);
        Assert.InRange(CalibrationFile.Read(_folder["t.json"], _bert.Grid).Heads.Distinct().Count(), 1, most);
    }

    [Theory]
    [InlineData("--rate", "calibration \""), InlineData("--full-rate", "training of all weights")]
    public async Task A_rate_that_leads_out_of_all_numbers_ends_it_and_writes_nothing(string option, string who)
    {
        var (code, _, error) = await Calibrate("--seeds", "1", option, "1e20", "--out", _folder["x.json"], "--report", _folder["x.csv"],
            "--json", _folder["y.json"]);
        Assert.Equal(1, code);
        Assert.Matches($"{who}.*step [0-9]+.*(NaN or infinite|has [a-z_]+).*Learn with a smaller rate.", error);
        Assert.Empty(Directory.GetFiles(_folder.Root, "x.*").Concat(Directory.GetFiles(_folder.Root, "y.*")));
    }

    [Fact]
    public async Task A_calibration_that_changes_nothing_is_reported_when_it_is_learnt_and_when_it_is_folded()
    {
        string file = _folder["nothing.json"]; // a step of this rate is 0 in float32
        var learnt = await Shell.Attn(["calibrate", "--model", _bert.Folder, "--task", "masked", "--text", _text, "--clusters", _clusters,
            "--epochs", "1", "--rate", "1e-300", "--no-full", "--seeds", "1", "--out", file]);
        Assert.Equal(0, learnt.Code);
        Assert.Contains($"attn: {file} changes no head", learnt.Error);
        Assert.Contains("by features: in 1 of 1 seeds nothing that was learnt", learnt.Output);
        Assert.True(ModelCalibration.Read(file).IsIdentity);
        var folded = await Shell.Attn(["fold", "--model", _bert.Folder, "--calibration", file, "--out", _folder["same"]]);
        Assert.Equal(0, folded.Code);
        Assert.Contains($"attn: {file} sets no temperature and no gate", folded.Error);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_bert.Folder, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(_folder["same"], "model.safetensors")));
        ModelCalibration.Identity(_bert.Grid).With(new Head(0, 1), new HeadCalibration(Gate: 0.5)).Write(_folder["some.json"]);
        Assert.DoesNotContain("sets no",
            (await Shell.Attn(["fold", "--model", _bert.Folder, "--calibration", _folder["some.json"], "--out", _folder["other"]])).Error);
    }

    [Theory]
    [InlineData(2, "needs --text", "--task", "masked")]
    [InlineData(2, "needs --items", "--task", "agreement")]
    [InlineData(2, "'poetry' not recognized", "--task", "poetry")]
    [InlineData(2, "knows no colour", "--task", "masked", "--text", "t", "--parts", "colour")]
    [InlineData(2, "--seeds must be", "--task", "masked", "--text", "t", "--seeds", "0")]
    [InlineData(1, "cannot be opened", "--task", "masked", "--text", "nowhere.txt")]
    public async Task What_is_wrong_is_said_in_a_line(int code, string said, params string[] arguments)
    {
        var result = await Shell.Attn(["calibrate", "--model", _bert.Folder, "--clusters", _clusters, "--out", _folder["x.json"],
            .. arguments]);
        Assert.Equal(code, result.Code);
        Assert.Contains(said, result.Error);
        Assert.False(File.Exists(_folder["x.json"]));
    }

    public void Dispose()
    {
        _bert.Dispose();
        _folder.Dispose();
    }

    private Task<(int Code, string Output, string Error)> Calibrate(params string[] more) =>
        Shell.Attn(["calibrate", "--model", _bert.Folder, "--task", "masked", "--text", _text, "--clusters", _clusters, "--epochs", "2",
            .. more.Contains("--rate") ? [] : new[] { "--rate", "0.05" }, .. more]);
}
