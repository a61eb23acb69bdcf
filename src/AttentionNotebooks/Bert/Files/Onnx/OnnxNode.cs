namespace AttentionNotebooks;

/// <summary>A setting of a node.</summary>
internal sealed class OnnxAttribute
{
    public double Number { get; set; }

    public long Whole { get; set; }

    public string Text { get; set; } = "";

    public List<long> Wholes { get; } = [];

    public List<float> Numbers { get; } = [];

    public OnnxTensor? Tensor { get; set; }
}

/// <summary>An operation of the graph.</summary>
internal sealed class OnnxNode
{
    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    public string Name { get; set; } = "";

    public string Type { get; set; } = "";

    /// <summary>Whose operator it is; empty for ONNX's own.</summary>
    public string Domain { get; set; } = "";

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public Dictionary<string, OnnxAttribute> Attributes { get; } = [];

    /// <summary>The first output.</summary>
    public string Output => Outputs.Count > 0 ? Outputs[0] : "";

    /// <summary>How the node is shown in errors.</summary>
    public string Place => $"node {(Name.Length > 0 ? Name : Output)}";

    /// <summary>Whether this is an operator of ONNX itself.</summary>
    public bool Is(string type) => Type == type && Domain.Length == 0;

    /// <summary>Whether this is an operator of ONNX Runtime.</summary>
    public bool IsFused(string type) => Type == type && Domain == Microsoft;

    /// <summary>The name of an input; empty where it is left out.</summary>
    public string Input(int index) => index < Inputs.Count ? Inputs[index] : "";

    public double Number(string name, double missing) => Attributes.TryGetValue(name, out var found) ? found.Number : missing;

    public long Whole(string name, long missing) => Attributes.TryGetValue(name, out var found) ? found.Whole : missing;

    public string Text(string name, string missing) => Attributes.TryGetValue(name, out var found) ? found.Text : missing;

    public IReadOnlyList<long> Wholes(string name) => Attributes.TryGetValue(name, out var found) ? found.Wholes : [];
}
