namespace AttentionNotebooks;

/// <summary>Finds the layers of the encoder, each from its last normalisation back to the states that enter it.</summary>
internal sealed class LayerMatcher
{
    private readonly OnnxValues values;
    private readonly SumMatcher sums;
    private readonly ActivationMatcher activations;
    private readonly AttentionMatcher attentions;
    private readonly MaskCheck masks;
    private (NoMatchException Error, int Step)? nearest;

    public LayerMatcher(OnnxValues values, SumMatcher sums, ActivationMatcher activations, OnnxData data)
    {
        this.values = values;
        this.sums = sums;
        this.activations = activations;
        masks = new MaskCheck(values, data);
        attentions = new AttentionMatcher(values, sums, masks);
    }

    /// <summary>Makes sure that masks hide padding, and no token because of its segment.</summary>
    /// <exception cref="InputException">They do otherwise.</exception>
    public void CheckMasks(OnnxEmbeddings embeddings) => masks.CheckMeaning(embeddings);

    /// <summary>All layers, from 0.</summary>
    /// <exception cref="InputException">There is no attention, or not every one is in a layer that can be read.</exception>
    public IReadOnlyList<OnnxLayer> All()
    {
        var graph = values.Graph;
        var anchors = graph.Nodes.Where(attentions.IsAnchor).ToList();
        if (anchors.Count == 0)
            throw new InputException(graph.Path, "graph", "holds no attention: no Softmax and no node that has one inside",
                "Take the ONNX file of an encoder such as BERT");
        var byResult = new Dictionary<string, OnnxLayer>();
        foreach (var node in graph.Nodes)
            if (sums.Norm(node.Output) is { } norm && norm.Node == node && Layer(norm, node.Output) is { } layer)
                byResult.Add(layer.Result, layer);
        var used = byResult.Values.Select(l => l.Attention.Node).ToHashSet();
        if (used.Count != byResult.Count)
            throw new InputException(graph.Path, "graph", "uses one attention in two layers", Remedies.Export);
        var open = anchors.Where(a => !used.Contains(a) && attentions.IsAttention(a)).ToList();
        if (open.Count > 0 || byResult.Count == 0) throw Unknown(open.FirstOrDefault() ?? anchors[0], byResult.Count);
        var layers = Ordered(byResult);
        RequireLast(layers);
        return layers;
    }

    // Above the last layer no two of its tokens' states meet: that would be a layer which is not read.
    private void RequireLast(IReadOnlyList<OnnxLayer> layers)
    {
        var above = new HashSet<string>(StringComparer.Ordinal) { layers[^1].Result };
        foreach (var node in values.Graph.Nodes)
        {
            if (!node.Inputs.Exists(above.Contains)) continue;
            if (attentions.IsProduct(node) && above.Contains(node.Input(0)) && above.Contains(node.Input(1)))
                throw Unknown(node, layers.Count);
            above.UnionWith(node.Outputs);
        }
    }

    private OnnxLayer? Layer(OnnxNorm norm, string result)
    {
        int step = 0;
        try
        {
            var (product, bias, residual) = Block(norm, null);
            step++;
            var activation = activations.Find(product.Input);
            if (activation.Linear.Input != residual)
                throw new NoMatchException("the feed-forward part does not read what is added to it", norm.Node);
            step++;
            var middle = sums.Norm(residual) ?? throw NoMatchException.Expected("a layer normalisation was expected",
                values.Maker(residual));
            var attention = Attention(middle);
            var (output, outputBias, entering) = Block(middle, attention.Input);
            if (entering != attention.Input)
                throw new NoMatchException("attention does not read what is added to it", middle.Node);
            return new OnnxLayer(attention, SumMatcher.Joined(output, outputBias), middle, activation, SumMatcher.Joined(product, bias),
                norm,
                values.Origin(result));
        }
        catch (NoMatchException e)
        {
            // What says more, and then what stopped farther inside, tells most.
            if (e.Node is not null && (nearest is not { } known || (e.Telling, step).CompareTo((known.Error.Telling, known.Step)) > 0))
                nearest = (e, step);
            return null;
        }
    }

    // The attention whose output map may stand beside another product: that of embeddings that are widened.
    private OnnxAttention Attention(OnnxNorm norm)
    {
        var sum = sums.Sum(norm.Inputs);
        NoMatchException? last = null;
        foreach (var product in sum.Products)
        {
            try
            {
                return attentions.Find(product.Input);
            }
            catch (NoMatchException e)
            {
                if (last is null || (e.Telling && !last.Telling)) last = e;
            }
        }
        throw last ?? NoMatchException.Expected("attention's output was expected", norm.Node);
    }

    // One linear map and the states beside it.
    private (OnnxProduct Product, OnnxTensor Bias, string Residual) Block(OnnxNorm norm, string? stop)
    {
        var sum = sums.Sum(norm.Inputs, stop);
        if (norm.Bias is not null) sum.Vectors.Add(norm.Bias);
        if (sum.Products is not [var product] || sum.Values is not [var residual] || sum.Vectors is not [var bias])
            throw NoMatchException.Expected("a linear map with a bias, and the states that entered it, were expected", norm.Node);
        return (product, bias, sums.Flat(residual));
    }

    private List<OnnxLayer> Ordered(Dictionary<string, OnnxLayer> byResult)
    {
        var entered = byResult.Values.Select(l => l.Attention.Input).ToHashSet();
        var last = byResult.Values.Where(l => !entered.Contains(l.Result)).ToList();
        if (last.Count != 1) throw Unknown(last[0].Attention.Node, byResult.Count);
        var layers = new List<OnnxLayer>();
        for (var layer = last[0]; layer is not null; layer = byResult.GetValueOrDefault(layer.Attention.Input)) layers.Insert(0, layer);
        if (layers.Count == byResult.Count) return layers;
        throw Unknown(byResult.Values.First(l => !layers.Contains(l)).Attention.Node, layers.Count);
    }

    private InputException Unknown(OnnxNode anchor, int found)
    {
        string reason = nearest is { } known ? $": at {known.Error.Node!.Place} ({known.Error.Node.Type}) {known.Error.Message}" : "";
        return new InputException(values.Graph.Path, anchor.Place,
            $"is attention in a layer of a structure that is not read{reason}; {found} layers were found", Remedies.Export);
    }
}
