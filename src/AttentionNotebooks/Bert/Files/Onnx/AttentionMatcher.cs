namespace AttentionNotebooks;

/// <summary>
/// Finds which linear map makes queries, which keys and which values. Their matrices have one shape, so that only the way through the
/// graph tells: to the left and the right of the scores' product, and to the product of the probabilities.
/// </summary>
internal sealed class AttentionMatcher(OnnxValues values, SumMatcher sums, MaskCheck masks)
{
    private const int Longest = 40;

    private readonly HeadSplit split = new(values);

    /// <summary>Whether a node is attention or the Softmax of one.</summary>
    public bool IsAnchor(OnnxNode node) => node.Is("Softmax") || Exponential(node) is not null || node.IsFused("BiasSoftmax")
        || node.Type.EndsWith("Attention", StringComparison.Ordinal);

    /// <summary>Whether a node is attention, and no Softmax that makes shares of classes or words: what enters it is a product of two
    /// values, not of a value with weights.</summary>
    public bool IsAttention(OnnxNode anchor)
    {
        if (!anchor.Is("Softmax") && Exponential(anchor) is null) return true;
        var seen = new HashSet<string>();
        var open = new Stack<string>([anchor.Input(0)]);
        while (open.TryPop(out string? name))
        {
            if (!seen.Add(name) || values.Maker(name) is not { } node || sums.Norm(name) is not null) continue;
            if (IsProduct(node) || node.Is("Einsum")) return true;
            if (node.Type is "MatMul" or "Gemm" or "FusedMatMul" or "FusedGemm" or "Shape" or "Gather") continue;
            foreach (string input in node.Inputs) open.Push(input);
        }
        return false;
    }

    /// <summary>The attention whose heads' outputs a value holds side by side, <c>[B, T, D]</c>.</summary>
    /// <exception cref="NoMatchException">It is none.</exception>
    /// <exception cref="InputException">It is one that the kit cannot compute.</exception>
    public OnnxAttention Find(string context)
    {
        int turns = 0;
        for (int step = 0; step < Longest; step++)
        {
            context = values.Origin(context);
            if (values.Maker(context) is not { } node) break;
            if (node.Is("Reshape")) context = node.Input(0);
            else if (node.Is("Transpose") && node.Wholes("perm").SequenceEqual([0L, 2L, 1L, 3L]) && turns++ == 0) context = node.Input(0);
            else if (node.Is("MatMul") || node.IsFused("FusedMatMul")) return Written(node, turns);
            else if (node.Is("Attention")) return Operator(node, turns);
            else if (node.IsFused("Attention")) return Fused(node);
            else if (node.IsFused("MultiHeadAttention")) return MultiHead(node);
            else break;
        }
        throw NoMatchException.Expected("attention was expected", values.Maker(context));
    }

    /// <summary>Whether a node multiplies two values, none of which is a weight.</summary>
    public bool IsProduct(OnnxNode node) => (node.Is("MatMul") || node.IsFused("FusedMatMul"))
        && !values.IsConstant(node.Input(0)) && !values.IsConstant(node.Input(1));

    // probabilities · values, with the Softmax as a node.
    private OnnxAttention Written(OnnxNode product, int turns)
    {
        if (product.Whole("transA", 0) != 0 || product.Number("alpha", 1) != 1 || TurnsTexts(product))
            throw new NoMatchException("the probabilities are changed before they meet the values", product);
        var softmax = Softmax(product.Input(0)) ?? throw NoMatchException.Expected("a Softmax was expected", product);
        if (softmax.IsFused("BiasSoftmax")) masks.Check(softmax.Input(1), softmax, MaskUse.Added);
        if (Exponential(softmax) is null && softmax.Whole("axis", values.Graph.Opset < 13 || softmax.Domain.Length > 0 ? 1
            : -1) is not (-1 or 3))
            throw new NoMatchException("the Softmax does not run over the keys", softmax);
        var (scores, scale) = Scores(Exponential(softmax) ?? softmax.Input(0), softmax);
        if (TurnsTexts(scores)) throw new NoMatchException("the scores' texts are turned", scores);
        var query = split.Side(scores.Input(0), scores.Whole("transA", 0) != 0);
        var key = split.Side(scores.Input(1), scores.Whole("transB", 0) != 0);
        var value = split.Side(product.Input(1), product.Whole("transB", 0) != 0);
        if (query.Turned || !key.Turned || value.Turned)
            throw new NoMatchException("the scores are not queries times transposed keys", scores);
        if (value.Scale != 1) throw new NoMatchException("the values are scaled", product);
        RequireSplit(turns, softmax, query, key, value);
        return Of(query, key, value, scale * query.Scale * key.Scale * scores.Number("alpha", 1), softmax, null);
    }

