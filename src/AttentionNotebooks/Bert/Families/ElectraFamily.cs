namespace AttentionNotebooks;

/// <summary>
/// ELECTRA: BERT's layers, with embeddings that may be narrower than the hidden states, and without a pooler. The
/// generator has a masked-LM head; the discriminator, which is what is usually fine-tuned, has none.
/// </summary>
/// <remarks>Clark et al. (2020), "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators".</remarks>
internal sealed class ElectraFamily : ModelFamily
{
    private static readonly (string From, string To)[] Names =
    [
        ("bert.", "electra."), ("cls.predictions.transform.", "generator_predictions."), ("cls.predictions.bias", "generator_lm_head.bias"),
    ];

    /// <inheritdoc/>
    public override string ModelType => "electra";

    /// <inheritdoc/>
    public override string Prefix => "electra.";

    /// <inheritdoc/>
    public override string MaskedLmClass => "ElectraForMaskedLM";

    /// <inheritdoc/>
    public override string EncoderClass => "ElectraModel";

    /// <inheritdoc/>
    protected override ClassifierLayout Classifier { get; } = ClassifierLayout.TwoMaps with { Activation = "gelu" };

    /// <inheritdoc/>
    public override string HeadAct => "gelu";

    /// <inheritdoc/>
    protected override bool HasEmbeddings(bool fromPadding, bool projected, bool segments) => !fromPadding && projected;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Tied { get; } = new Dictionary<string, string?>
    { ["generator_lm_head.weight"] = null };

    /// <inheritdoc/>
    public override string FileKey(string parameter) => Rename(parameter, Names);

    /// <inheritdoc/>
    public override BertConfig Read(JsonReader json)
    {
        var config = base.Read(json);
        return config with { EmbeddingSize = json.Whole("embedding_size") };
    }
}
