using System.Runtime.InteropServices;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>A BERT's graph in which one thing is another. Its maps and last states are outputs.</summary>
internal sealed class OnnxVariants : OnnxBert
{
    /// <summary>The outputs with the maps of two layers.</summary>
    public static readonly string[] Maps = ["maps 1", "maps 2"];

    /// <summary>The output with the last states.</summary>
    public const string States = "states";

    private readonly string kind;
    private readonly bool roberta;
    private int layer;
    private string ids = "", segments = "";

    public OnnxVariants(BertForMaskedLM model, string kind) : base(model)
    {
        this.kind = kind;
        roberta = kind.StartsWith("roberta", StringComparison.Ordinal);
        Graph = new OnnxWriter { Opset = kind.EndsWith("operator", StringComparison.Ordinal) ? 23 : 17 };
    }

    protected override string Embeddings(string ids, string segments)
    {
        const string At = "bert.embeddings.";
        (this.ids, this.segments) = (ids, segments);
        string words = Node("Gather", [Weight(At + "word_embeddings.weight"), kind == "the next word" ? Node("Add", [ids,
            Graph.Whole(1)]) : ids]);
        if (kind == "scaled words") words = Node("Mul", [words, Graph.Number(MathF.Sqrt(Config.HiddenSize))]);
        string rows = kind switch
        {
            _ when roberta => Node("Expand", [Graph.Whole(0), Node("Shape", [ids])]),
            "segments are always 1" => Node("Expand", [Graph.Whole(1), Node("Shape", [ids])]),
            "segments change places" => Node("Sub", [Graph.Whole(1), segments]),
            _ => segments,
        };
        string sum = Node("Add", [words, Positions(Weight(At + "position_embeddings.weight"), ids)]);
        return Norm(At + "LayerNorm", Node("Add", [sum, Node("Gather", [Weight(At + "token_type_embeddings.weight"), rows])]));
    }

    protected override string Positions(string table, string ids)
    {
        if (kind == "every other row")
            return Node("Slice", [table, Graph.Wholes(0), Graph.Wholes(16), Graph.Wholes(0), Graph.Wholes(2)]);
        return Node("Gather", [table, roberta ? Counted() : Places()]);
    }

    private string Places()
    {
        string zero = Graph.Whole(0), one = Graph.Whole(1), two = Graph.Whole(2), all = Range(ids);
        return kind switch
        {
            "positions from the end" => Node("Range", [Node("Sub", [Length(ids), one]), Graph.Whole(-1), Graph.Whole(-1)]),
            "every other position" => Node("Range", [zero, Node("Mul", [Length(ids), two]), two]),
            "positions from 2 behind another node" => Node("Unsqueeze", [Node("Add", [all, two]), Graph.Wholes(0)]),
            "positions less from the length" => Node("Sub", [Node("Sub", [Length(ids), one]), all]),
            "positions doubled" => Node("Mul", [all, two]),
            "positions in a circle" => Node("Mod", [all, Graph.Whole(3)]),
            "places of ones" => Node("Squeeze", [Node("Transpose", [Node("NonZero", [Node("Expand", [one, Row(Length(ids))])])]),
                Graph.Wholes(1)]),
            _ => all,
        };
    }

    private string Counted()
    {
        string padding = Node("Equal", [ids, Graph.Whole(1)]);
        string own = Node("Cast", [kind == "roberta counts padding" ? padding : Node("Not", [padding])], ("to", 7));
        string count = kind switch
        {
            "roberta before the token" => Node("CumSum", [own, Graph.Whole(1)], ("exclusive", 1)),
            "roberta from the end" => Node("CumSum", [own, Graph.Whole(1)], ("reverse", 1)),
            "roberta after others" => Node("Add", [Node("CumSum", [own, Graph.Whole(1)]), Graph.Whole(3)]),
            _ => Node("CumSum", [own, Graph.Whole(1)]),
        };
        return Node("Add", [kind == "roberta with padding counted on" ? count : Node("Mul", [count, own]), Graph.Whole(1)]);
    }

    protected override string Mask(string mask)
    {
        string columns = Range(mask), rows = Node("Unsqueeze", [columns, Graph.Wholes(1)]);
        return kind switch
        {
            "itself hidden" => Hidden(Node("Equal", [columns, rows])),
            "a diagonal" => Hidden(Node("EyeLike", [Node("Expand", [Graph.Number(0), Node("Concat", [Row(Length(mask)),
                Row(Length(mask))], ("axis", 0))])])),
            "later tokens weigh more" => Node("Add", [mask, Node("Mul", [Node("Cast", [columns], ("to", 1)), Graph.Number(0.5f)])]),
            "its own segment" => Hidden(Node("Not", [Node("Equal", [Node("Unsqueeze", [segments, Graph.Wholes(1)]),
                Node("Unsqueeze", [segments, Graph.Wholes(2)])])])),
            "padding weighs a little less" => Node("Div", [mask, Graph.Number(1000)]),
            "tokens hidden" => Node("Sub", [Graph.Number(-10000), mask]),
            "padding is hidden by its id" => Hidden(Node("Equal", [ids, Graph.Whole(0)])),
            "a triangle of whole numbers" => Hidden(Triangle(8)),
            _ => mask,
        };
        string Hidden(string what) => Node("Add", [mask, Node("Mul", [Node("Cast", [what], ("to", 1)), Graph.Number(-10000)])]);
    }

