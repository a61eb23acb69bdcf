using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>BERT's tokenizer with the real vocabulary against the reference, and the places of its pieces.</summary>
public class TokenizerParityTests
{
    private static readonly string[] SpecialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pieces_agree_with_the_reference_on_3000_awkward_strings(bool lowerCase)
    {
        var vocabulary = Vocabulary();
        var tokenizer = WordPieceTokenizer.Create(vocabulary, lowerCase, maxLength: 1 << 20);
        var reference = new ReferenceTokenizer([.. vocabulary], lowerCase);
        int known = 0, all = 0;
        foreach (string text in AwkwardText.Strings(3000, seed: 5, SpecialTokens))
        {
            var (expected, actual) = (reference.Tokenize(text), tokenizer.Encode(text));
            Assert.True(expected.SequenceEqual(actual.Tokens[1..^1]),
                $"{Shown(text)}: {string.Join(' ', expected)} / {string.Join(' ', actual.Tokens[1..^1])}");
            CheckPlaces(text, actual, lowerCase);
            all += expected.Count;
            known += expected.Count(t => t != "[UNK]");
        }
        Assert.InRange(known / (double)all, 0.5, 0.99); // the strings test more than the unknown token
    }

    [Fact]
    public void Every_character_of_Unicode_alone_agrees_with_the_reference()
    {
        var vocabulary = Vocabulary();
        var tokenizer = WordPieceTokenizer.Create(vocabulary, maxLength: 1 << 20);
        var reference = new ReferenceTokenizer([.. vocabulary], true);
        for (int c = 0; c < 0x30000; c++)
        {
            if (c is >= 0xD800 and < 0xE000) continue;
            string text = "a" + char.ConvertFromUtf32(c) + "b";
            Assert.True(reference.Tokenize(text).SequenceEqual(tokenizer.Encode(text).Tokens[1..^1]), $"U+{c:X4}");
        }
    }

    [Fact]
    public void Places_are_right_where_normalising_changes_lengths()
    {
        var tokenizer = WordPieceTokenizer.Create([.. BertFixtures.Vocabulary, "cafe", "i", "##stan", "x", "##x", "中"], maxLength: 64);
        Check("Cafe\u0301 café", ("cafe", "Cafe"), ("cafe", "café"));
        Check("İstan", ("i", "İ"), ("##stan", "stan"));
        Check("pl\u200Bay\u0000ed [MASK]the", ("play", "pl\u200Bay"), ("##ed", "ed"), ("[MASK]", "[MASK]"), ("the", "the"));
        Check("the中cat, 😀x", ("the", "the"), ("中", "中"), ("cat", "cat"), (",", ","), ("[UNK]", "😀x"));
        Check("e\u0301cafe", ("[UNK]", "e\u0301cafe"));

        void Check(string text, params (string Token, string Place)[] expected)
        {
            var actual = tokenizer.Encode(text);
            Assert.Equal(expected, Enumerable.Range(1, actual.Length - 2)
                .Select(i => (actual.Tokens[i], text[actual.Offsets[i].Start..actual.Offsets[i].End])));
        }
    }

