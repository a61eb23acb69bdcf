using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>What BERT's basic tokenisation does to letters.</summary>
/// <param name="StripAccents">Takes accents off.</param>
/// <param name="SplitCjk">Sets CJK characters apart.</param>
internal readonly record struct BasicOptions(bool LowerCase, bool StripAccents, bool SplitCjk);

/// <summary>
/// BERT's first step, before word pieces: cleans a text, takes it apart at white space, punctuation and CJK
/// characters, and lower-cases it without accents where the checkpoint wants that. Every character of the result knows
/// where it comes from.
/// </summary>
/// <remarks>
/// The rules of <c>BasicTokenizer</c> in google-research/bert, tokenization.py, with Hugging Face's wider notion of a
/// control character (all of Unicode's C*). Microsoft.ML.Tokenizers 2.0.1 has this step too, but it drops the symbols
/// $ + = ^ ` ~ and all non-ASCII ones such as the euro sign, leaves an underscore inside its word, keeps accents unless
/// asked not to, and loses track of words.
/// </remarks>
internal static class BasicTokenizer
{
    /// <summary>The words of a text: what stands between white space, uncleaned, with its first position.</summary>
    public static IEnumerable<(string Word, int Start)> SplitAtSpace(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && !IsSpace(text[i]);
            if (inside && start < 0) start = i;
            else if (!inside && start >= 0)
            {
                yield return (text[start..i], start);
                start = -1;
            }
        }
    }

    /// <summary>The parts of one word: cleaned, normalised, punctuation and CJK characters on their own.</summary>
    /// <param name="start">Its first position in the text.</param>
    /// <param name="options">What to do to letters.</param>
    public static List<AlignedText> SplitWord(string word, int start, BasicOptions options)
    {
        var runes = Clean(word, start);
        if (options.LowerCase) runes = LetterCase.Lower(runes);
        if (options.StripAccents) runes = StripAccents(runes);
        var parts = new List<AlignedText>();
        int from = 0;
        void Flush(int to)
        {
            if (to > from) parts.Add(AlignedText.Of(runes, from, to));
            from = to + 1;
        }
        for (int i = 0; i < runes.Count; i++)
        {
            var rune = runes[i].Rune;
            bool alone = IsPunctuation(rune) || (options.SplitCjk && IsCjk(rune.Value));
            if (!alone && !IsSpace(rune)) continue;
            Flush(i);
            if (alone) parts.Add(AlignedText.Of(runes, i, i + 1));
        }
        Flush(runes.Count);
        return parts;
    }

    private static List<AlignedRune> Clean(string word, int start)
    {
        var runes = new List<AlignedRune>(word.Length);
        for (int i = 0; i < word.Length;)
        {
            Rune.DecodeFromUtf16(word.AsSpan(i), out var rune, out int length);
            if (!IsControl(rune)) runes.Add(new AlignedRune(rune, start + i, start + i + length));
            i += length;
        }
        return runes;
    }

    private static List<AlignedRune> StripAccents(List<AlignedRune> runes)
    {
        if (runes.TrueForAll(r => r.Rune.IsAscii)) return runes;
        var kept = new List<AlignedRune>(runes.Count);
        var whole = new StringBuilder();
        foreach (var rune in runes)
        {
            string single = rune.Rune.ToString();
            whole.Append(single);
            foreach (var part in UnicodeForms.Decomposed(single).EnumerateRunes())
            {
                if (!IsAccent(part)) kept.Add(rune with { Rune = part });
            }
        }
        // Decomposing a text also sorts the marks behind a letter, which decomposing its characters does not. What is
        // left without accents is the same characters, only very rarely in another order.
        int i = 0;
        foreach (var part in UnicodeForms.Decomposed(whole.ToString()).EnumerateRunes())
        {
            if (!IsAccent(part)) kept[i] = kept[i++] with { Rune = part };
        }
        return kept;
    }

    private static bool IsAccent(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;

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
        or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800
        and <= 0x2FA1F;
}
