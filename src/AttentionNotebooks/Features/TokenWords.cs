namespace AttentionNotebooks;

/// <summary>The words that tokens are pieces of, by the tokens' roles.</summary>
internal static class TokenWords
{
    /// <summary>For each token of a text, the number of the word that it is of, from 0 (−1 for special tokens), and that word as
    /// spelt.</summary>
    public static (int Number, string Word)[] Of(AttentionText text)
    {
        var (tokens, roles) = (text.Tokens!, text.Roles!);
        var marks = Pieces.MarksOf(tokens);
        var numbers = new int[tokens.Count];
        var words = new List<string>();
        for (int i = 0; i < tokens.Count; i++)
        {
            numbers[i] = -1;
            if (roles[i].IsSpecial()) continue;
            bool goesOn = roles[i] == TokenRole.Continuation && words.Count > 0;
            string piece = goesOn || marks != PieceMarks.WordPiece ? Pieces.Plain(tokens[i], marks) : tokens[i];
            if (goesOn) words[^1] += piece;
            else words.Add(piece);
            numbers[i] = words.Count - 1;
        }
        return [.. numbers.Select(n => (n, n < 0 ? "" : words[n]))];
    }
}
