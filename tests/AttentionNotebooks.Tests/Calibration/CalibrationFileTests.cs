using TorchSharp;

namespace AttentionNotebooks.Tests.Calibration;

public sealed class CalibrationFileTests : IDisposable
{
    private const string Start = """{"format":"attention-head-calibration","version":2,"layers":2,"heads":2,""";

    // As version 1 wrote it: "temperature" multiplies the scores.
    private const string FirstVersion = """
        {
          "format": "attention-head-calibration",
          "version": 1,
          "layers": 3,
          "heads": 4,
          "calibration": [
            {"layer": 0, "head": 1, "temperature": 2, "special_bias": 1.5, "gate": 0.25,
         "priors": [{"kind": "gaussian", "centre": -1, "width": 2, "strength": 3}]},
            {"layer": 1, "head": 0, "temperature": 0, "special_bias": 0, "gate": 1, "priors": []},
            {"layer": 1, "head": 3, "gate": 0},
            {"layer": 2, "head": 2, "temperature": 0.3, "special_bias": 0, "gate": 0.7, "priors": []}
          ]
        }
        """;

    private readonly TestFolder _folder = new();

    [Fact]
    public void What_is_written_is_read_and_written_again_with_the_same_bytes()
    {
        using var bert = new RandomBert();
        var calibration = bert.Everything();
        calibration.Write(_folder["a.json"]);
        var read = ModelCalibration.Read(_folder["a.json"], bert.Grid);
        Assert.Equal(calibration, read);
        read.Write(_folder["b.json"]);
        Assert.Equal(File.ReadAllBytes(_folder["a.json"]), File.ReadAllBytes(_folder["b.json"]));
    }

    [Fact]
    public void A_temperature_of_version_1_multiplied_and_is_read_as_the_divisor()
    {
        var read = ModelCalibration.Read(_folder.Write("v1.json", FirstVersion));
        var sharper = read[new Head(0, 1)];
        Assert.Equal(new HeadCalibration(0.5, 1.5, 0.25).With(new GaussianPrior(-1, 2, 3)), sharper); // biases and gates stay
        Assert.Equal(double.PositiveInfinity, read[new Head(1, 0)].Temperature);
        Assert.Equal(new HeadCalibration(Gate: 0), read[new Head(1, 3)]);
        Assert.Equal(1 / 0.3, read[new Head(2, 2)].Temperature);
        read.Write(_folder["v2.json"]);
        string written = File.ReadAllText(_folder["v2.json"]);
        Assert.Contains("\"version\": 2", written);
        Assert.Contains("\"temperature\": 0.5", written);
        Assert.Contains("\"temperature\": \"Infinity\"", written);
        Assert.Equal(read, ModelCalibration.Read(_folder["v2.json"]));
    }

    [Fact]
    public void A_file_of_version_1_edits_the_scores_by_the_factors_it_names()
    {
        var random = new Random(4);
        double[] factors = [.. Enumerable.Range(0, 10_000).Select(_ => Math.Exp(8 * random.NextDouble() - 4))];
        string heads = string.Join(",", factors.Select((f, i) =>
            FormattableString.Invariant($$"""{"layer":{{i / 100}},"head":{{i % 100}},"temperature":{{f:R}}}""")));
        var read = ModelCalibration.Read(_folder.Write("v1.json",
            $$"""{"format":"attention-head-calibration","version":1,"layers":100,"heads":100,"calibration":[{{heads}}]}"""));
        Assert.Equal(factors.Select(f => (float)f), read.Heads.Select(h => (float)h.Scale)); // float32, as passes take them
    }

