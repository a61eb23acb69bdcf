namespace AttentionNotebooks;

/// <summary>
/// A line of a text file, as every verb and notebook reads it: a text, or the two texts of a pair with a tab between them.
/// </summary>
public static class TextLine
{
    /// <summary>Tokenises a line.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="line">A text, or two with a tab between; further tabs belong to the second.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens, special ones included; the model's own limit when omitted.</param>
    public static TokenizedText EncodeLine(this TextTokenizer tokenizer, string line, int? maxLength = null) =>
        line.Split('\t', 2) is [var first, var second] ? tokenizer.Encode(first, second, maxLength) : tokenizer.Encode(line, maxLength);
}
