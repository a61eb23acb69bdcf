using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>How texts, their maps and models show.</summary>
internal static class TextDisplays
{
    private const int MostLinkedTokens = 48;

    // A chip per token: special tokens pale, pieces of one word joined. Inherits the host's colours.
    private const string Style = $$"""
        <style>
        .attention-tokens{font-family:{{Html.FontFamily}};font-size:13px;line-height:2.4;margin:4px 8px}
        .attention-tokens span{border:1px solid rgba(128,128,128,.5);padding:2px 5px;white-space:pre}
        .attention-tokens .special{opacity:.6;border-style:dashed}
        .attention-tokens .more{border-left:0}
        .attention-tokens sub{opacity:.6;padding-left:3px;font-size:10px}
        </style>
        """;

    /// <summary>A text as a model sees it: a chip per token with its id, pieces of a word side by side.</summary>
    public static string ToHtml(TokenizedText text)
    {
        var html = new StringBuilder(Style).Append("<div class=\"attention-tokens\">");
        for (int i = 0; i < text.Length; i++)
        {
            bool special = text.Words[i] < 0, more = i > 0 && !special && text.Words[i] == text.Words[i - 1]
                && Source(text, i) == Source(text, i - 1);
            if (i > 0 && !more) html.Append(' ');
            string kind = special ? "special" : more ? "more" : "first", word = special ? "" : $", word {text.Words[i]}";
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"{kind}\" title=\"position {i}, id {text.Ids[i]}{word}\">")
                .Append(CultureInfo.InvariantCulture, $"{Html.Escape(TokenRoles.Shown(text.Tokens[i]))}<sub>{text.Ids[i]}</sub></span>");
        }
        return html.Append("</div>").Append(CultureInfo.InvariantCulture, $"<div class=\"attention-note\">{Html.Escape(Facts(text))}</div>")
            .ToString();
    }

    /// <summary>The tokens in one line, and how many there are.</summary>
    public static string ToText(TokenizedText text) => $"{string.Join(' ', text.Tokens.Select(TokenRoles.Shown))}\n{Facts(text)}";

    /// <summary>All heads on one text: links to choose from, where they are legible.</summary>
    public static string ToHtml(TextMaps maps) => maps.Tokens.Count <= MostLinkedTokens ? Kit.Plot.HeadLinks(maps).ToHtml()
        : $"<div>{Html.Escape(ToText(maps))}</div>";

    /// <summary>What maps there are, and how to see one.</summary>
    public static string ToText(TextMaps maps)
    {
        string tokens = string.Join(' ', maps.Tokens.Take(12).Select(TokenRoles.Shown)) + (maps.Tokens.Count > 12 ? " …" : "");
        return string.Create(CultureInfo.InvariantCulture,
            $"Maps of {maps.Grid} heads on text {maps.Text.Id}, {maps.Tokens.Count} × {maps.Tokens.Count} weights each: {tokens}");
    }

    /// <summary>A model in a line: its shape, its vocabulary, what it can be asked.</summary>
    public static string ToText(Checkpoint checkpoint)
    {
        var c = checkpoint.Config;
        return string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpoint.Folder))}: {c.ModelType}, {c.NumHiddenLayers} layers × "
                + $"{c.NumAttentionHeads} heads, hidden size {c.HiddenSize} ({c.HiddenSize / c.NumAttentionHeads} per head), "
                + $"{checkpoint.Tokenizer.VocabularySize:N0} pieces, {c.MaxTokens} positions, "
                + $"{(checkpoint.HasMaskedLmHead ? "with" : "without")} a masked-LM head");
    }

    private static string Facts(TokenizedText text)
    {
        var ofWords = Enumerable.Range(0, text.Length).Where(i => text.Words[i] >= 0);
        int words = ofWords.Select(i => (Source(text, i), text.Words[i])).Distinct().Count();
        string cut = text.Truncated ? string.Create(CultureInfo.InvariantCulture, $"; {text.Dropped} pieces were cut off") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{text.Length} tokens, {words} words{cut}. Dashed: special tokens; small: ids.");
    }

    private static int Source(TokenizedText text, int at) => at < text.Sources.Length ? text.Sources[at] : 0;
}
