namespace AttentionNotebooks;

/// <summary>Kinds of ONNX files that are refused by name before their structure is looked at.</summary>
internal static class OnnxRefusals
{
    private static readonly string[] Quantised =
        ["Quant", "Integer", "NBits", "Bnb4", "FpQ4", "QLinear", "QAttention", "QGemm", "QEmbed", "QOrdered", "QSkip", "QMoE", "Float8"];

    private static readonly string[] Subgraphs = ["If", "Loop", "Scan", "SequenceMap"];

    /// <summary>Refuses a graph of quantised numbers, with parts of its own, or of a decoder.</summary>
    /// <exception cref="InputException">It is one.</exception>
    public static void Check(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes)
        {
            if (Array.Exists(Quantised, q => node.Type.Contains(q, StringComparison.Ordinal)))
                throw new InputException(graph.Path, node.Place,
                    $"is {node.Type}: the model is quantised, its weights are rounded to a few bits",
                    "Take the file before quantisation, in float32, float16 or bfloat16 (often model.onnx beside model_quantized.onnx)");
            if (node.Domain.Length == 0 && Subgraphs.Contains(node.Type))
                throw new InputException(graph.Path, node.Place, $"is {node.Type}, which runs a graph of its own", Remedies.Export);
        }
        foreach (string input in graph.Inputs)
            if (input.StartsWith("past", StringComparison.Ordinal) || input.StartsWith("encoder_hidden_states", StringComparison.Ordinal))
                throw new InputException(graph.Path, $"input {input}", "is what a decoder is given", Remedies.Encoder);
    }

    /// <summary>Refuses layers that share one set of weights.</summary>
    public static void CheckShared(OnnxGraph graph, OnnxData data, IReadOnlyList<OnnxLayer> layers)
    {
        for (int l = 1; l < layers.Count; l++)
        {
            var (a, b) = (layers[l - 1].Attention.Query.Product.Weight, layers[l].Attention.Query.Product.Weight);
            if (!Same(data, a, b)) continue;
            throw new InputException(graph.Path, layers[l].Attention.Node.Place,
                $"uses the weights of layer {l - 1} again ({b.Tensor.Name}), as ALBERT does, which is not read", Remedies.Family);
        }
    }

    private static bool Same(OnnxData data, OnnxWeight a, OnnxWeight b)
    {
        if (a.Tensor == b.Tensor) return true;
        if (!a.Tensor.Shape.SequenceEqual(b.Tensor.Shape) || a.Tensor.Type != b.Tensor.Type) return false;
        using var scope = TorchSharp.torch.NewDisposeScope();
        return data.Read(a.Tensor).Equals(data.Read(b.Tensor));
    }
}
