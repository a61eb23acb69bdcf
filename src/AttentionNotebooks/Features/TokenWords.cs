namespace AttentionNotebooks;

/// <summary>The words that tokens are pieces of, told by the tokens' own marks: <c>##ing</c> goes on (WordPiece), <c>Ġthe</c> begins (byte-level).</summary>
internal static class TokenWords
{
    private const char ByteLevelSpace = 'Ġ';

    /// <summary>For each token, the number of its occurrence of a word in the text (−1 for special tokens) and the word as spelt.</summary>
    public static (int Number, string Word)[] Of(IReadOnlyList<string> tokens)
    {
        bool byteLevel = tokens.Any(t => t.Length > 0 && t[0] == ByteLevelSpace);
        var numbers = new int[tokens.Count];
        var words = new List<string>();
        bool afterSpecial = true;
        for (int i = 0; i < tokens.Count; i++)
        {
            numbers[i] = -1;
            if (AttentionText.IsSpecial(tokens[i]))
            {
                afterSpecial = true;
                continue;
            }
            bool goesOn = !afterSpecial && (byteLevel ? tokens[i][0] != ByteLevelSpace : tokens[i].StartsWith("##", StringComparison.Ordinal) && tokens[i].Length > 2);
            string piece = byteLevel ? tokens[i].TrimStart(ByteLevelSpace) : goesOn ? tokens[i][2..] : tokens[i];
            if (goesOn) words[^1] += piece;
            else words.Add(piece);
            numbers[i] = words.Count - 1;
            afterSpecial = false;
        }
        return [.. numbers.Select(n => (n, n < 0 ? "" : words[n]))];
    }
}
