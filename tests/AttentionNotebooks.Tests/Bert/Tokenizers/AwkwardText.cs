using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Strings that tokenizers get wrong, always the same for a seed.</summary>
internal static class AwkwardText
{
    private static readonly string[] Punctuation =
        [.. Enumerable.Range(0, 0x11000).Where(c => !(c is >= 0xD800 and < 0xE000)).Select(c => new Rune(c))
        .Where(r => r.Value < 128 ? char.IsPunctuation((char)r.Value) || char.IsSymbol((char)r.Value) : Rune.IsPunctuation(r))
        .Select(r => r.ToString())];

    private static readonly string[] Words =
    [
        "the", "The", "PLAYING", "unaffable", "electroencephalography", "don't", "U.S.A.", "e-mail", "3.14", "1,000", "x²", "½", "café",
            "CAFÉ", "Ångström", "naïve", "cafe\u0301", "q\u0307\u0323",
        "İstanbul", "ISPARTA", "ı", "ß", "ẞ", "ǅ", "ﬁsh", "ΟΔΟΣ", "Σ", "ΑΣ.", "ΑΣ'Α", "σ\u0301Σ", "Ὀδυσσεύς", "Москва", "Ёлка", "Й",
            "українська", "שָׁלוֹם", "مُحَمَّد", "हिन्दी", "ไทย", "தமிழ்", "한국어", "각", "\u1100\u1161\u11A8",
        "中国", "中文abc", "日本語", "ひらがな", "カタカナ", "ｶﾞ", "ＦＵＬＬ", "\uF900", "\uFA0E", "㐀", "\U00020000", "\U0002F800", "\u2F00", "々", "〇",
        "😀", "👨‍👩‍👧", "🇩🇪", "❤\uFE0F", "𝒳", "𝟙", "𐐀", "\U0001F130", "€5", "$5", "a^b", "`q`", "~", "|x|", "a\u00ADb", "a\u200Bb",
            "a\u200Db", "\uFEFFx", "x\u0000y", "x\u0001y", "x\uFFFDy", "\u0085", "\uE000", "\u0378", "\uFFFE",
        "\u0301", "\u0301a", "a\u0301\u0302\u0316", "\u0345", "Å", "K", "Ω", "\u037E", "\u1FEF", "\u0958", "\uFB1D", "\u09CB", "\u0F73",
            "\u1D15E", "\u302E가", "ᾳ", "ΐ", "Ǆ", "Ꙋ", "Ა", "Ꭰ", "ꭰ",
    ];

    private static readonly string[] Spaces =
        [" ", "  ", "\t", "\n", "\r\n", "\u00A0", "\u3000", "\u2009", "\u2028", "\u2029", "\u202F", "\u1680", "\u205F", "\u000B", "\u000C",
            ""];

    public static IEnumerable<string> Strings(int count, int seed, string[] special)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            int parts = 1 + random.Next(12);
            for (int p = 0; p < parts; p++)
                text.Append(Part(random, special)).Append(random.Next(3) == 0 ? Spaces[random.Next(Spaces.Length)] : random.Next(3) == 0
                    ? "" : " ");
            yield return text.ToString();
        }
    }

    private static string Part(Random random, string[] special) => random.Next(14) switch
    {
        0 => Punctuation[random.Next(Punctuation.Length)],
        1 => Any(random, 0x20, 0x250),
        2 => Any(random, 0x250, 0x2000),
        3 => Any(random, 0x2000, 0x10000),
        4 => Any(random, 0x10000, 0x11000) + Any(random, 0x1D000, 0x20000),
        5 => special[random.Next(special.Length)],
        6 => "x" + special[random.Next(special.Length)].ToLowerInvariant(),
        7 => new string((char)('a' + random.Next(26)), 95 + random.Next(10)),
        8 => string.Concat(Enumerable.Repeat(Words[random.Next(Words.Length)], 1 + random.Next(40))),
        9 => ((char)random.Next(0xD800, 0xE000)).ToString(), // half of a surrogate pair
        _ => Words[random.Next(Words.Length)],
    };

    private static string Any(Random random, int from, int to)
    {
        var text = new StringBuilder();
        for (int i = 1 + random.Next(4); i > 0; i--)
        {
            int c = random.Next(from, to);
            text.Append(c is >= 0xD800 and < 0xE000 ? "x" : char.ConvertFromUtf32(c));
        }
        return text.ToString();
    }
}
