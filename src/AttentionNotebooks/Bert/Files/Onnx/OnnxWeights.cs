using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The weights of an ONNX file under the names and in the layout of Hugging Face's checkpoints: matrices as <c>[out, in]</c>, queries,
/// keys and values apart. Each is read when it is asked for.
/// </summary>
internal sealed class OnnxWeights : IWeightFile
{
    private sealed record Part(OnnxTensor Tensor, bool Turned, int Start, int? Count, double Scale, long[] Shape);

    private readonly OnnxEncoder encoder;
    private readonly ModelFamily family;
    private readonly Dictionary<string, Part> parts = new(StringComparer.Ordinal);

    /// <summary>Names the weights as a family's files do.</summary>
    /// <exception cref="InputException">The elements of a weight are not all there.</exception>
    public OnnxWeights(OnnxEncoder encoder, BertConfig config)
    {
        this.encoder = encoder;
        family = config.Family;
        Name(config);
        foreach (var part in parts.Values) encoder.Data.Check(part.Tensor);
        NameUnused();
    }

    /// <inheritdoc/>
    public string Path => encoder.Graph.Path;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => parts.Keys;

    /// <inheritdoc/>
    public IReadOnlyList<long> ShapeOf(string key) => parts[key].Shape;

    /// <inheritdoc/>
    public string FileOf(string key) => encoder.Data.FileOf(parts[key].Tensor);

    /// <inheritdoc/>
    public Tensor Read(string key)
    {
        var part = parts[key];
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var tensor = encoder.Data.Read(part.Tensor);
        if (part.Turned) tensor = tensor.t();
        if (part.Count is { } count) tensor = tensor.narrow(0, part.Start, count);
        tensor = tensor.reshape(part.Shape);
        if (part.Scale != 1)
        {
            // In float64, so that only the result is rounded.
            tensor = tensor.to_type(ScalarType.Float64).mul(torch.tensor(part.Scale)).to_type(ScalarType.Float32);
        }
        return tensor.contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Nothing stays open between two tensors.</summary>
    public void Dispose() { }

    private void Name(BertConfig config)
    {
        var e = encoder.Embeddings;
        Put(family.FileKey("bert.embeddings.word_embeddings.weight"), e.Words);
        Put(family.FileKey("bert.embeddings.position_embeddings.weight"), e.Positions, [e.Positions.Shape[^2], e.Positions.Shape[^1]]);
        if (e.Types is { } types) Put(family.FileKey("bert.embeddings.token_type_embeddings.weight"), types);
        Add("bert.embeddings.LayerNorm", e.NormScale, e.NormShift);
        if (e.Projection is { } projection) Add("bert.embeddings_project", projection);
        for (int l = 0; l < encoder.Layers.Count; l++)
        {
            var layer = encoder.Layers[l];
            string at = $"bert.encoder.layer.{l}.";
            Add(at + "attention.self.query", layer.Attention.Query, Ratio(layer));
            Add(at + "attention.self.key", layer.Attention.Key);
            Add(at + "attention.self.value", layer.Attention.Value);
            Add(at + "attention.output.dense", layer.Output);
            Add(at + "attention.output.LayerNorm", layer.AttentionNorm.Scale, layer.AttentionNorm.Shift);
            Add(at + "intermediate.dense", layer.Intermediate.Linear);
            Add(at + "output.dense", layer.Dense);
            Add(at + "output.LayerNorm", layer.Norm.Scale, layer.Norm.Shift);
        }
        NameHeads(config);
    }

    private void NameHeads(BertConfig config)
    {
        var heads = encoder.Heads;
        bool ofClasses = heads.Classifier is not null && family.ClassifierOf(config).ReadsPooler;
        // Where another family's classifier stands upon it, the same nodes are a part of that classifier.
        if (heads.Pooler is { } pooler && (heads.Classifier is null || ofClasses)) Add("bert.pooler.dense", pooler);
        if (ofClasses)
        {
            Put("classifier.weight", heads.Classifier!.Product.Weight, 0, null, 1);
            Put("classifier.bias", heads.Classifier.Bias.Tensor, [heads.Classifier.Outputs]);
        }
        if (heads.Words is not { } words || !IsTied(words, config)) return;
        Add("cls.predictions.transform.dense", words.Transform.Linear);
        Add("cls.predictions.transform.LayerNorm", words.Norm.Scale, words.Norm.Shift);
        Put(family.FileKey("cls.predictions.bias"), words.Decoder.Bias.Tensor, [words.Decoder.Outputs]);
        if (heads.Pairs is { } pairs && family.ClassifierOf(config).ReadsPooler) Add("cls.seq_relationship", pairs);
    }

    // The decoder's matrix is the table of words, stored once, or once more.
    private bool IsTied(OnnxWordHead head, BertConfig config)
    {
        var (weight, table) = (head.Decoder.Product.Weight, encoder.Embeddings.Words);
        if (weight.Rows != config.EmbeddingWidth || head.Transform.Name != (config.HeadAct ?? config.HiddenAct)
            || head.Norm.Epsilon != encoder.Layers[0].Norm.Epsilon) return false;
        if (weight.Tensor == table) return weight.Transposed;
        using var scope = NewDisposeScope();
        var decoder = encoder.Data.Read(weight.Tensor);
        return encoder.Data.Read(table).to_type(ScalarType.Float32).Equals((weight.Transposed ? decoder
            : decoder.t()).to_type(ScalarType.Float32));
    }

    // 1 where the graph's scale is the encoder's 1/√d, up to the rounding of its number format; float32 may have been float16 once.
    private static double Ratio(OnnxLayer layer)
    {
        var (scale, weight) = (layer.Attention.Scale, layer.Attention.Query.Product.Weight.Tensor);
        double rounding = weight.Type is OnnxTensor.Half or OnnxTensor.BFloat ? 5e-3 : 5e-4;
        return Math.Abs(scale - 1) <= rounding ? 1 : scale;
    }

    private void Add(string name, OnnxLinear linear, double scale = 1)
    {
        Put(family.FileKey(name + ".weight"), linear.Product.Weight, linear.Product.Start, linear.Product.Count, scale);
        parts.Add(family.FileKey(name + ".bias"), new Part(linear.Bias.Tensor, false, linear.Bias.Start, linear.Bias.Count, scale,
            [linear.Bias.Length]));
    }

    private void Add(string name, OnnxTensor scale, OnnxTensor shift)
    {
        Put(family.FileKey(name + ".weight"), scale, [scale.Count]);
        Put(family.FileKey(name + ".bias"), shift, [shift.Count]);
    }

    private void Put(string key, OnnxTensor tensor, long[]? shape = null) =>
        parts.Add(key, new Part(tensor, false, 0, null, 1, shape ?? tensor.Shape));

    private void Put(string key, OnnxWeight weight, int start, int? count, double scale) => parts.Add(key, new Part(weight.Tensor,
        !weight.Transposed, start, count, scale, [count ?? weight.Columns, weight.Rows]));

    // Floats that the model has no place for, under a name that is no weight's.
    private void NameUnused()
    {
        var used = parts.Values.Select(p => p.Tensor.Name).ToHashSet();
        if (encoder.Heads.Words is { } words
            && parts.ContainsKey(family.FileKey("cls.predictions.bias"))) used.Add(words.Decoder.Product.Weight.Tensor.Name);
        foreach (var tensor in encoder.Graph.Tensors.Values)
            if (tensor is { IsFloat: true, Count: > 1 } && !used.Contains(tensor.Name))
                parts.Add($"onnx:{tensor.Name}", new Part(tensor, false, 0, null, 1, tensor.Shape));
    }
}
