using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>The vocabulary of bert-base-uncased on prose, and on what Hugging Face's tokenizer gave for awkward inputs.</summary>
public class TokenizerGoldenTests
{
    // Hugging Face's "fast" tokenizer knows characters by older tables of Unicode, in which these were not assigned, or not as
    // punctuation and marks; its table of what is not assigned lacks a few. The kit goes by .NET's tables, as Python's tokenizer
    // goes by Python's.
    private static readonly int[] LaterUnicode =
    [
        0x0898, 0x08D3, 0x09FE, 0x0A76, 0x0C77, 0x0C84, 0x1AC1, 0x1B7D, 0x1DF6, 0x20C1, 0x2E43, 0x2E45, 0x2E4E, 0x2E4F, 0x2E52, 0x2E5D,
        0x3040, 0xFAFF, 0xFFFF, 0x10EAD, 0x10F55, 0x11073, 0x1145A, 0x13436, 0x13437, 0x16EA0, 0x16FE2, 0x1E95E, 0x2B81E, 0x2FA20, 0x323B0,
        0x10FFFF,
    ];

    [Theory, InlineData("\n"), InlineData("\r\n")]
    public void The_repositorys_texts_are_cut_as_the_reference_cuts_them(string lineEnd)
    {
        var treebank = ConllU.Read(Repository.Path("data", "treebank", "demo.conllu"))
            .Select(s => string.Join(' ', s.Words.Select(w => w.Form)));
        Agree(lineEnd, [.. TextFile.Texts(Repository.Path("data", "texts", "sentences.txt")), .. treebank], atLeast: 1000);
    }

    [Fact]
    public void Twenty_thousand_lines_of_prose_are_cut_as_the_reference_cuts_them()
    {
        string[] files = [Repository.SharedData("text", "ud-ewt-train.txt"), Repository.SharedData("text", "wikitext-2-raw-test.txt"),
            Repository.SharedData("glue", "SST-2", "dev.tsv"), Repository.SharedData("glue", "CoLA", "dev.tsv"),
            Repository.SharedData("text", "books", "treasure-island.txt"), Repository.SharedData("text", "books", "white-fang.txt")];
        var dev = File.ReadLines(Repository.SharedData("ud-ewt", "en_ewt-ud-dev.conllu"))
            .Where(l => l.StartsWith("# text = ", StringComparison.Ordinal)).Select(l => l[9..]);
        Agree("\r\n", [.. files.SelectMany(File.ReadLines), .. dev], atLeast: 20_000);
    }

    [Fact]
    public void Awkward_inputs_are_cut_as_Hugging_Faces_tokenizer_cuts_them_but_for_what_is_known()
    {
        string strings = Repository.SharedData("golden", "tokenizers", "strings.jsonl.gz"),
            golden = Repository.SharedData("golden", "tokenizers", "bert-uncased", "golden.jsonl.gz");
        var tokenizer = Load("\n");
        int compared = 0;
        var different = new List<string>();
        foreach (var (input, expected) in Lines(strings).Zip(Lines(golden)))
        {
            if (input.TryGetProperty("truncation", out _)) continue; // an option of its own
            string text = input.GetProperty("text").GetString()!;
            // An empty second text is none there.
            string second = input.TryGetProperty("pair", out var pair) ? pair.GetString()! : "";
            int[] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
            var actual = second.Length > 0 ? tokenizer.Encode(text, second) : tokenizer.Encode(text);
            compared++;
            if (!ids.SequenceEqual(actual.Ids)) different.Add(text + second);
        }
        Assert.Equal(3700, compared);
        // BERT's own code writes a final sigma, and so do the kit and Python's BertTokenizer; Hugging Face's "fast" one does not.
        Assert.All(different, text => Assert.True(text.Contains('Σ') || text.EnumerateRunes().Any(r => LaterUnicode.Contains(r.Value)),
            string.Join(' ', text.EnumerateRunes().Select(r => $"U+{r.Value:X4}"))));
        Assert.InRange(different.Count, 0, 50);
    }

    private static void Agree(string lineEnd, string[] lines, int atLeast)
    {
        Assert.InRange(lines.Length, atLeast, int.MaxValue);
        var tokenizer = Load(lineEnd);
        var reference = new ReferenceTokenizer([.. Vocabulary()], lowerCase: true);
        Assert.Empty(lines.AsParallel().WithDegreeOfParallelism(2)
            .Where(line => !reference.Tokenize(line).SequenceEqual(tokenizer.Encode(line).Tokens[1..^1])));
    }

    /// <summary>The published vocabulary: it came with the real encoder, or lies beside the repository.</summary>
    internal static string[] Vocabulary() => File.ReadAllLines(PackagedEncoders.Folder(PackagedEncoders.MiniLM) is { } folder
        ? Path.Combine(folder, "vocab.txt") : Repository.SharedData("bert-vocab", "vocab.txt"));

    // The tokenizer of a folder whose vocab.txt has these line ends.
    private static TextTokenizer Load(string lineEnd)
    {
        using var folder = new TestFolder();
        string[] vocabulary = Vocabulary();
        folder.Write("vocab.txt", string.Concat(vocabulary.Select(v => v + lineEnd)));
        return TextTokenizer.Load(folder.Root, BertFixtures.Config(vocabulary: vocabulary.Length, positions: 1 << 20));
    }

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.Clone();
        }
    }
}
