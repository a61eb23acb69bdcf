using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// Writes a model of the kit as an ONNX graph. Every name is meaningless, so that a reader cannot go by names; what can be written in
/// several ways is a part that a test replaces.
/// </summary>
internal class OnnxBert
{
    private readonly Dictionary<string, Tensor> weights;

    public OnnxBert(BertForMaskedLM model)
    {
        Config = model.Config;
        weights = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach());
    }

    public BertConfig Config { get; }

    public OnnxWriter Graph { get; init; } = new();

    public float RootOfSize => MathF.Sqrt(Config.HeadSize);

    /// <summary>The file: encoder and masked-LM head.</summary>
    public byte[] File()
    {
        string ids = Graph.Input("a"), mask = Graph.Node("Cast", [Graph.Input("b")], ("to", 1)), segments = Graph.Input("c");
        string hidden = Embeddings(ids, segments);
        string added = Graph.Node("Mul", [Graph.Node("Sub", [Graph.Number(1), mask]), Graph.Number(-10000)]);
        for (int l = 0; l < Config.NumHiddenLayers; l++) hidden = Layer($"bert.encoder.layer.{l}.", hidden, Mask(added));
        Graph.Output(Graph.Node("Identity", [hidden]));
        Head(hidden);
        return Graph.File();
    }

    protected virtual string Mask(string mask) => mask;

    protected virtual string Embeddings(string ids, string segments)
    {
        const string At = "bert.embeddings.";
        string words = Graph.Node("Gather", [Weight(At + "word_embeddings.weight"), ids]);
        string sum = Graph.Node("Add", [words, Positions(Weight(At + "position_embeddings.weight"), ids)]);
        if (Config.TypeVocabSize > 0)
            sum = Graph.Node("Add", [sum, Graph.Node("Gather", [Weight(At + "token_type_embeddings.weight"), segments])]);
        string normal = Norm(At + "LayerNorm", sum);
        return Config.EmbeddingSize is null ? normal : Linear("bert.embeddings_project", normal);
    }

    protected virtual string Positions(string table, string ids)
    {
        string length = Graph.Node("Gather", [Graph.Node("Shape", [ids]), Graph.Whole(1)], ("axis", 0));
        return Graph.Node("Gather", [table, Graph.Node("Range", [Graph.Whole(0), length, Graph.Whole(1)])]);
    }

    protected virtual string Layer(string at, string hidden, string mask)
    {
        string context = Attention(at + "attention.self.", hidden, mask);
        string output = Linear(at + "attention.output.dense", context);
        string middle = Norm(at + "attention.output.LayerNorm", Graph.Node("Add", [output, hidden]));
        string wide = Activation(Linear(at + "intermediate.dense", middle));
        return Norm(at + "output.LayerNorm", Graph.Node("Add", [middle, Linear(at + "output.dense", wide)]));
    }

    protected virtual string Attention(string at, string hidden, string mask)
    {
        string q = Split(Linear(at + "query", hidden)), k = Split(Linear(at + "key", hidden)), v = Split(Linear(at + "value", hidden));
        string turned = Graph.Node("Transpose", [k], ("perm", new[] { 0, 1, 3, 2 }));
        string shares = Graph.Node("Softmax", [Graph.Node("Add", [Scores(q, turned), mask])], ("axis", -1));
        return Merge(Graph.Node("MatMul", [shares, v]));
    }

    protected virtual string Scores(string query, string key) =>
        Graph.Node("Div", [Graph.Node("MatMul", [query, key]), Graph.Number(RootOfSize)]);

    protected string Split(string states) => Graph.Node("Transpose",
        [Graph.Node("Reshape", [states, Graph.Wholes(0, 0, Config.NumAttentionHeads, Config.HeadSize)])], ("perm", new[] { 0, 2, 1, 3 }));

    protected string Merge(string context) => Graph.Node("Reshape",
        [Graph.Node("Transpose", [context], ("perm", new[] { 0, 2, 1, 3 })), Graph.Wholes(0, 0, Config.HiddenSize)]);

    protected virtual string Linear(string name, string input) =>
        Graph.Node("Add", [Graph.Node("MatMul", [input, Turned(name + ".weight")]), Weight(name + ".bias")]);

    protected virtual string Activation(string x)
    {
        if (Config.HiddenAct == "relu") return Graph.Node("Relu", [x]);
        string erf = Graph.Node("Erf", [Graph.Node("Div", [x, Graph.Number(MathF.Sqrt(2))])]);
        return Graph.Node("Mul", [Graph.Node("Mul", [x, Graph.Node("Add", [erf, Graph.Number(1)])]), Graph.Number(0.5f)]);
    }

    protected virtual string Norm(string name, string x) => Graph.Node("LayerNormalization",
        [x, Weight(name + ".weight"), Weight(name + ".bias")], ("axis", -1), ("epsilon", (float)Config.LayerNormEps));

    protected virtual void Head(string hidden)
    {
        if (!weights.ContainsKey("cls.predictions.bias")) return;
        string x = Norm("cls.predictions.transform.LayerNorm", Activation(Linear("cls.predictions.transform.dense", hidden)));
        string logits = Graph.Node("MatMul", [x, Turned("bert.embeddings.word_embeddings.weight")]);
        Graph.Output(Graph.Node("Add", [logits, Weight("cls.predictions.bias")]));
    }

    /// <summary>A weight as Hugging Face keeps it.</summary>
    protected string Weight(string name) => Tensor(weights[name]);

    /// <summary>A matrix as [in, out].</summary>
    protected string Turned(string name) => Tensor(weights[name].t());

    /// <summary>Matrices or vectors side by side.</summary>
    protected string Beside(params string[] names) => Tensor(cat([.. names.Select(n => weights[n].dim() == 2 ? weights[n].t()
        : weights[n])], -1));

    protected virtual string Tensor(Tensor values) =>
        Graph.Tensor(Graph.Fresh(), [.. values.contiguous().data<float>()], values.shape);
}
