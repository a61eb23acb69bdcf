namespace AttentionNotebooks.Cli.Options;

/// <summary>What models that are compared read.</summary>
/// <param name="Text">A file of texts, if any.</param>
/// <param name="Treebank">A treebank, if any.</param>
/// <param name="Limit">How many texts at most.</param>
/// <param name="MaxLength">How long texts may be, in tokens; the model's own limit when omitted.</param>
internal sealed record ComparisonTexts(string? Text, string? Treebank, int Limit, int? MaxLength);
