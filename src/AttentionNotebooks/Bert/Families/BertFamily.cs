namespace AttentionNotebooks;

/// <summary>BERT itself, whose names the model's own parameters have.</summary>
/// <remarks>Devlin et al. (2019).</remarks>
internal sealed class BertFamily : ModelFamily
{
    /// <inheritdoc/>
    public override string ModelType => "bert";

    /// <inheritdoc/>
    public override string Prefix => "bert.";

    /// <inheritdoc/>
    public override string MaskedLmClass => "BertForMaskedLM";

    /// <inheritdoc/>
    public override string PreTrainingClass => "BertForPreTraining";

    /// <inheritdoc/>
    public override string EncoderClass => "BertModel";

    /// <inheritdoc/>
    public override bool IsTrained => true;

    /// <inheritdoc/>
    protected override bool HasEmbeddings(bool fromPadding, bool projected, bool segments) => !fromPadding && !projected && segments;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Tied { get; } = new Dictionary<string, string?>
    {
        ["cls.predictions.decoder.weight"] = null,
        ["cls.predictions.decoder.bias"] = "cls.predictions.bias",
    };

    /// <inheritdoc/>
    public override string FileKey(string parameter) => parameter;
}
