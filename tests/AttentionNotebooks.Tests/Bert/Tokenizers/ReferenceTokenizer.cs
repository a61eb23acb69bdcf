using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// BERT's tokenizer once more: BasicTokenizer and WordpieceTokenizer of google-research/bert, tokenization.py, rule by
/// rule on plain strings and sharing no code with the product. Two rules are Hugging Face's: special tokens are set
/// apart first, and all of Unicode's C* counts as control characters. Half surrogates, which Python's strings cannot
/// get from UTF-8, count as U+FFFD.
/// </summary>
internal sealed class ReferenceTokenizer(HashSet<string> vocabulary, bool lowerCase)
{
    private static readonly string[] NeverSplit = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    public List<string> Tokenize(string text)
    {
        var tokens = new List<string>();
        int from = 0, at = 0;
        while (at < text.Length)
        {
            string? special = null;
            foreach (string t in NeverSplit)
                if (string.CompareOrdinal(text, at, t, 0, t.Length) == 0) special = t;
            if (special is null) { at++; continue; }
            Basic(text.Substring(from, at - from), tokens);
            tokens.Add(special);
            at += special.Length;
            from = at;
        }
        Basic(text.Substring(from), tokens);
        return tokens;
    }

    private void Basic(string text, List<string> tokens)
    {
        // _clean_text, then _tokenize_chinese_chars
        var spaced = new List<int>();
        foreach (int c in CodePoints(text))
        {
            if (c == 0 || c == 0xFFFD || IsControl(c)) continue;
            if (IsWhitespace(c)) spaced.Add(' ');
            else if (IsChinese(c)) { spaced.Add(' '); spaced.Add(c); spaced.Add(' '); }
            else spaced.Add(c);
        }
        // whitespace_tokenize: str.split() also splits at line and paragraph separators
        var words = new List<List<int>>();
        List<int>? word = null;
        foreach (int c in spaced)
        {
            if (c == ' ' || Category(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) word = null;
            else
            {
                if (word is null) words.Add(word = []);
                word.Add(c);
            }
        }
        foreach (var w in words)
        {
            var letters = w;
            if (lowerCase) letters = StripAccents(Lower(w));
            foreach (string part in SplitOnPunctuation(letters)) WordPiece(part, tokens);
        }
    }

    private static List<int> Lower(List<int> word)
    {
        var lower = new List<int>();
        for (int i = 0; i < word.Count; i++)
        {
            if (word[i] == 0x130) { lower.Add('i'); lower.Add(0x307); }
            else if (word[i] == 0x3A3) lower.Add(FinalSigma(word, i) ? 0x3C2 : 0x3C3);
            else lower.Add(Rune.ToLower(new Rune(word[i]), CultureInfo.InvariantCulture).Value);
        }
        return lower;
    }

    // As str.lower(): cased letter before, none after, case-ignorable characters skipped.
    private static bool FinalSigma(List<int> word, int i)
    {
        int j = i - 1;
        for (; j >= 0; j--) if (!CaseIgnorable(word[j])) break;
        if (j < 0 || !Cased(word[j])) return false;
        for (j = i + 1; j < word.Count; j++) if (!CaseIgnorable(word[j])) break;
        return j == word.Count || !Cased(word[j]);
    }

    private static bool CaseIgnorable(int c) =>
        Category(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
        or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || "'.:··՟״‘’․‧︓﹒﹕＇．：".Contains((char)Math.Min(c, 0xFFFF));

    private static bool Cased(int c) => Category(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter
        || c is 0xAA or 0xBA || (c >= 0x2160 && c <= 0x217F) || (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149)
        || (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);

    private static List<int> StripAccents(List<int> word) =>
        [.. CodePoints(string.Concat(word.Select(char.ConvertFromUtf32)).Normalize(NormalizationForm.FormD))
            .Where(c => Category(c) != UnicodeCategory.NonSpacingMark)];

    private static List<string> SplitOnPunctuation(List<int> word)
    {
        var parts = new List<StringBuilder>();
        bool startNew = true;
        foreach (int c in word)
        {
            if (IsPunctuation(c))
            {
                parts.Add(new StringBuilder(char.ConvertFromUtf32(c)));
                startNew = true;
            }
            else
            {
                if (startNew) parts.Add(new StringBuilder());
                startNew = false;
                parts[^1].Append(char.ConvertFromUtf32(c));
            }
        }
        return [.. parts.Select(p => p.ToString())];
    }

    private void WordPiece(string token, List<string> tokens)
    {
        var chars = CodePoints(token).ToList();
        if (chars.Count > 100) { tokens.Add("[UNK]"); return; }
        var pieces = new List<string>();
        int start = 0;
        while (start < chars.Count)
        {
            int end = chars.Count;
            string? found = null;
            while (start < end)
            {
                string piece = (start > 0 ? "##" : "") + string.Concat(chars.Skip(start).Take(end - start).Select(char.ConvertFromUtf32));
                if (vocabulary.Contains(piece)) { found = piece; break; }
                end--;
            }
            if (found is null) { tokens.Add("[UNK]"); return; }
            pieces.Add(found);
            start = end;
        }
        tokens.AddRange(pieces);
    }

    private static IEnumerable<int> CodePoints(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                yield return char.ConvertToUtf32(text[i], text[++i]);
            else yield return char.IsSurrogate(text[i]) ? 0xFFFD : text[i];
        }
    }

    private static UnicodeCategory Category(int c) => CharUnicodeInfo.GetUnicodeCategory(c);

    private static bool IsWhitespace(int c) => c is ' ' or '\t' or '\n' or '\r' || Category(c) == UnicodeCategory.SpaceSeparator;

    private static bool IsControl(int c) => c is not ('\t' or '\n' or '\r')
        && Category(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate && c is not ('\t' or '\n' or '\r');

    private static bool IsPunctuation(int c) => (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96)
        || (c >= 123 && c <= 126)
        || Category(c) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
        or UnicodeCategory.ClosePunctuation
            or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    private static bool IsChinese(int c) => (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
}
