namespace AttentionNotebooks.Tests.Bert;

/// <summary>Graphs that look like a BERT's and are another model's.</summary>
internal sealed class OnnxOtherModels(BertForMaskedLM model, string kind) : OnnxBert(model)
{
    // A call inside a call for each would need more than any thread's stack.
    private const int Long = 30_000;

    private int layers;

    protected override string Mask(string mask)
    {
        string places = Graph.Node("Range", [Graph.Whole(0), Graph.Node("Gather", [Graph.Node("Shape", [mask]), Graph.Whole(1)]),
            Graph.Whole(1)]);
        string rows = Graph.Node("Unsqueeze", [places, Graph.Wholes(1)]);
        string Float(string condition) => Graph.Node("Add", [mask, Graph.Node("Cast", [condition], ("to", 1))]);
        switch (kind)
        {
            case "causal": return Float(Graph.Node("LessOrEqual", [places, rows]));
            case "triangle": return Float(Graph.Node("Trilu", [mask]));
            case "distance": return Float(Graph.Node("Less", [Graph.Node("Abs", [Graph.Node("Sub", [places, rows])]), Graph.Whole(8)]));
            case "bias":
                return Graph.Node("Add", [mask, Graph.Node("Gather", [Graph.Tensor(Graph.Fresh(), [.. Enumerable.Range(0,
                12).Select(i => i / 7f)], 3, 4),
                rows])]);
            case "a mask of many steps": return Chain(mask, at => Graph.Node("Neg", [at]));
            case "past": Graph.Input("past_key_values.0.key"); return mask;
            case "If": Graph.Node("If", [mask], ("then_branch", 1)); return mask;
            default: return mask;
        }
    }

    // The root of a head's width, through one order of sides after the other.
    protected override string Scores(string query, string key)
    {
        if (kind != "sides of sides") return base.Scores(query, key);
        string same = Graph.Wholes(0, 1, 2, 3);
        string sides = Chain(Graph.Node("Shape", [query]), at => Graph.Node("Gather", [at, same]));
        string width = Graph.Node("Cast", [Graph.Node("Gather", [sides, Graph.Whole(3)])], ("to", 1));
        return Graph.Node("Div", [Graph.Node("MatMul", [query, key]), Graph.Node("Sqrt", [width])]);
    }

    protected override string Positions(string table, string ids) =>
        kind == "widened positions" ? Chain(base.Positions(table, ids), at => Graph.Node("Expand", [at, Graph.Wholes(1, 1)]))
        : kind == "shifted" ? Positions(table, ids, start: 2)
        : kind == "static" ? Graph.Tensor(Graph.Fresh(), new float[7 * Config.HiddenSize], 1, 7, Config.HiddenSize) : base.Positions(table,
            ids);

    protected override string Attention(string at, string hidden, string mask)
    {
        switch (kind)
        {
            case "unidirectional":
                return Graph.Node(".Attention", [hidden, Beside(at + "query.weight", at + "key.weight", at + "value.weight"),
                    Beside(at + "query.bias", at + "key.bias", at + "value.bias")], ("num_heads", Config.NumAttentionHeads),
                        ("unidirectional", 1));
            case "untransposed":
                string q = Split(Linear(at + "query", hidden)), k = Split(Linear(at + "key", hidden)), v = Split(Linear(at + "value",
                    hidden));
                return Merge(Graph.Node("MatMul", [Graph.Node("Softmax", [Scores(q, k)], ("axis", -1)), v]));
            case "none": return Linear(at + "value", hidden);
            case "scrambled":
                string context = base.Attention(at, hidden, mask);
                return Graph.Node("Reshape", [Graph.Node("Transpose", [context], ("perm", new[] { 0, 2, 1 })), Graph.Wholes(0, 0,
                    Config.HiddenSize)]);
            default: return base.Attention(at, hidden, mask);
        }
    }

    protected override string Linear(string name, string input)
    {
        if (kind == "crossed" && name.EndsWith("self.key", StringComparison.Ordinal)) input = Graph.Node("Tanh", [input]);
        if (kind == "unbiased" && name.EndsWith("self.value", StringComparison.Ordinal))
            return Graph.Node("MatMul", [input, Turned(name + ".weight")]);
        return base.Linear(name, input);
    }

    protected override string Activation(string x) =>
        kind != "activation" && !(kind == "last" && layers == Config.NumHiddenLayers) ? base.Activation(x)
        : Graph.Node("Mul", [x, Graph.Node("Sigmoid", [Graph.Node("Mul", [x, Graph.Number(1.702f)])])]);

    protected override string Layer(string at, string hidden, string mask)
    {
        layers++;
        if (kind != "prenorm") return base.Layer(at, hidden, mask);
        string middle = Graph.Node("Add", [hidden, Linear(at + "attention.output.dense",
            Attention(at + "attention.self.", Norm(at + "attention.output.LayerNorm", hidden), mask))]);
        string wide = Activation(Linear(at + "intermediate.dense", Norm(at + "output.LayerNorm", middle)));
        return Graph.Node("Add", [middle, Linear(at + "output.dense", wide)]);
    }

    protected override void Head(string hidden) { }

    private static string Chain(string value, Func<string, string> next)
    {
        for (int step = 0; step < Long; step++) value = next(value);
        return value;
    }
}

/// <summary>A BERT whose words lie in another file.</summary>
internal sealed class OnnxExternalWords(BertForMaskedLM model, string location, string? offset, string? length) : OnnxBert(model)
{
    protected override string Embeddings(string ids, string segments)
    {
        (string, string?)[] all = [("location", location), ("offset", offset), ("length", length)];
        Graph.Add(OnnxWriter.External("words", [Config.VocabSize, Config.HiddenSize],
            [.. all.Where(e => e.Item2 is not null).Select(e => (e.Item1, e.Item2!))]));
        string words = Graph.Node("Gather", ["words", ids]);
        string sum = Graph.Node("Add", [words, Positions(Weight("bert.embeddings.position_embeddings.weight"), ids)]);
        return Norm("bert.embeddings.LayerNorm", sum);
    }

    protected override void Head(string hidden) { }
}
