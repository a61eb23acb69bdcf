namespace AttentionNotebooks;

/// <summary>DistilBERT: BERT's layers under other names, without segments and without a pooler.</summary>
/// <remarks>Sanh et al. (2019), "DistilBERT, a distilled version of BERT".</remarks>
internal sealed class DistilBertFamily : ModelFamily
{
    private static readonly (string From, string To)[] Names =
    [
        ("bert.encoder.layer.", "distilbert.transformer.layer."), ("bert.embeddings.", "distilbert.embeddings."),
        ("attention.self.query.", "attention.q_lin."), ("attention.self.key.", "attention.k_lin."),
            ("attention.self.value.", "attention.v_lin."),
        ("attention.output.dense.", "attention.out_lin."), ("attention.output.LayerNorm.", "sa_layer_norm."),
        ("intermediate.dense.", "ffn.lin1."), (".output.dense.", ".ffn.lin2."), (".output.LayerNorm.", ".output_layer_norm."),
        ("cls.predictions.transform.dense.", "vocab_transform."), ("cls.predictions.transform.LayerNorm.", "vocab_layer_norm."),
        ("cls.predictions.bias", "vocab_projector.bias"),
    ];

    /// <inheritdoc/>
    public override string ModelType => "distilbert";

    /// <inheritdoc/>
    public override string Prefix => "distilbert.";

    /// <inheritdoc/>
    public override string MaskedLmClass => "DistilBertForMaskedLM";

    /// <inheritdoc/>
    public override string EncoderClass => "DistilBertModel";

    /// <inheritdoc/>
    protected override ClassifierLayout Classifier { get; } = new("pre_classifier", "classifier", "relu");

    /// <inheritdoc/>
    protected override bool HasEmbeddings(bool fromPadding, bool projected, bool segments) => !fromPadding && !projected && !segments;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Tied { get; } = new Dictionary<string, string?>
    { ["vocab_projector.weight"] = null };

    /// <inheritdoc/>
    public override string ConfigKey(string key) => key switch
    {
        "hidden_size" => "dim",
        "num_hidden_layers" => "n_layers",
        "num_attention_heads" => "n_heads",
        "intermediate_size" => "hidden_dim",
        "hidden_act" => "activation",
        _ => key,
    };

    /// <inheritdoc/>
    public override string FileKey(string parameter) => Rename(parameter, Names);

    /// <inheritdoc/>
    // It is written into the original's code; a config cannot change it.
    public override double? FixedLayerNormEps => 1e-12;

    /// <inheritdoc/>
    public override BertConfig Read(JsonReader json) =>
        base.Read(json) with { TypeVocabSize = 0, LayerNormEps = FixedLayerNormEps!.Value };
}
