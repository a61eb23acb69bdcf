using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Bert;

/// <summary>
/// BERT's first step, before word pieces: cleans a text, takes it apart at white space, punctuation and CJK
/// characters, and lower-cases it without accents where the checkpoint wants that.
/// </summary>
/// <remarks>
/// The rules of <c>BasicTokenizer</c> in google-research/bert, tokenization.py, with lower-casing per character as
/// Hugging Face's fast tokenizer does it. Microsoft.ML.Tokenizers 2.0.1 has this step too, but it drops the symbols
/// $ + = ^ ` ~ and all non-ASCII ones such as the euro sign, leaves an underscore inside its word, cuts words at
/// zero-width spaces, keeps accents unless told otherwise, and loses track of words.
/// </remarks>
internal static class BasicTokenizer
{
    /// <summary>The words of a text: what stands between white space, uncleaned.</summary>
    public static List<string> SplitAtSpace(string text)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && !IsSpace(text[i]);
            if (inside && start < 0) start = i;
            else if (!inside && start >= 0)
            {
                words.Add(text[start..i]);
                start = -1;
            }
        }
        return words;
    }

    /// <summary>The parts of one word: cleaned, normalised, punctuation and CJK characters on their own.</summary>
    public static List<string> SplitWord(string word, bool lowerCase, bool stripAccents)
    {
        var clean = new StringBuilder(word.Length);
        foreach (var rune in word.EnumerateRunes())
        {
            if (!IsControl(rune)) clean.Append(rune.ToString());
        }
        string normal = clean.ToString();
        if (stripAccents) normal = StripAccents(normal);
        if (lowerCase) normal = Lower(normal);
        var parts = new List<string>();
        var current = new StringBuilder();
        foreach (var rune in normal.EnumerateRunes())
        {
            bool alone = IsPunctuation(rune) || IsCjk(rune.Value);
            if ((alone || IsSpace(rune)) && current.Length > 0)
            {
                parts.Add(current.ToString());
                current.Clear();
            }
            if (alone) parts.Add(rune.ToString());
            else if (!IsSpace(rune)) current.Append(rune.ToString());
        }
        if (current.Length > 0) parts.Add(current.ToString());
        return parts;
    }

    private static string StripAccents(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark) kept.Append(rune.ToString());
        }
        return kept.ToString();
    }

    // The invariant culture leaves the Turkish dotted I as it is; Unicode's full mapping makes it i + combining dot.
    private static string Lower(string text) => text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' || (c > 127 && IsSpaceCategory(char.GetUnicodeCategory(c)));

    private static bool IsSpace(Rune rune) => rune.IsBmp && IsSpace((char)rune.Value);

    private static bool IsSpaceCategory(UnicodeCategory category) =>
        category is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsControl(Rune rune)
    {
        if (rune.Value is '\t' or '\n' or '\r') return false;
        return rune.Value is 0 or 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
    }

    // All of ASCII that is neither letter, digit nor space counts, so that "$", "^" and "`" are split off too.
    private static bool IsPunctuation(Rune rune)
    {
        int c = rune.Value;
        if (c < 128) return c is >= 33 and <= 47 or >= 58 and <= 64 or >= 91 and <= 96 or >= 123 and <= 126;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;
    }

    // The CJK Unified Ideographs blocks that BERT lists; Hangul, Hiragana and Katakana are not among them.
    private static bool IsCjk(int c) => c is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF
        or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
