using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>Which word each word piece is of, where a treebank's words and a model's pieces come from different hands.</summary>
public static class WordAlignment
{
    /// <summary>Aligns pieces to words by their letters; case, accents and ## marks are ignored.</summary>
    /// <param name="tokens">Pieces, special tokens included.</param>
    /// <param name="words">The words, in order.</param>
    /// <returns>Per piece its word, from 0, or −1 for special tokens; <see langword="null"/> where the letters do not fit.</returns>
    public static int[]? Of(IReadOnlyList<string> tokens, IReadOnlyList<string> words)
    {
        var result = new int[tokens.Count];
        int word = -1;
        string rest = "";
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] is "[CLS]" or "[SEP]" or "[PAD]")
            {
                result[i] = -1;
                continue;
            }
            if (rest.Length == 0)
            {
                if (++word == words.Count) return null;
                rest = Letters(words[word]);
            }
            // An unknown word is one piece and hides its letters.
            string piece = tokens[i] == "[UNK]" ? rest : Letters(tokens[i].StartsWith("##", StringComparison.Ordinal) ? tokens[i][2..] : tokens[i]);
            if (!rest.StartsWith(piece, StringComparison.Ordinal)) return null;
            rest = rest[piece.Length..];
            result[i] = word;
        }
        return word == words.Count - 1 && rest.Length == 0 ? result : null;
    }

    private static string Letters(string text)
    {
        var letters = new StringBuilder();
        foreach (char c in text.ToLowerInvariant().Normalize(NormalizationForm.FormD))
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && !char.IsWhiteSpace(c)) letters.Append(c);
        return letters.ToString();
    }
}