    protected override string Attention(string at, string hidden, string mask)
    {
        layer++;
        string q = Linear(at + "query", hidden), k = Linear(at + "key", hidden), v = Linear(at + "value", hidden);
        switch (kind)
        {
            case "scaled before the operator":
                return Node("Attention", [Node("Mul", [q, Graph.Number(2)]), k, v], ("q_num_heads", Config.NumAttentionHeads),
                    ("kv_num_heads", Config.NumAttentionHeads));
            case "heads across tokens in an operator": return Whole(Node("Attention", [Runs(q), Runs(k), Runs(v)]));
            case "heads across tokens": return Whole(Product(Runs(q), Runs(k), Runs(v), mask));
            default: return Merge(Product(Split(q), Split(k), Split(v), mask));
        }
    }

    private string Product(string q, string k, string v, string mask)
    {
        bool last = layer == Config.NumHiddenLayers;
        switch (kind)
        {
            case "queries and keys change places": (q, k) = (k, q); break;
            case "negated queries and keys": (q, k) = (Node("Mul", [q, Graph.Number(-1.5f)]), Node("Mul", [k, Graph.Number(-1)])); break;
            case "a scale for each head": q = Node("Mul", [q, Graph.Tensor(Graph.Fresh(), [1, 2, 3, 4], 1, 4, 1, 1)]); break;
            case "scaled values": v = Node("Mul", [v, Graph.Number(0.5f)]); break;
        }
        string scores = Scores(q, Node("Transpose", [k], ("perm", new[] { 0, 1, 3, 2 })));
        if (kind == "another scale in the last layer" && last) scores = Node("Mul", [scores, Graph.Number(1.7f)]);
        if (kind == "scores times the mask") scores = Node("Mul", [scores, Node("Exp", [mask])]);
        if (kind == "scores twice") scores = Node("Add", [scores, scores]);
        string sum = Node("Add", [scores, mask]);
        string shares = kind == "no Softmax in the last layer" && last ? Graph.Node("Sigmoid", [sum], Maps[layer - 1])
            : Graph.Node("Softmax", [sum], Maps[layer - 1], ("axis", -1));
        Graph.Output(shares);
        return Node("MatMul", [kind == "scaled probabilities" ? Node("Mul", [shares, Graph.Number(0.9f)]) : shares, v]);
    }

    protected override string Activation(string x) => kind == "activation of the last layer" && layer == Config.NumHiddenLayers
        ? Node(".FastGelu", [x]) : base.Activation(x);

    protected override string Norm(string name, string x)
    {
        string scale = Weight(name + ".weight"), shift = Weight(name + ".bias");
        bool other = kind == "epsilon of the last layer" && name.Contains("layer.1.output", StringComparison.Ordinal);
        return Node("LayerNormalization", [x, scale, shift], ("axis", -1), ("epsilon", other ? 1e-3f : (float)Config.LayerNormEps));
    }

    protected override string Linear(string name, string input) => kind == "biases twice"
        ? Node("Add", [base.Linear(name, input), Weight(name + ".bias")]) : base.Linear(name, input);

    protected override void Head(string hidden) => Graph.Output(Graph.Node("Identity", [hidden], States));

    private string Node(string type, string[] from, params (string, object)[] attributes) => Graph.Node(type, from, attributes);

    private string Length(string of) => Node("Gather", [Node("Shape", [of]), Graph.Whole(1)], ("axis", 0));

    private string Row(string number) => Node("Unsqueeze", [number, Graph.Wholes(0)]);

    private string Range(string of) => Node("Range", [Graph.Whole(0), Length(of), Graph.Whole(1)]);

    // [B, T, D] as [B, H, T, d] without a change of places: heads are runs of tokens.
    private string Runs(string states) => Node("Reshape", [states, Graph.Wholes(0, Config.NumAttentionHeads, -1, Config.HeadSize)]);

    private string Whole(string states) => Node("Reshape", [states, Graph.Wholes(0, -1, Config.HiddenSize)]);

    private string Triangle(int size)
    {
        string name = Graph.Fresh();
        long[] later = [.. Enumerable.Range(0, size * size).Select(i => i % size > i / size ? 1L : 0)];
        Graph.Add(OnnxWriter.Tensor(name, 7, [1, 1, size, size], MemoryMarshal.AsBytes(later.AsSpan()).ToArray()));
        return name;
    }
}
