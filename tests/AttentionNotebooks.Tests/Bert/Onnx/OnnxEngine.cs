using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>An encoder's ONNX file in ONNX Runtime, with the outputs of its softmaxes fetched: the maps, layer by layer.</summary>
internal sealed class OnnxEngine : IDisposable
{
    private const string Hidden = "last_hidden_state";
    private const int GraphField = 7, OutputField = 12, NameField = 1;

    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _maps;

    /// <summary>Opens the file of a model folder.</summary>
    /// <param name="folder">A folder with <c>model.onnx</c>.</param>
    /// <param name="alone">Whether nothing else wants the cores: then its threads wait for work in a loop, as is its default.</param>
    public OnnxEngine(string folder, bool alone = false)
    {
        string file = Path.Combine(folder, "model.onnx");
        byte[] model = File.ReadAllBytes(file);
        // In the graph's order, which is that of the layers.
        _maps = [.. OnnxFile.Read(file).Nodes.Where(n => n.Is("Softmax")).Select(n => n.Output)];
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (!alone) options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession([.. model, .. AsOutputs(_maps)], options);
    }

    /// <summary>Layers: softmaxes of the graph.</summary>
    public int Layers => _maps.Length;

    /// <summary>Runs a batch.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, padded.</param>
    /// <param name="segments">Segments <c>[B, T]</c>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>.</param>
    /// <param name="length">T.</param>
    /// <param name="maps">Whether the maps are fetched too.</param>
    /// <returns>The last hidden states <c>[B, T, D]</c>, then, where they are fetched, each layer's maps <c>[B, H, T, T]</c>; the
    /// caller disposes them.</returns>
    public IDisposableReadOnlyCollection<OrtValue> Run(long[] ids, long[] segments, long[] mask, int length, bool maps = true)
    {
        long[] shape = [ids.Length / length, length];
        using OrtValue a = OrtValue.CreateTensorValueFromMemory(ids, shape), b = OrtValue.CreateTensorValueFromMemory(mask, shape),
            c = OrtValue.CreateTensorValueFromMemory(segments, shape);
        return _session.Run(_run, Inputs, [a, b, c], maps ? [Hidden, .. _maps] : [Hidden]);
    }

    /// <summary>The engine as a source of attention.</summary>
    public GivenAttention Source(HeadGrid grid, IReadOnlyList<TokenizedText> texts, int padId) =>
        new(new ModelOrigin("ONNX Runtime", OrtEnv.Instance().GetVersionString(), "given"), grid, texts, batch =>
        {
            long[] ids = batch.Padded(i => texts[i].Ids, padId), segments = batch.Padded(i => texts[i].Segments);
            using var outputs = Run(ids, segments, batch.Mask(), batch.Length);
            for (int layer = 0; layer < Layers; layer++)
            {
                var maps = outputs[1 + layer];
                batch.Give(layer, maps.GetTensorDataAsSpan<float>(), maps.GetTensorTypeAndShape().Shape);
            }
        });

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    // A second graph field, which Protocol Buffers merge with the first: outputs of which nothing but the name is said.
    private static byte[] AsOutputs(IEnumerable<string> names) => OnnxWriter.Message(file => OnnxWriter.Bytes(file, GraphField,
        OnnxWriter.Message(graph =>
        {
            foreach (string name in names)
                OnnxWriter.Bytes(graph, OutputField, OnnxWriter.Message(o => OnnxWriter.Bytes(o, NameField, Encoding.UTF8.GetBytes(name))));
        })));
}
