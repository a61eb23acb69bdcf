using System.Text.Json;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>RoBERTa's tokenizer, against GPT-2's published encoder written out once more.</summary>
public class ByteLevelTests
{
    private static readonly string[] SpecialTokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

    // bytes_to_unicode of the published encoder.
    private static readonly Lazy<Dictionary<int, char>> Table = new(() =>
    {
        var kept = Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range('¡', '¬' - '¡' + 1))
            .Concat(Enumerable.Range('®', 'ÿ' - '®' + 1)).ToList();
        var map = kept.ToDictionary(b => b, b => (char)b);
        int n = 0;
        for (int b = 0; b < 256; b++) if (!map.ContainsKey(b)) map[b] = (char)(256 + n++);
        return map;
    });

    /// <summary>All bytes and a few merges.</summary>
    internal static ByteLevelTokenizer Small { get; } =
        Build(["t h", "th e", "Ġ the", "c a", "ca t", "Ġ cat", "d o", "do g", "Ġ dog", "s a", "sa t", "Ġ sat", "p l", "pl a", "pla y",
            "Ġ play", "e d", "Ġ Ġ", "Ã ©"]);

    [Theory]
    [InlineData("the cat sat", "the Ġcat Ġsat")]
    [InlineData("The the", "T h e Ġthe")]
    [InlineData("a  cat", "a Ġ Ġcat")]
    [InlineData("a   cat ", "a ĠĠ Ġcat Ġ")]
    [InlineData("cat's \n dog", "cat ' s Ġ Ċ Ġdog")]
    [InlineData("played,dog", "play ed , dog")]
    [InlineData("é𝒳1", "Ã© ð Ŀ Ĵ ³ 1")]
    [InlineData("the <mask> sat", "the <mask> Ġsat")]
    [InlineData("the </s>cat", "the Ġ </s> cat")]
    [InlineData("", "")]
    public void Pieces_are_those_of_RoBERTa(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Small.Encode(text).Tokens[1..^1]));

    [Fact]
    public void Pieces_agree_with_the_published_rules_on_2000_awkward_strings()
    {
        foreach (string text in AwkwardText.Strings(2000, seed: 11, SpecialTokens)
            .Select(t => SpecialTokens.Aggregate(t, (s, token) => s.Replace(token, "", StringComparison.Ordinal))))
        {
            var expected = Reference(text, Small);
            var actual = Small.Encode(text, maxLength: 1 << 20);
            Assert.Equal(expected, actual.Tokens[1..^1]);
            var words = text.Select((c, i) => !char.IsWhiteSpace(c) && (i == 0 || char.IsWhiteSpace(text[i - 1]))).ToArray();
            for (int i = 1; i < actual.Length - 1; i++)
            {
                var (start, end) = actual.Offsets[i];
                Assert.InRange(start, 0, end);
                Assert.InRange(end, start + 1, text.Length);
                Assert.Equal(char.IsWhiteSpace(text[start]) ? -1 : words.Take(start + 1).Count(w => w) - 1, actual.Words[i]);
            }
        }
    }

    [Fact]
    public void Offsets_leave_the_space_out_and_words_keep_their_numbers()
    {
        var text = Small.Encode(" the  played é");
        Assert.Equal(["<s>", "Ġthe", "Ġ", "Ġplay", "ed", "Ġ", "Ã©", "</s>"], text.Tokens);
        Assert.Equal([(0, 0), (1, 4), (4, 5), (6, 10), (10, 12), (12, 13), (13, 14), (0, 0)], text.Offsets);
        Assert.Equal([-1, 0, -1, 1, 1, -1, 2, -1], text.Words);
        Assert.Equal([3, 4], text.PiecesOf(1));
        var words = Small.Encode(["the", "", "cat", "é"]);
        Assert.Equal(["<s>", "the", "Ġcat", "Ġ", "Ã©", "</s>"], words.Tokens);
        Assert.Equal([-1, 0, 2, -1, 3, -1], words.Words);
        Assert.Equal([(0, 0), (0, 3), (0, 3), (0, 0), (0, 1), (0, 0)], words.Offsets);
    }

    [Fact]
    public void A_long_pair_loses_its_longer_text_first()
    {
        var pair = Small.Encode("the cat sat the cat", "a dog", maxLength: 8);
        Assert.Equal(["<s>", "the", "Ġcat", "</s>", "</s>", "a", "Ġdog", "</s>"], pair.Tokens);
        Assert.Equal(3, pair.Dropped);
        Assert.Throws<ArgumentOutOfRangeException>(() => Small.Encode("a", "b", maxLength: 3));
    }

    [Fact]
    public void What_is_saved_is_loaded_and_so_is_tokenizer_json()
    {
        using var folder = new TestFolder();
        var config = BertFixtures.Config() with { VocabSize = Small.VocabularySize, PositionPaddingId = 1 };
        Small.Save(folder.Root);
        var loaded = TextTokenizer.Load(folder.Root, config);
        var pieces = Enumerable.Range(0, Small.VocabularySize).ToDictionary(Small.TokenOf, i => i);
        var merges = File.ReadLines(folder["merges.txt"]).Skip(1).ToArray();
        foreach (string name in new[] { "vocab.json", "merges.txt" }) File.Delete(folder[name]);
        folder.Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            added_tokens = SpecialTokens.Select(t => new { id = pieces[t], content = t, lstrip = t == "<mask>", special = true }),
            normalizer = (object?)null,
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true },
            model = new
            {
                type = "BPE",
                dropout = (object?)null,
                unk_token = (object?)null,
                vocab = pieces,
                merges = merges.Select(m => m.Split(' '))
            },
        }));
        var whole = TextTokenizer.Load(folder.Root, config);
        foreach (string text in new[] { "the cat <mask> sat", "  played é\n", "x" })
        {
            Assert.Equal(Small.Encode(text).Ids, loaded.Encode(text, 14).Ids);
            Assert.Equal(Small.Encode(text).Ids, whole.Encode(text, 14).Ids);
        }
        Assert.Equal(14, whole.MaxLength);
    }

    [Fact]
    public void Broken_files_are_refused()
    {
        using var folder = new TestFolder();
        var config = BertFixtures.Config() with { VocabSize = 1000 };
        Small.Save(folder.Root);
        folder.Write("merges.txt", "#version: 0.2\nt h\nthe\n");
        Assert.Equal("line 3", Assert.Throws<InputException>(() => TextTokenizer.Load(folder.Root, config)).Place);
        folder.Write("vocab.json", """{"<s>": 0, "a": 0}""");
        Assert.Contains("have the same id 0", Assert.Throws<InputException>(() => TextTokenizer.Load(folder.Root, config)).Problem,
            StringComparison.Ordinal);
        folder.Write("vocab.json", """{"<s>": 0, "a": -1}""");
        Assert.Contains("the id -1", Assert.Throws<InputException>(() => TextTokenizer.Load(folder.Root, config)).Problem,
            StringComparison.Ordinal);
        folder.Write("vocab.json", """{"<s>": 0, "a": 1}""");
        folder.Write("merges.txt", "");
        Assert.Contains("lacks <pad>, <unk>, </s>, <mask>",
            Assert.Throws<InputException>(() => TextTokenizer.Load(folder.Root, config)).Problem, StringComparison.Ordinal);
    }

    private static ByteLevelTokenizer Build(string[] merges)
    {
        var ids = new Dictionary<string, int>();
        foreach (string token in SpecialTokens.Concat(Bytes.Values.Select(c => c.ToString()))
            .Concat(merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal)))) ids.TryAdd(token, ids.Count);
        return ByteLevelTokenizer.Create(ids, [.. merges.Select(m => (m.Split(' ')[0], m.Split(' ')[1]))], maxLength: 1 << 20);
    }

    private static Dictionary<int, char> Bytes => Table.Value;

    // The published expression, over a text in which each character beyond U+FFFF is replaced by one of its kind.
    private static List<string> Reference(string text, ByteLevelTokenizer tokenizer)
    {
        var runes = text.EnumerateRunes().ToList();
        string narrow = string.Concat(runes.Select(r => r.IsBmp ? (char)r.Value : System.Text.Rune.IsLetter(r) ? 'x'
            : System.Text.Rune.IsNumber(r) ? '1' : '+'));
        var pieces = new List<string>();
        foreach (Match match in Regex.Matches(narrow, @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"))
        {
            var symbols = runes.Skip(match.Index).Take(match.Length).SelectMany(r => System.Text.Encoding.UTF8.GetBytes(r.ToString()))
                .Select(b => Bytes[b].ToString()).ToList();
            // One merge at a time, the earliest learnt and leftmost first.
            while (true)
            {
                var candidates = Enumerable.Range(0, symbols.Count - 1).Select(i => (Rank: Rank(symbols[i], symbols[i + 1]), At: i))
                    .Where(c => c.Rank >= 0).Order().ToList();
                if (candidates.Count == 0) break;
                int at = candidates[0].At;
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }
            pieces.AddRange(symbols);
        }
        return pieces;

        // The vocabulary of the small tokenizer lists the merges in their order behind the bytes.
        int Rank(string left, string right) => tokenizer.IdOf(left + right) ?? -1;
    }
}