    // ONNX's own operator, from opset 23 on.
    private OnnxAttention Operator(OnnxNode node, int turns)
    {
        if (node.Whole("is_causal", 0) != 0) throw MaskCheck.Decoder(values.Graph.Path, node, "is_causal");
        if (node.Input(4).Length > 0 || node.Input(5).Length > 0) throw MaskCheck.Decoder(values.Graph.Path, node, "past keys");
        if (node.Number("softcap", 0) != 0) throw new NoMatchException("the scores are capped", node);
        masks.Check(node.Input(3), node);
        HeadSide[] sides = [.. Enumerable.Range(0, 3).Select(i => split.Side(node.Input(i), false))];
        if (sides.Any(s => s.Turned) || sides[2].Scale != 1) throw new NoMatchException("its inputs are turned", node);
        RequireSplit(turns, node, sides);
        if (node.Whole("kv_num_heads", 0) != node.Whole("q_num_heads", 0))
            throw new NoMatchException("queries and keys have different numbers of heads", node);
        double? given = node.Attributes.ContainsKey("scale") ? node.Number("scale", 0) : null;
        int? heads = node.Whole("q_num_heads", 0) is > 0 and < int.MaxValue and var count ? (int)count : null;
        return Of(sides[0], sides[1], sides[2], sides[0].Scale * sides[1].Scale * (given ?? 1), node, heads, ownScale: given is null);
    }

    // ONNX Runtime's, whose one matrix holds queries', keys' and values' side by side.
    private OnnxAttention Fused(OnnxNode node)
    {
        if (node.Whole("unidirectional", 0) != 0) throw MaskCheck.Decoder(values.Graph.Path, node, "unidirectional");
        if (node.Input(4).Length > 0) throw MaskCheck.Decoder(values.Graph.Path, node, "past keys");
        if (node.Input(5).Length > 0) masks.Check(node.Input(5), node);
        masks.Check(node.Input(3), node);
        if (node.Whole("do_rotary", 0) != 0) throw new NoMatchException("it turns queries and keys by their positions", node);
        if (values.Matrix(node.Input(1)) is not { } weight || values.Vector(node.Input(2)) is not { } bias)
            throw new NoMatchException("its weights are no tensors of the file", node);
        long width = weight.Columns / 3;
        if (weight.Columns != 3 * width || bias.Count != 3 * width || node.Wholes("qkv_hidden_sizes").Any(s => s != width))
            throw new NoMatchException("queries, keys and values differ in width", node);
        string input = sums.Flat(node.Input(0));
        OnnxLinear Part(int part) => new(new OnnxProduct(input, weight, node, (int)(part * width), (int)width),
            new OnnxVector(bias, (int)(part * width), (int)width));
        return Whole(node, Part);
    }

    private OnnxAttention MultiHead(OnnxNode node)
    {
        if (node.Whole("unidirectional", 0) != 0) throw MaskCheck.Decoder(values.Graph.Path, node, "unidirectional");
        if (node.Input(6).Length > 0 || node.Input(7).Length > 0) throw MaskCheck.Decoder(values.Graph.Path, node, "past keys");
        if (node.Input(1).Length == 0 || node.Input(2).Length == 0) throw new NoMatchException("its inputs are packed", node);
        masks.Check(node.Input(4), node);
        masks.Check(node.Input(5), node);
        var bias = node.Input(3).Length == 0 ? null
            : values.Vector(node.Input(3)) ?? throw new NoMatchException("its bias is no tensor of the file", node);
        OnnxLinear Part(int part)
        {
            if (bias is null) return sums.Linear(node.Input(part));
            if (sums.Sum([node.Input(part)]) is not { Products: [var product], Count: 1 } || bias.Count != 3 * product.Outputs)
                throw new NoMatchException("its inputs are not the products of one width with weights", node);
            return new OnnxLinear(product, new OnnxVector(bias, (int)(part * product.Outputs), (int)product.Outputs));
        }
        return Whole(node, Part);
    }

    // A node that takes the linear maps' results as they are, and splits them itself.
    private OnnxAttention Whole(OnnxNode node, Func<int, OnnxLinear> part)
    {
        double scale = node.Number("scale", 0);
        return Of(new(part(0), null, 1, false), new(part(1), null, 1, false), new(part(2), null, 1, false), scale == 0 ? 1 : scale, node,
            Heads(node), ownScale: scale == 0);
    }

    private static int Heads(OnnxNode node) => node.Whole("num_heads", 0) is > 0 and < int.MaxValue and var heads ? (int)heads
        : throw new NoMatchException("it does not say how many heads it has", node);