    [Fact]
    public void A_file_of_version_1_folds_to_the_weights_that_its_factors_give()
    {
        using var bert = new RandomBert();
        var calibration = ModelCalibration.Read(_folder.Write("v1.json", FirstVersion), bert.Grid);
        using var expected = Checkpoint.Load(bert.Folder);
        int size = expected.Config.HeadSize;
        void Scale(int layer, int head, float query, float gate)
        {
            using var noGradients = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var own = expected.Model.Bert.Encoder.Layers[layer];
            foreach (var weight in own.QueryParameters) weight.narrow(0, head * size, size).mul_(query);
            own.OutputWeight.narrow(1, head * size, size).mul_(gate);
        }
        Scale(0, 1, 2, 0.25f);
        Scale(1, 0, 0, 1);
        Scale(1, 3, 1, 0);
        Scale(2, 2, 0.3f, 0.7f);
        CalibrationExport.Export(bert.Folder, calibration, bert["folded"], leaveOutBiases: true);
        Checkpoint.Save(bert["expected"], expected.Model, expected.Tokenizer);
        Assert.Equal(File.ReadAllBytes(Path.Combine(bert["expected"], "model.safetensors")),
            File.ReadAllBytes(Path.Combine(bert["folded"], "model.safetensors")));
    }

    [Fact]
    public void Heads_that_are_not_named_are_left_as_they_are()
    {
        var read = ModelCalibration.Read(_folder.Write("c.json", Start + """ "calibration":[{"layer":1,"head":0,"gate":0}]}"""));
        Assert.Equal(new HeadCalibration(Gate: 0), read[new Head(1, 0)]);
        Assert.Equal([new Head(1, 0)], read.Changed);
    }

    [Theory]
    [InlineData("""{"layers":2}""", "is no calibration")]
    [InlineData("""{"format":"attention-head-calibration","version":3,"layers":2,"heads":2,"calibration":[]}""",
        "version: is 3; 1 and 2 are read here")]
    [InlineData("""{"format":"attention-head-calibration","version":0,"layers":2,"heads":2,"calibration":[]}""",
        "version: is 0; 1 and 2 are read here")]
    [InlineData(
        """{"format":"attention-head-calibration","version":1,"layers":2,"heads":2,"calibration":[{"layer":0,"head":0,"""
            + """ "temperature":-2}]}""", "temperature -2, below 0")]
    [InlineData(
        """{"format":"attention-head-calibration","version":1,"layers":2,"heads":2,"calibration":[{"layer":0,"head":0,"""
            + """ "temperature":1e10}]}""", "temperature 1E-10; the smallest is 1E-09")]
    [InlineData(
        """{"format":"attention-head-calibration","version":1,"layers":2,"heads":2,"calibration":[{"layer":0,"head":0,"""
            + """ "temperature":"Infinity"}]}""", "no finite number")]
    [InlineData(Start + """ "calibration":{}}""", "no list")]
    [InlineData(Start + """ "extra":1,"calibration":[]}""", "unknown field \"extra\"")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"tau":2}]}""", "unknown field \"tau\"")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":2}]}""", "head 0-2")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0},{"layer":0,"head":0}]}""", "second time")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":-1}]}""", "below 0")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":0}]}""", "temperature 0; the smallest is 1E-09")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":1e999}]}""", "no finite number")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":"NaN"}]}""", "no finite number")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":NaN}]}""", "not valid JSON")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"laplace"}]}]}""", "no known kind")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"gaussian","centre":0,"width":0,"strength":1}]}]}""",
        "width")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"gaussian","centre":0,"width":1}]}]}""", "strength")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"buckets","gains":[1,2]}]}]}""", "17 gains")]
    public void A_broken_file_is_refused_with_its_name_and_place(string json, string said)
    {
        var error = Assert.Throws<InputException>(() => ModelCalibration.Read(_folder.Write("c.json", json)));
        Assert.Contains("c.json", error.Message);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void A_file_for_another_models_heads_is_refused()
    {
        string file = _folder.Write("c.json", Start + """ "calibration":[]}""");
        Assert.Contains("2 × 2", Assert.Throws<InputException>(() => ModelCalibration.Read(file, new HeadGrid(12, 12))).Message);
    }

    public void Dispose() => _folder.Dispose();
}
