using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// GPT-2's way to take a text apart before merging bytes, as RoBERTa uses it:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, over whole characters.
/// </summary>
/// <remarks>Radford et al. (2019), the published encoder.</remarks>
internal static class ByteLevelParts
{
    private static readonly string[] Endings = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    // The 256 bytes as printable characters: what is printable in Latin-1 as itself, the others from U+0100 on.
    private static readonly char[] Spelling = Spell();

    private enum Kind { Space, Letter, Number, Other }

    /// <summary>The parts of a stretch of text.</summary>
    /// <param name="from">Where the stretch begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="spaceBefore">Whether to read it as if a space stood before it.</param>
    public static IEnumerable<(int Start, int End)> Split(string text, int from, int to, bool spaceBefore)
    {
        for (int i = from; i < to;)
        {
            int end = Next(text, i, to, spaceBefore && i == from);
            yield return (i, end);
            i = end;
        }
    }

    /// <summary>The UTF-8 bytes of a part in GPT-2's spelling, and for each the characters that it is of.</summary>
    public static (string Bytes, (int Start, int End)[] Places) Bytes(string text, int start, int end, bool spaceBefore)
    {
        var (spelt, places) = (new StringBuilder(), new List<(int, int)>());
        if (spaceBefore)
        {
            spelt.Append(Spelling[' ']);
            places.Add((start, start));
        }
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = start; i < end;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i, end - i), out var rune, out int length);
            int count = rune.EncodeToUtf8(utf8);
            for (int b = 0; b < count; b++)
            {
                spelt.Append(Spelling[utf8[b]]);
                places.Add((i, i + length));
            }
            i += length;
        }
        return (spelt.ToString(), [.. places]);
    }

    private static int Next(string text, int i, int to, bool spaceBefore)
    {
        if (!spaceBefore)
        {
            string? ending = Array.Find(Endings, e => text.AsSpan(i, to - i).StartsWith(e, StringComparison.Ordinal));
            if (ending is not null) return i + ending.Length;
        }
        var (kind, length) = KindAt(text, i, to);
        int at = i;
        if (text[i] == ' ' && i + 1 < to)
        {
            (kind, length) = KindAt(text, i + 1, to);
            if (kind != Kind.Space) at = i + 1;
        }
        if (kind != Kind.Space)
        {
            do at += length; while (at < to && (KindAt(text, at, to) is var next) && next.Kind == kind && (length = next.Length) > 0);
            return at;
        }
        // White space: all of it at the end of the text, otherwise all but the last, which goes with what follows.
        while (at < to && KindAt(text, at, to).Kind == Kind.Space) at++;
        return at == to || at == i + 1 ? at : at - 1;
    }

    private static (Kind Kind, int Length) KindAt(string text, int i, int to)
    {
        Rune.DecodeFromUtf16(text.AsSpan(i, to - i), out var rune, out int length);
        if (Rune.IsWhiteSpace(rune)) return (Kind.Space, length);
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => (Kind.Letter, length),
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => (Kind.Number, length),
            _ => (Kind.Other, length),
        };
    }

    private static char[] Spell()
    {
        var spelling = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++) spelling[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return spelling;
    }
}
