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

    /// <summary>Whether the first map is the encoder's pooler.</summary>
    public bool ReadsPooler => Dense == Pooler;

    /// <summary>What files call a parameter of the head: <c>dense.*</c> or <c>classifier.*</c>.</summary>
    public string FileKey(string parameter) => parameter.StartsWith("dense.", StringComparison.Ordinal)
        ? Dense + parameter["dense".Length..] : Output + parameter["classifier".Length..];
}