    [Fact]
    public void Pieces_and_words_of_a_pair_find_each_other()
    {
        var tokenizer = WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16);
        var pair = tokenizer.Encode("the cat", "a dog played");
        Assert.Equal([-1, 0, 0, -1, 1, 1, 1, 1, -1], pair.Sources);
        Assert.Equal([6, 7], pair.PiecesOf(2, source: 1));
        Assert.Equal([2], pair.PiecesOf(1));
        Assert.Empty(pair.PiecesOf(2));
        Assert.Empty(pair.PiecesOf(-1));
        Assert.Equal([(0, 0), (0, 3), (4, 7), (0, 0), (0, 1), (2, 5), (6, 10), (10, 12), (0, 0)], pair.Offsets);
        var words = tokenizer.Encode(["cat,dog", "played"]);
        Assert.Equal([(0, 0), (0, 3), (3, 4), (4, 7), (0, 4), (4, 6), (0, 0)], words.Offsets);
    }

    [Theory]
    [InlineData(4, 4, 5)]
    [InlineData(1, 9, 7)]
    [InlineData(9, 1, 7)]
    [InlineData(5, 6, 3)]
    [InlineData(0, 9, 6)]
    public void The_longer_text_is_cut_first_one_piece_at_a_time(int first, int second, int limit)
    {
        var tokenizer = WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 64);
        var (a, b) = (Enumerable.Repeat("cat", first).ToList(), Enumerable.Repeat("dog", second).ToList());
        var pair = tokenizer.Encode(string.Join(' ', a), string.Join(' ', b), limit);
        while (a.Count + b.Count > limit - 3)
        {
            if (a.Count > b.Count) a.RemoveAt(a.Count - 1);
            else b.RemoveAt(b.Count - 1);
        }
        Assert.Equal(["[CLS]", .. a, "[SEP]", .. b, "[SEP]"], pair.Tokens);
        Assert.Equal(first + second - a.Count - b.Count, pair.Dropped);
    }

    [Fact]
    public void Tokenizer_json_gives_what_vocab_txt_gives()
    {
        using var folder = new TestFolder();
        var config = BertFixtures.Config(vocabulary: 15);
        WriteJson(folder, "BertNormalizer", BertFixtures.Vocabulary.Select((v, i) => (v, i)).ToDictionary(v => v.v, v => v.i));
        var tokenizer = Assert.IsType<WordPieceTokenizer>(TextTokenizer.Load(folder.Root, config));
        var same = WordPieceTokenizer.Create(BertFixtures.Vocabulary, lowerCase: true, stripAccents: false);
        foreach (string text in new[] { "The cat, [MASK] played 中", "thé [NEW]cat" })
        {
            Assert.Equal(same.Encode(text.Replace("[NEW]", "[MASK]", StringComparison.Ordinal)).Ids,
                tokenizer.Encode(text).Ids.Select(i => i == 14 ? 4 : i));
        }
        Assert.Equal(["[CLS]", "[UNK]", "[NEW]", "cat", "[SEP]"], tokenizer.Encode("thé [NEW]cat").Tokens);
        Assert.False(tokenizer.StripAccents);
    }

    [Theory]
    [InlineData("BertNormalizer", "Sequence", "normalizer")]
    [InlineData("WordPiece", "Unigram", "model, type")]
    [InlineData("BertPreTokenizer", "Whitespace", "pre_tokenizer")]
    [InlineData("\"##\"", "\"@@\"", "model, continuing_subword_prefix")]
    [InlineData("\"the\":5", "\"the\":4", "[MASK], the")]
    [InlineData("\"the\":5", "\"the\":99999999", "the")]
    public void A_tokenizer_of_another_kind_is_refused(string from, string to, string place)
    {
        using var folder = new TestFolder();
        WriteJson(folder, "BertNormalizer", BertFixtures.Vocabulary.Select((v, i) => (v, i)).ToDictionary(v => v.v, v => v.i));
        string text = File.ReadAllText(folder["tokenizer.json"]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        folder.Write("tokenizer.json", text.Replace(from, to, StringComparison.Ordinal));
        Assert.Equal(place, Assert.Throws<InputException>(() =>
            TextTokenizer.Load(folder.Root, BertFixtures.Config(vocabulary: 15))).Place);
    }

    [Fact]
    public void Tokens_added_later_are_read_and_a_folder_without_a_tokenizer_is_refused()
    {
        using var folder = new TestFolder();
        Assert.Contains("no vocab.txt", Assert.Throws<InputException>(() => TextTokenizer.Load(folder.Root, BertFixtures.Config())).Problem,
            StringComparison.Ordinal);
        WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16).Save(folder.Root);
        folder.Write("added_tokens.json", """{"<user>": 14}""");
        Assert.Equal(["[CLS]", "<user>", "cat", "[SEP]"], TextTokenizer.Load(folder.Root, BertFixtures.Config(vocabulary: 15))
            .Encode("<user>cat").Tokens);
        Assert.Contains("the model's ids end at 13",
            Assert.Throws<InputException>(() => TextTokenizer.Load(folder.Root, BertFixtures.Config())).Message, StringComparison.Ordinal);
    }

    // Every piece is made of characters at its place, and pieces and places go forward together.
    private static void CheckPlaces(string text, TokenizedText actual, bool lowerCase)
    {
        int before = 0;
        for (int i = 1; i < actual.Length - 1; i++)
        {
            var (start, end) = actual.Offsets[i];
            Assert.InRange(start, before, end);
            Assert.InRange(end, start + 1, text.Length);
            Assert.False(start > 0 && char.IsLowSurrogate(text[start]) && char.IsHighSurrogate(text[start - 1]), Shown(text));
            if (actual.Tokens[i] != "[UNK]" && !SpecialTokens.Contains(actual.Tokens[i]))
            {
                string piece = actual.Tokens[i].StartsWith("##", StringComparison.Ordinal) && text[start] != '#' ? actual.Tokens[i][2..]
                    : actual.Tokens[i];
                Assert.Contains(Plain(piece, lowerCase), Plain(text[start..end], lowerCase), StringComparison.Ordinal);
            }
            // A character that became several pieces has all of them at its place.
            before = start;
        }
    }

    private static string Plain(string text, bool lowerCase)
    {
        string clean = string.Concat(text.EnumerateRunes()
            .Where(r => Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned) && r.Value != 0xFFFD).Select(r => r.ToString()));
        if (!lowerCase) return clean;
        string lower = clean.Replace('Σ', 'σ').Replace("İ", "i", StringComparison.Ordinal).ToLowerInvariant().Replace('ς', 'σ');
        return string.Concat(lower.Normalize(NormalizationForm.FormD).EnumerateRunes()
            .Where(r => Rune.GetUnicodeCategory(r) != UnicodeCategory.NonSpacingMark).Select(r => r.ToString()));
    }

    private static string Shown(string text) =>
        string.Join(' ', text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:X4}"));

    private static string[] Vocabulary() => TokenizerGoldenTests.Vocabulary();

    private static void WriteJson(TestFolder folder, string normalizer, Dictionary<string, int> vocabulary) =>
        folder.Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = SpecialTokens.Select(t => new { id = vocabulary[t], content = t, special = true })
            .Append(new { id = 14, content = "[NEW]", special = false }),
            normalizer = new { type = normalizer, clean_text = true, handle_chinese_chars = true, strip_accents = false, lowercase = true },
            pre_tokenizer = new { type = "BertPreTokenizer" },
            model = new
            {
                type = "WordPiece",
                unk_token = "[UNK]",
                continuing_subword_prefix = "##",
                max_input_chars_per_word = 100,
                vocab = vocabulary
            },
        }, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
}