    private OnnxAttention Of(HeadSide query, HeadSide key, HeadSide value, double scale, OnnxNode node, int? heads, bool ownScale = false)
    {
        var (q, k, v) = (Linear(query, "the query"), Linear(key, "the key"), Linear(value, "the value"));
        if (q.Input != k.Input || q.Input != v.Input) throw new NoMatchException("queries, keys and values read different states", node);
        long width = q.Outputs;
        if (k.Outputs != width || v.Outputs != width) throw new NoMatchException("queries, keys and values differ in width", node);
        int count = heads ?? HeadSplit.Heads(width, query, key, value)
            ?? throw new NoMatchException("the graph does not say how many heads there are", node);
        // Without changing places with heads, a head is a run of tokens, not a part of each.
        if (heads is null && count > 1 && query.Splits == 0) throw new NoMatchException("texts are cut into heads across tokens", node);
        if (count < 1 || width % count != 0) throw new NoMatchException($"{count} heads do not divide a width of {width}", node);
        double ratio = ownScale ? scale : scale * Math.Sqrt(width / count);
        if (!(ratio > 0 && double.IsFinite(ratio))) throw new NoMatchException("the scores are multiplied by no positive number", node);
        return new OnnxAttention(q, k, v, q.Input, count, ratio, node);
    }

    // Queries, keys and values are split into heads alike, and the results put together again.
    private static void RequireSplit(int turns, OnnxNode node, params HeadSide[] sides)
    {
        if (sides.Any(s => s.Splits != turns)) throw new NoMatchException("heads are split and put together in different ways", node);
    }

    private static bool TurnsTexts(OnnxNode product) => product.Whole("transBatchA", 0) != 0 || product.Whole("transBatchB", 0) != 0;

    private OnnxLinear Linear(HeadSide side, string what) => side.Linear ?? sums.Linear(side.Source, null, what);

    // Behind what keeps rows without a token from being no number: Where(IsNaN(p), 0, p).
    private OnnxNode? Softmax(string name)
    {
        for (int step = 0; step < Longest; step++)
        {
            if (values.Maker(name) is not { } node) return null;
            if (node.Is("Softmax") || node.IsFused("BiasSoftmax") || Exponential(node) is not null) return node;
            if (!node.Is("Where") || values.Maker(node.Input(0)) is not { } test || !test.Is("IsNaN")
                || values.Origin(test.Input(0)) != values.Origin(node.Input(2)) || values.Number(node.Input(1)) != 0) return null;
            name = node.Input(2);
        }
        return null;
    }

    // What enters a softmax that is written out: exp(x − max x) / Σ exp(x − max x).
    private string? Exponential(OnnxNode node)
    {
        if (!node.Is("Div") || values.Maker(node.Input(0)) is not { } exp || !exp.Is("Exp") || values.Maker(node.Input(1)) is not { } sum
            || !values.Reduces(sum, "ReduceSum", 3) || values.Origin(sum.Input(0)) != values.Origin(node.Input(0))) return null;
        if (values.Maker(exp.Input(0)) is not { } sub || !sub.Is("Sub") || values.Maker(sub.Input(1)) is not { } most
            || !values.Reduces(most, "ReduceMax", 3) || values.Origin(most.Input(0)) != values.Origin(sub.Input(0))) return null;
        return sub.Input(0);
    }

    private (OnnxNode Product, double Scale) Scores(string name, OnnxNode softmax)
    {
        double scale = 1;
        for (int step = 0; step < Longest; step++)
        {
            if (values.Maker(name) is not { } node) break;
            if (IsProduct(node)) return (node, scale);
            if (split.Scaled(node) is { } scaled) (name, scale) = (scaled.Value, scale * scaled.Factor);
            else if (node.Is("Add") && node.Inputs.FindIndex(LeadsToProduct) is >= 0 and var sum)
            {
                foreach (string mask in node.Inputs.Where((_, i) => i != sum)) masks.Check(mask, softmax, MaskUse.Added);
                name = node.Input(sum);
            }
            else if (node.Is("Where") && new[] { node.Input(1), node.Input(2) }.FirstOrDefault(LeadsToProduct) is { } kept
                && values.Number(kept == node.Input(1) ? node.Input(2) : node.Input(1)) is < -1000)
            {
                masks.Check(node.Input(0), softmax, kept == node.Input(1) ? MaskUse.Keeps : MaskUse.Hides);
                name = kept;
            }
            else break;
        }
        throw NoMatchException.Expected("the product of queries and keys was expected", values.Maker(name) ?? softmax);
    }

    private bool LeadsToProduct(string name)
    {
        for (int step = 0; step < Longest; step++)
        {
            if (values.Maker(name) is not { } node) return false;
            if (IsProduct(node)) return true;
            if (split.Scaled(node) is { } scaled) name = scaled.Value;
            else if (node.Is("Add") || node.Is("Where"))
            {
                // One step is enough: masks are added once, or hidden scores are filled in once.
                string? next = node.Inputs.Skip(node.Is("Where") ? 1 : 0).FirstOrDefault(i => values.Maker(i) is { } below
                    && (IsProduct(below) || split.Scaled(below) is not null));
                if (next is null) return false;
                name = next;
            }
            else return false;
        }
        return false;
    }
}
