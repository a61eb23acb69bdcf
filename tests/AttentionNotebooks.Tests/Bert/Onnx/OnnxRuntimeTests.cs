namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// The real encoders against ONNX Runtime, which shares no code with the kit: the same file, the same ids, and of the graph's own
/// softmaxes the maps of every head.
/// </summary>
public class OnnxRuntimeTests
{
    private const double Tolerance = 1e-5;

    [Theory, InlineData(PackagedEncoders.MiniLM), InlineData(PackagedEncoders.ArcticXs)]
    public void Hidden_states_all_maps_and_the_standard_features_are_those_of_ONNX_Runtime(string name)
    {
        string? folder = PackagedEncoders.Folder(name);
        Assert.SkipWhen(folder is null, $"{name} is not beside the kit; "
            + $"build with {(name == PackagedEncoders.MiniLM ? "-p:MiniLM=true" : "-p:ArcticXs=true")}");
        using var checkpoint = Checkpoint.Load(folder!);
        using var engine = new OnnxEngine(folder!);
        Assert.Equal(checkpoint.Config.NumHiddenLayers, engine.Layers);
        string[] awkward = [.. AwkwardText.Strings(60, seed: 11, ["[MASK]", "[SEP]", "[UNK]"])
            .Where(s => checkpoint.Tokenizer.EncodePieces(s).Length > 0)];
        var texts = OnnxParity.Mixture(checkpoint.Tokenizer, TextFile.Texts(Repository.Path("data", "texts", "sentences.txt")), awkward);
        Assert.True(texts.Count >= 200 && texts.Min(t => t.Length) == 1 && texts.Max(t => t.Length) == 512);

        var parity = OnnxParity.Measure(checkpoint, engine, texts);
        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {parity}");
        Assert.All(parity.Maps, m => Assert.InRange(m, 0, Tolerance));
        Assert.InRange(parity.Hidden, 0, Tolerance);
        Assert.InRange(parity.Features, 0, Tolerance);
    }
}
