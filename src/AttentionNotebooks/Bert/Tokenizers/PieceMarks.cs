namespace AttentionNotebooks;

/// <summary>How the pieces of a vocabulary show where words begin.</summary>
internal enum PieceMarks
{
    /// <summary>A piece that goes on begins with <c>##</c> (BERT).</summary>
    WordPiece,

    /// <summary>A piece that begins a word begins with <c>Ġ</c>, which is a space, and bytes are spelt as letters (RoBERTa).</summary>
    ByteLevel,

    /// <summary>A piece that begins a word begins with <c>▁</c>, which is a space (XLM-RoBERTa, ALBERT).</summary>
    SentencePiece,
}

/// <summary>The marks themselves.</summary>
internal static class Pieces
{
    private const char ByteLevelSpace = 'Ġ', SentencePieceSpace = '▁';
    private const string GoesOn = "##";

    /// <summary>The marks that the tokens of a text have. A text without any mark is read as word pieces.</summary>
    public static PieceMarks MarksOf(IReadOnlyList<string> tokens) =>
        tokens.Any(t => t.StartsWith(ByteLevelSpace)) ? PieceMarks.ByteLevel
        : tokens.Any(t => t.Length > 1 && t[0] == SentencePieceSpace) ? PieceMarks.SentencePiece
        : PieceMarks.WordPiece;

    /// <summary>Whether a piece belongs to the same word as the piece before it.</summary>
    public static bool Continues(string token, PieceMarks marks) => marks switch
    {
        PieceMarks.ByteLevel => !token.StartsWith(ByteLevelSpace),
        PieceMarks.SentencePiece => !token.StartsWith(SentencePieceSpace),
        _ => token.Length > GoesOn.Length && token.StartsWith(GoesOn, StringComparison.Ordinal),
    };

    /// <summary>A piece without its mark.</summary>
    public static string Plain(string token, PieceMarks marks) => marks switch
    {
        PieceMarks.ByteLevel => token.TrimStart(ByteLevelSpace),
        PieceMarks.SentencePiece => token.TrimStart(SentencePieceSpace),
        _ => token.StartsWith(GoesOn, StringComparison.Ordinal) ? token[GoesOn.Length..] : token,
    };

    /// <summary>A piece as people read it: the marks that are a space become one.</summary>
    public static string Shown(string token)
    {
        int spaces = token.AsSpan().IndexOfAnyExcept(ByteLevelSpace, SentencePieceSpace);
        if (spaces < 0) spaces = token.Length;
        return spaces == 0 ? token : new string(' ', spaces) + token[spaces..];
    }

    /// <summary>A piece without the marks that are a space; one of marks alone stays, as it may be a character of a text.</summary>
    public static string WithoutSpaces(string token)
    {
        string bare = token.TrimStart([ByteLevelSpace, SentencePieceSpace]);
        return bare.Length > 0 ? bare : token;
    }
}
