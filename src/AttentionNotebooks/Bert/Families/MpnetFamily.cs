namespace AttentionNotebooks;

/// <summary>
/// MPNet: BERT's layers without segments, with positions counted as RoBERTa counts them and, beside them, a bias for the
/// distance in every score. Word pieces, framed by RoBERTa's special tokens.
/// </summary>
/// <remarks>Song et al. (2020), "MPNet: Masked and Permuted Pre-training for Language Understanding".</remarks>
internal sealed class MpnetFamily : ModelFamily
{
    private const string Buckets = "relative_attention_num_buckets";

    private static readonly (string From, string To)[] Names =
    [
        ("bert.", "mpnet."), ("encoder.score_bias.", "encoder.relative_attention_bias."),
        ("attention.self.query.", "attention.attn.q."), ("attention.self.key.", "attention.attn.k."),
        ("attention.self.value.", "attention.attn.v."),
        ("attention.output.dense.", "attention.attn.o."), ("attention.output.LayerNorm.", "attention.LayerNorm."),
        ("cls.predictions.transform.dense.", "lm_head.dense."), ("cls.predictions.transform.LayerNorm.", "lm_head.layer_norm."),
        ("cls.predictions.bias", "lm_head.bias"),
    ];

    /// <inheritdoc/>
    public override string ModelType => "mpnet";

    /// <inheritdoc/>
    public override string Prefix => "mpnet.";

    /// <inheritdoc/>
    public override string MaskedLmClass => "MPNetForMaskedLM";

    /// <inheritdoc/>
    public override string EncoderClass => "MPNetModel";

    /// <inheritdoc/>
    public override PositionScheme Positions { get; } = new RelativeBuckets();

    /// <inheritdoc/>
    public override SpecialTokens Special { get; } = new("<pad>", "[UNK]", "<s>", "</s>", "<mask>", 2, "MPNetTokenizer");

    /// <inheritdoc/>
    protected override ClassifierLayout Classifier { get; } = ClassifierLayout.TwoMaps;

    /// <inheritdoc/>
    public override string HeadAct => "gelu";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Tied { get; } = new Dictionary<string, string?>
    {
        ["lm_head.decoder.weight"] = null,
        ["lm_head.decoder.bias"] = "lm_head.bias",
    };

    /// <inheritdoc/>
    public override string FileKey(string parameter) => Rename(parameter, Names);

    /// <inheritdoc/>
    public override BertConfig Read(JsonReader json)
    {
        // The original's code computes with 32 whatever the config says; only the table's size would follow the config.
        if (json.Whole(Buckets, RelativeBuckets.Count) is var buckets and not RelativeBuckets.Count)
            throw new InputException(json.Path, Buckets, $"is {buckets}", $"Take a checkpoint that has MPNet's {RelativeBuckets.Count}");
        return base.Read(json) with { TypeVocabSize = 0, PositionPaddingId = json.Whole("pad_token_id", 1) };
    }
}
