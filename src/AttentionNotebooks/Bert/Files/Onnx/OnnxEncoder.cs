using System.Globalization;

namespace AttentionNotebooks;

/// <summary>An encoder found in an ONNX graph: its sizes and which tensors are which weights.</summary>
internal sealed record OnnxEncoder(OnnxGraph Graph, OnnxData Data, OnnxEmbeddings Embeddings, IReadOnlyList<OnnxLayer> Layers,
    OnnxHeads Heads)
{
    private const double SmallestHalf = 5e-7, BertEpsilon = 1e-12;

    /// <summary>Reads the graph of a file; its weights are not read yet.</summary>
    /// <exception cref="InputException">The file is damaged, or holds no encoder that the kit can compute.</exception>
    public static OnnxEncoder Read(string path)
    {
        var graph = OnnxFile.Read(path);
        OnnxRefusals.Check(graph);
        var data = new OnnxData(path);
        var values = new OnnxValues(graph, data);
        var sums = new SumMatcher(values);
        var activations = new ActivationMatcher(values, sums);
        var matcher = new LayerMatcher(values, sums, activations, data);
        var layers = matcher.All();
        OnnxRefusals.CheckShared(graph, data, layers);
        var embeddings = new EmbeddingMatcher(values, sums).Find(layers[0].Attention.Input);
        matcher.CheckMasks(embeddings);
        var heads = new HeadMatcher(values, sums, activations).Find(layers[^1].Result, embeddings.Words.Shape[0],
            layers[0].Attention.Query.Inputs);
        return new OnnxEncoder(graph, data, embeddings, layers, heads);
    }

    /// <summary>The sizes that the graph gives.</summary>
    /// <param name="family">The family that config.json names; decided by the graph unless given.</param>
    /// <exception cref="InputException">Layers differ where all layers of an encoder are alike.</exception>
    public BertConfig Config(ModelFamily? family)
    {
        var first = Layers[0];
        int hidden = (int)first.Attention.Query.Inputs, embedded = (int)Embeddings.Words.Shape[1];
        return new BertConfig
        {
            ModelType = (family ?? Family()).ModelType,
            VocabSize = (int)Math.Min(Embeddings.Words.Shape[0], int.MaxValue),
            HiddenSize = hidden,
            EmbeddingSize = Embeddings.Projection is null ? null : embedded,
            NumHiddenLayers = Layers.Count,
            NumAttentionHeads = Same("num_attention_heads", l => l.Attention.Heads),
            IntermediateSize = (int)Same("intermediate_size", l => l.Intermediate.Linear.Outputs),
            HiddenAct = Same("hidden_act", l => l.Intermediate.Name),
            MaxPositionEmbeddings = (int)Math.Min(Embeddings.Positions.Shape[^2], int.MaxValue),
            PositionPaddingId = Embeddings.PaddingId,
            TypeVocabSize = (int)(Embeddings.Types?.Shape[0] ?? 0),
            LayerNormEps = Epsilon(),
        };
    }

    /// <summary>Whether an optimiser put the faster form of GELU in.</summary>
    public bool HasFastGelu => Graph.Nodes.Any(n => n.IsFused("FastGelu"));

    private ModelFamily Family() =>
        ModelFamily.OfEmbeddings(Embeddings.PaddingId is not null, Embeddings.Projection is not null, Embeddings.Types is not null);

    // Of the layers and the embeddings; the shortest decimal of the float that the graph holds.
    private double Epsilon()
    {
        double held = Same("layer_norm_eps", l => l.Norm.Epsilon == l.AttentionNorm.Epsilon && l.Norm.Epsilon == Embeddings.Epsilon
            ? l.Norm.Epsilon : throw Differs("layer_norm_eps", l));
        // Where it is a constant of a float16 graph, BERT's 1e-12 is raised to about the smallest number.
        if (Embeddings.Words.Type == OnnxTensor.Half && held < SmallestHalf) return BertEpsilon;
        // A constant of such a graph has three digits, of which the last may be rounded.
        string digits = Embeddings.Words.Type == OnnxTensor.Float ? "R" : "G2";
        return double.Parse(((float)held).ToString(digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private T Same<T>(string what, Func<OnnxLayer, T> of)
    {
        var value = of(Layers[0]);
        return Layers.FirstOrDefault(l => !Equals(of(l), value)) is { } other ? throw Differs(what, other) : value;
    }

    private InputException Differs(string what, OnnxLayer layer) => new(Graph.Path, layer.Attention.Node.Place,
        $"is in a layer whose {what} differs from that of others", Remedies.Export);
}
