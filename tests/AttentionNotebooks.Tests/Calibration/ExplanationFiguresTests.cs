using System.Text.Json.Nodes;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>The figures of an explanation: what is written is read, and what cannot be is refused by place.</summary>
public sealed class ExplanationFiguresTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static ExplanationFigures Sample { get; } = new("heads.csv", "importance.csv", "gradient", 144,
        new PredictionFigures(0.5, 0.1 + 0.2, 0.7, 0.8, 0.005, 199, -0.02, 0.03, 2.5), null, double.NaN, null,
        [new EffectFigures("entropy", -0.5, -0.75, -0.25, double.NaN, -1, 1, 0.5, 1)], "It says so.");

    [Fact]
    public void What_is_written_is_read_again_to_the_last_bit()
    {
        Sample.Write(_folder["a.json"]);
        var read = ExplanationFigures.Read(_folder["a.json"]);
        Assert.Equal(Sample with { Features = [] }, read with { Features = [] });
        Assert.Equal(Sample.Features, read.Features); // what is not a number is null in the file
        var whole = Sample with
        {
            FromOtherLayers = Sample.FromOtherHeads,
            LayerAlone = 0.25,
            Test = new TransferFigures(-2.5, 0.75, 0.5, 0.9, 0.001)
        };
        whole.Write(_folder["b.json"]);
        Assert.Equal(whole with { Features = [] }, ExplanationFigures.Read(_folder["b.json"]) with { Features = [] });
    }

    [Theory]
    [InlineData("measure", null, "measure: is missing")]
    [InlineData("heads", "0", "heads: is no whole number of at least 1")]
    [InlineData("from_other_heads", "3", "from_other_heads: is no object")]
    [InlineData("from_other_heads/r2", "\"high\"", "from_other_heads, r2: is no finite number")]
    [InlineData("features", "{}", "features: is no list")]
    [InlineData("meaning", "null", "meaning: is no text")]
    public void What_cannot_be_is_refused_by_its_place(string at, string? value, string said)
    {
        Sample.Write(_folder["a.json"]);
        var root = JsonNode.Parse(File.ReadAllText(_folder["a.json"]))!;
        string[] path = at.Split('/');
        var parent = path[..^1].Aggregate(root, (node, key) => node[key]!);
        if (value is null) parent.AsObject().Remove(path[^1]);
        else parent[path[^1]] = JsonNode.Parse(value);
        string file = _folder.Write("a.json", root.ToJsonString());
        Assert.Contains(said, Assert.Throws<InputException>(() => ExplanationFigures.Read(file)).Message);
    }

    public void Dispose() => _folder.Dispose();
}
