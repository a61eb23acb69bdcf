using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>Which word each piece is of, where a treebank's words and a model's pieces come from different hands.</summary>
public static class WordAlignment
{
    /// <summary>
    /// Aligns pieces to words by their letters; case, accents and the pieces' marks (<c>##</c>, <c>Ġ</c>, <c>▁</c>) are ignored.
    /// Byte-level pieces may end within a letter: they are compared byte by byte, with accents.
    /// </summary>
    /// <param name="tokens">Pieces, special tokens included.</param>
    /// <param name="words">The words, in order.</param>
    /// <param name="roles">The pieces' roles; by their spelling unless given.</param>
    /// <returns>
    /// Per piece its word, from 0, or −1 for special tokens and for a mark alone; <see langword="null"/> where the letters do not fit.
    /// </returns>
    public static int[]? Of(IReadOnlyList<string> tokens, IReadOnlyList<string> words, IReadOnlyList<TokenRole>? roles = null)
    {
        roles ??= TokenRoles.Of(tokens);
        var marks = Pieces.MarksOf(tokens);
        // A text of one word may show no mark of its byte-level pieces.
        int[]? byBytes = marks == PieceMarks.SentencePiece
            ? null
            : Align(tokens, words, roles, PieceMarks.ByteLevel, t => t.ToLowerInvariant(), Bytes);
        return marks == PieceMarks.ByteLevel && byBytes is not null
            ? byBytes
            : Align(tokens, words, roles, marks, Letters, Letters) ?? byBytes;
    }

    private static int[]? Align(IReadOnlyList<string> tokens, IReadOnlyList<string> words, IReadOnlyList<TokenRole> roles, PieceMarks marks,
        Func<string, string> ofPiece, Func<string, string> ofWord)
    {
        var result = new int[tokens.Count];
        int word = -1;
        string rest = "";
        for (int i = 0; i < tokens.Count; i++)
        {
            string piece = ofPiece(Pieces.Plain(tokens[i], marks));
            if (roles[i].IsMarker() || (piece.Length == 0 && marks != PieceMarks.WordPiece))
            {
                result[i] = -1;
                continue;
            }
            if (rest.Length == 0)
            {
                if (++word == words.Count) return null;
                rest = ofWord(words[word]);
            }
            // An unknown word is one piece and hides its letters.
            if (roles[i] == TokenRole.Unknown) piece = rest;
            if (!rest.StartsWith(piece, StringComparison.Ordinal)) return null;
            rest = rest[piece.Length..];
            result[i] = word;
        }
        return word == words.Count - 1 && rest.Length == 0 ? result : null;
    }

    private static string Letters(string text)
    {
        var letters = new StringBuilder();
        foreach (char c in UnicodeForms.Decomposed(text.ToLowerInvariant()))
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && !char.IsWhiteSpace(c)) letters.Append(c);
        return letters.ToString();
    }

    // A word in the spelling of byte-level pieces.
    private static string Bytes(string word)
    {
        string letters = string.Concat(word.Where(c => !char.IsWhiteSpace(c)));
        return ByteLevelParts.Bytes(letters, 0, letters.Length, spaceBefore: false).Bytes.ToLowerInvariant();
    }
}
