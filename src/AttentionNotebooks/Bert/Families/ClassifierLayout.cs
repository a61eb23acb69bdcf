namespace AttentionNotebooks;

/// <summary>
/// The head for classes as a family has it: a linear map of the first token's state, an activation, and a linear map upon it with a
/// row per class.
/// </summary>
/// <param name="Dense">What files call the first map; the pooler's where the head reads the pooler.</param>
/// <param name="Output">What they call the second.</param>
/// <param name="Activation">Between them: <c>tanh</c>, <c>relu</c> or <c>gelu</c>.</param>
internal sealed record ClassifierLayout(string Dense, string Output, string Activation)
{
    private const string Pooler = "bert.pooler.dense";

    /// <summary>BERT's: a map upon the pooler.</summary>
    public static ClassifierLayout OnPooler { get; } = new(Pooler, "classifier", "tanh");

    /// <summary>RoBERTa's, and that of most families without a pooler.</summary>
    public static ClassifierLayout TwoMaps { get; } = new("classifier.dense", "classifier.out_proj", "tanh");

    /// <summary>Whether the first map adds something.</summary>
    public bool DenseBias { get; init; } = true;

    /// <summary>What files call a normalisation behind the activation; <see langword="null"/> where there is none.</summary>
    public string? Norm { get; init; }

    /// <summary>Whether that normalisation adds something.</summary>
    public bool NormBias { get; init; } = true;

    /// <summary>Whether the head reads the mean of all tokens' states in place of the first token's.</summary>
    public bool ReadsMean { get; init; }

    /// <summary>Whether the first map is the encoder's pooler.</summary>
    public bool ReadsPooler => Dense == Pooler;

    /// <summary>The head's own parameters: <c>dense.*</c> where the pooler is not read, <c>norm.*</c> where there is one,
    /// <c>classifier.*</c>.</summary>
    public IReadOnlyList<string> Parameters =>
    [
        .. ReadsPooler ? [] : DenseBias ? ["dense.weight", "dense.bias"] : new[] { "dense.weight" },
        .. Norm is null ? [] : NormBias ? ["norm.weight", "norm.bias"] : new[] { "norm.weight" },
        "classifier.weight", "classifier.bias",
    ];

    /// <summary>What files call a parameter of the head.</summary>
    public string FileKey(string parameter)
    {
        int dot = parameter.IndexOf('.');
        return parameter[..dot] switch { "dense" => Dense, "norm" => Norm!, _ => Output } + parameter[dot..];
    }
}
