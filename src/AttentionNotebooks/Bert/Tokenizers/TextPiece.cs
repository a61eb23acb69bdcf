namespace AttentionNotebooks;

/// <summary>A piece before special tokens are put around the text.</summary>
/// <param name="Word">The word that it belongs to, or −1.</param>
/// <param name="Start">Its first UTF-16 position in the text.</param>
/// <param name="End">One past its last.</param>
internal readonly record struct TextPiece(int Id, int Word, int Start, int End);

/// <summary>Tokens that are never split, found in raw text by longest match from the left.</summary>
internal sealed class WholeTokens
{
    private readonly string[] tokens;
    private readonly System.Buffers.SearchValues<char> firsts;

    public WholeTokens(IEnumerable<string> tokens)
    {
        this.tokens = [.. tokens.Where(t => t.Length > 0).Distinct().OrderByDescending(t => t.Length)
            .ThenBy(t => t, StringComparer.Ordinal)];
        firsts = System.Buffers.SearchValues.Create([.. this.tokens.Select(t => t[0]).Distinct()]);
    }

    /// <summary>The text in order: what lies between such tokens, and they themselves.</summary>
    public IEnumerable<(int Start, int End, bool Whole)> Split(string text)
    {
        int start = 0;
        for (int i = Next(text, 0); i >= 0;)
        {
            int at = i;
            string? token = Array.Find(tokens, t => text.AsSpan(at).StartsWith(t, StringComparison.Ordinal));
            if (token is not null)
            {
                if (at > start) yield return (start, at, false);
                start = at + token.Length;
                yield return (at, start, true);
            }
            i = Next(text, token is null ? at + 1 : start);
        }
        if (start < text.Length) yield return (start, text.Length, false);
    }

    private int Next(string text, int from)
    {
        int found = text.AsSpan(from).IndexOfAny(firsts);
        return found < 0 ? -1 : found + from;
    }
}
