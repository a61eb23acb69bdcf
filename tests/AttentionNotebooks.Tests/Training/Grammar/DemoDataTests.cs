using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>The files as a whole: made by the command that is documented, apart from each other and from training text.</summary>
public class DemoDataTests
{
    private static readonly string[] SentenceColumns = ["sentence", "sentence1", "sentence2"];

    [Fact]
    public async Task The_command_makes_the_shipped_files_byte_for_byte()
    {
        using var folder = new TestFolder();
        Assert.Equal(0, await Cli.Attn.Run(["make-demo-data", "--out", folder.Root], new StringWriter(), new StringWriter()));
        string[] made = [.. Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder.Root, f)).Order(StringComparer.Ordinal)];
        Assert.Equal(12, made.Length);
        Assert.All(made, f => Assert.Equal(File.ReadAllText(Repository.Path("data", f)), File.ReadAllText(folder[f])));
    }

    [Fact]
    public void No_sentence_is_in_two_files_or_twice_in_one()
    {
        var seen = new Dictionary<string, string>();
        foreach (string task in new[] { "acceptability", "sentiment", "pairs" })
            foreach (string split in TaskFile.Splits)
            {
                var rows = TaskFile.Read($"{task}.{split}");
                Assert.Equal(split == "train" ? 1600 : 200, rows.Count);
                foreach (string sentence in rows.SelectMany(r => SentenceColumns.Where(r.ContainsKey).Select(c => r[c].ToLowerInvariant())))
                    Assert.True(seen.TryAdd(sentence, $"{task}.{split}"),
                        $"\"{sentence}\" is in {task}.{split} and in {seen.GetValueOrDefault(sentence)}");
            }
        Assert.All(Treebank(), s => Assert.DoesNotContain(s, seen.Keys));
    }

    [Fact]
    public async Task Training_text_has_paragraphs_of_sentences_that_are_in_no_shipped_file()
    {
        using var folder = new TestFolder();
        var error = new StringWriter();
        Assert.Equal(0, await Cli.Attn.Run(["make-demo-data", "--text", folder["t.txt"], "--sentences", "2000", "--seed", "4"],
            new StringWriter(), error));
        string[] paragraphs = File.ReadAllLines(folder["t.txt"]);
        var sentences = paragraphs.SelectMany(Sentences).ToList();
        Assert.InRange(sentences.Count, 2000, 2007);
        Assert.All(paragraphs, p => Assert.InRange(Sentences(p).Length, 3, 8));

        var shipped = Treebank().ToHashSet();
        foreach (var row in TaskFile.Read("agreement"))
            foreach (string form in new[] { "right", "wrong" })
                shipped.Add(row["sentence"].Replace("[MASK]", row[form]).ToLowerInvariant());
        foreach (string task in new[] { "acceptability", "sentiment", "pairs" })
            foreach (string split in TaskFile.Splits)
                shipped.UnionWith(TaskFile.Read($"{task}.{split}")
                    .SelectMany(r => SentenceColumns.Where(r.ContainsKey).Select(c => r[c].ToLowerInvariant())));
        Assert.All(sentences, s => Assert.DoesNotContain(s.ToLowerInvariant(), shipped));
        Assert.Superset(shipped, DemoData.Generate().Sentences.ToHashSet());
        // Questions and relative clauses are as common as in the treebank.
        Assert.InRange(sentences.Count(s => s.EndsWith('?')) / (double)sentences.Count, 0.1, 0.3);
        Assert.InRange(sentences.Count(s => s.Contains(" who ") || s.Contains(" which ") || s.Contains(" that ")) / (double)sentences.Count,
            0.15, 0.6);
    }

    [Fact]
    public void What_is_excluded_does_not_come()
    {
        string[] free = [.. DemoText.Paragraphs(9, 50, new HashSet<string>())];
        var first = Sentences(free[0])[0].ToLowerInvariant();
        Assert.DoesNotContain(DemoText.Paragraphs(9, 50, new HashSet<string> { first }).SelectMany(Sentences),
            s => s.ToLowerInvariant() == first);
        Assert.Equal(free, DemoText.Paragraphs(9, 50, new HashSet<string>()));
    }

    [Fact]
    public void Sentences_with_nouns_between_subject_and_verb_can_be_made_common()
    {
        string[] rare = [.. DemoText.Paragraphs(9, 400, new HashSet<string>()).SelectMany(Sentences)],
            common = [.. DemoText.Paragraphs(9, 400, new HashSet<string>(), agreement: 1).SelectMany(Sentences)];
        // Their verbs are few: be, have and some that are known to show number.
        double Share(string[] sentences) => sentences.Count(s =>
            System.Text.RegularExpressions.Regex.IsMatch(s, "^(The|His|Her|My|Our|Their) [a-z ]+ (near|behind|beside|in|on|outside) "))
            / (double)sentences.Length;
        Assert.True(Share(common) > 2 * Share(rare), $"{Share(common)} against {Share(rare)}");
    }

    [Theory]
    [InlineData("make-demo-data")]
    [InlineData("make-demo-data", "--text", "b", "--agreement", "1.5")]
    [InlineData("make-demo-data", "--out", "a", "--text", "b")]
    [InlineData("make-demo-data", "--text", "b", "--sentences", "0")]
    public async Task Wrong_usage_is_told(params string[] arguments) =>
        Assert.Equal(2, await Cli.Attn.Run(arguments, new StringWriter(), new StringWriter()));

    private static string[] Sentences(string paragraph) => System.Text.RegularExpressions.Regex.Split(paragraph, "(?<=[.?]) ");

    private static IEnumerable<string> Treebank() =>
        Rows.Read(File.ReadAllText(Repository.Path("data", "treebank", "demo.conllu"))).Select(s => s.Text.ToLowerInvariant());
}
