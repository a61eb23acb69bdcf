using System.Text;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>An encoder's ONNX file in ONNX Runtime, with the outputs of its softmaxes fetched: the maps, layer by layer.</summary>
internal sealed class OnnxEngine : IDisposable
{
    private const string Hidden = "last_hidden_state";
    private const int GraphField = 7, NodeField = 1, OutputField = 12, NameField = 1, NodeOutputField = 2, OperatorField = 4;

    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _maps;

    /// <summary>Opens the file of a model folder.</summary>
    /// <param name="folder">A folder with <c>model.onnx</c>.</param>
    /// <param name="alone">Whether nothing else wants the cores: then its threads wait for work in a loop, as is its default.</param>
    public OnnxEngine(string folder, bool alone = false)
    {
        byte[] model = File.ReadAllBytes(Path.Combine(folder, "model.onnx"));
        _maps = [.. SoftmaxOutputs(model)];
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
        new(new ModelOrigin("ONNX Runtime", "1.31.1", "given"), grid, texts, batch =>
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

    // The names of what Softmax nodes compute, in the graph's order, which is that of the layers.
    private static List<string> SoftmaxOutputs(byte[] model)
    {
        var names = new List<string>();
        var input = new CodedInputStream(model);
        foreach (int _ in Fields(input, GraphField, model.Length))
        {
            long endOfGraph = input.ReadLength() + input.Position;
            foreach (int __ in Fields(input, NodeField, endOfGraph))
            {
                long endOfNode = input.ReadLength() + input.Position;
                string? output = null, type = null;
                while (input.Position < endOfNode)
                {
                    uint tag = input.ReadTag();
                    if (WireFormat.GetTagFieldNumber(tag) == NodeOutputField) output ??= input.ReadString();
                    else if (WireFormat.GetTagFieldNumber(tag) == OperatorField) type = input.ReadString();
                    else input.SkipLastField();
                }
                if (type == "Softmax") names.Add(output!);
            }
        }
        return names;
    }

    // Stops at each field of the number, before its length, and passes over the others.
    private static IEnumerable<int> Fields(CodedInputStream input, int number, long end)
    {
        while (input.Position < end)
        {
            uint tag = input.ReadTag();
            if (WireFormat.GetTagFieldNumber(tag) == number) yield return number;
            else input.SkipLastField();
        }
    }

    // A second graph field, which Protocol Buffers merge with the first: outputs of which nothing but the name is said.
    private static byte[] AsOutputs(IEnumerable<string> names)
    {
        byte[] outputs = [.. names.SelectMany(name => Field(OutputField, Field(NameField, Encoding.UTF8.GetBytes(name))))];
        return Field(GraphField, outputs);
    }

    private static byte[] Field(int number, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteLength(content.Length);
        }
        bytes.Write(content);
        return bytes.ToArray();
    }
}
