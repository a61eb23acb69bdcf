using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// Lower-casing as Python's <c>str.lower()</c> does it, on which BERT's vocabularies were built: Unicode's mapping
/// whatever the culture, with its two special cases, the dotted İ and the sigma that ends a word.
/// </summary>
/// <remarks>Hugging Face's "fast" tokenizers lower-case each character alone and so write a final Σ as σ; BERT's own
/// code and <c>BertTokenizer</c> write ς.</remarks>
internal static class LetterCase
{
    private static readonly Rune Dot = new(0x0307), DottedI = new(0x0130), Sigma = new(0x03A3), FinalSigma = new(0x03C2), SmallI = new('i');

    /// <summary>The lower-cased characters of one word.</summary>
    public static List<AlignedRune> Lower(List<AlignedRune> runes)
    {
        var lower = new List<AlignedRune>(runes.Count);
        for (int i = 0; i < runes.Count; i++)
        {
            var rune = runes[i];
            if (rune.Rune == DottedI)
            {
                lower.Add(rune with { Rune = SmallI });
                lower.Add(rune with { Rune = Dot });
            }
            else if (rune.Rune == Sigma && EndsWord(runes, i)) lower.Add(rune with { Rune = FinalSigma });
            else lower.Add(rune with { Rune = Rune.ToLowerInvariant(rune.Rune) });
        }
        return lower;
    }

    // The Unicode standard, section 3.13, Final_Sigma: a cased letter before, none behind, whatever can be ignored between.
    private static bool EndsWord(List<AlignedRune> runes, int at)
    {
        int before = at - 1, behind = at + 1;
        while (before >= 0 && IsIgnorable(runes[before].Rune)) before--;
        if (before < 0 || !IsCased(runes[before].Rune)) return false;
        while (behind < runes.Count && IsIgnorable(runes[behind].Rune)) behind++;
        return behind == runes.Count || !IsCased(runes[behind].Rune);
    }

    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or >= 0x2160 and <= 0x217F or >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149 or >= 0x1F150
        and <= 0x1F169 or >= 0x1F170 and <= 0x1F189;

    private static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x0387 or 0x055F or 0x05F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027 or 0xFE13
        or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
