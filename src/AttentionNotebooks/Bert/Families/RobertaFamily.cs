namespace AttentionNotebooks;

/// <summary>RoBERTa: BERT's layers with one segment, positions counted from the padding's id on, and byte-level pieces.</summary>
/// <remarks>
/// Liu et al. (2019), "RoBERTa: A Robustly Optimized BERT Pretraining Approach". XLM-RoBERTa and CamemBERT have the
/// same encoder but SentencePiece tokenizers, which are not read, so they are refused.
/// </remarks>
internal sealed class RobertaFamily : ModelFamily
{
    private static readonly (string From, string To)[] Names =
    [
        ("bert.", "roberta."), ("cls.predictions.transform.dense.", "lm_head.dense."),
            ("cls.predictions.transform.LayerNorm.", "lm_head.layer_norm."),
        ("cls.predictions.bias", "lm_head.bias"),
    ];

    /// <inheritdoc/>
    public override string ModelType => "roberta";

    /// <inheritdoc/>
    public override string Prefix => "roberta.";

    /// <inheritdoc/>
    public override string MaskedLmClass => "RobertaForMaskedLM";

    /// <inheritdoc/>
    public override string EncoderClass => "RobertaModel";

    /// <inheritdoc/>
    protected override ClassifierLayout Classifier { get; } = ClassifierLayout.TwoMaps;

    /// <inheritdoc/>
    public override string HeadAct => "gelu";

    /// <inheritdoc/>
    protected override bool HasEmbeddings(bool fromPadding, bool projected, bool segments) => fromPadding;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Tied { get; } = new Dictionary<string, string?>
    { ["lm_head.decoder.weight"] = null, ["lm_head.decoder.bias"] = "lm_head.bias" };

    /// <inheritdoc/>
    public override string FileKey(string parameter) => Rename(parameter, Names);

    /// <inheritdoc/>
    public override BertConfig Read(JsonReader json) =>
        base.Read(json) with { PositionPaddingId = json.Whole("pad_token_id", 1) };
}
