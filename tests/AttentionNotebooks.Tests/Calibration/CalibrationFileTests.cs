namespace AttentionNotebooks.Tests.Calibration;

public sealed class CalibrationFileTests : IDisposable
{
    private const string Start = """{"format":"attention-head-calibration","version":1,"layers":2,"heads":2,""";
    private readonly TestFolder _folder = new();

    [Fact]
    public void What_is_written_is_read_and_written_again_with_the_same_bytes()
    {
        using var bert = new RandomBert();
        var calibration = bert.Everything();
        calibration.Write(_folder["a.json"]);
        var read = CalibrationFile.Read(_folder["a.json"], bert.Grid);
        Assert.Equal(calibration, read);
        read.Write(_folder["b.json"]);
        Assert.Equal(File.ReadAllBytes(_folder["a.json"]), File.ReadAllBytes(_folder["b.json"]));
    }

    [Fact]
    public void Heads_that_are_not_named_are_left_as_they_are()
    {
        var read = CalibrationFile.Read(_folder.Write("c.json", Start + """ "calibration":[{"layer":1,"head":0,"gate":0}]}"""));
        Assert.Equal(new HeadCalibration(Gate: 0), read[new Head(1, 0)]);
        Assert.Equal([new Head(1, 0)], read.Changed);
    }

    [Theory]
    [InlineData("""{"layers":2}""", "is no calibration")]
    [InlineData("""{"format":"attention-head-calibration","version":2,"layers":2,"heads":2,"calibration":[]}""", "version")]
    [InlineData(Start + """ "calibration":{}}""", "no list")]
    [InlineData(Start + """ "extra":1,"calibration":[]}""", "unknown field \"extra\"")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"tau":2}]}""", "unknown field \"tau\"")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":2}]}""", "head 0-2")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0},{"layer":0,"head":0}]}""", "second time")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":-1}]}""", "below 0")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":1e999}]}""", "no finite number")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":"NaN"}]}""", "no finite number")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"temperature":NaN}]}""", "not valid JSON")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"laplace"}]}]}""", "no known kind")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"gaussian","centre":0,"width":0,"strength":1}]}]}""", "width")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"gaussian","centre":0,"width":1}]}]}""", "strength")]
    [InlineData(Start + """ "calibration":[{"layer":0,"head":0,"priors":[{"kind":"buckets","gains":[1,2]}]}]}""", "17 gains")]
    public void A_broken_file_is_refused_with_its_name_and_place(string json, string said)
    {
        var error = Assert.Throws<InputException>(() => CalibrationFile.Read(_folder.Write("c.json", json)));
        Assert.Contains("c.json", error.Message);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void A_file_for_another_models_heads_is_refused()
    {
        string file = _folder.Write("c.json", Start + """ "calibration":[]}""");
        Assert.Contains("2 × 2", Assert.Throws<InputException>(() => CalibrationFile.Read(file, new HeadGrid(12, 12))).Message);
    }

    public void Dispose() => _folder.Dispose();
}
