namespace AttentionNotebooks.Tests.Spelling;

/// <summary>Everything that a reader reads is spelt as a British dictionary spells it. A word of the field that is right and not known goes
/// into words.txt.</summary>
public class SpellingTests
{
    // Whose strings are no prose: the lexicon of the demo's grammar (forms of words, right or wrong on purpose), LaTeX's
    // names of symbols, and style sheets.
    private static readonly string[] _lists =
        ["/AttentionNotebooks.Training/Grammar/", "/FormulaSymbols.cs", "/PageStyle.cs", "/Html.cs", "/Style.cs"];

    private static readonly Lazy<Dictionary> _dictionary = new(Dictionary.Load);

    public static TheoryData<string> Markdown => [.. Files("*.md")];

    public static TheoryData<string> Notebooks =>
        [.. Directory.GetFiles(Repository.Path("notebooks"), "*.ipynb").Select(Relative).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Repository.Path("src")).Select(Relative).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Markdown))]
    public void Markdown_is_spelt_right(string file) => AssertSpelt(Prose.OfMarkdown(File.ReadAllText(Repository.Path(file)), file));

    [Theory, MemberData(nameof(Notebooks))]
    public void Notebooks_are_spelt_right(string file) => AssertSpelt(Prose.OfNotebook(Repository.Path(file), file));

    [Theory, MemberData(nameof(Projects))]
    public void Documentation_and_messages_are_spelt_right(string project) => AssertSpelt(
        from file in Directory.GetFiles(Repository.Path(project), "*.cs", SearchOption.AllDirectories)
        where !Relative(file).Contains("/obj/")
        where !_lists.Any(Relative(file).Contains)
        from line in Prose.OfCSharp(File.ReadAllText(file), Relative(file))
        select line);

    [Fact]
    public void A_misspelling_is_named_with_file_line_and_word()
    {
        var lines = Prose.OfMarkdown("# A head\n\nIt is `misspelt_on_purpose` but [recieved](http://exampel.org).\n", "a.md")
            .Concat(Prose.OfCSharp("/// <summary>Teh head; <c>teh</c>.</summary>\nclass A { string s = \"a sentense of words\", t = "
            + "\"sentense\"; }", "b.cs"));
        Assert.Equal(["a.md, line 3: recieved", "b.cs, line 1: Teh", "b.cs, line 2: sentense"], Misspelt(lines));
    }

    [Theory]
    [InlineData("the colour of neighbours, normalised", "")]
    [InlineData("the color of neighbors, normalized", "color neighbors normalized")]
    [InlineData("Kovaleva’s and the head's", "")]
    [InlineData("kovaleva", "kovaleva")]
    [InlineData("see mean_distance, HeadTable, data/readme, attn.dll and UUAS", "")]
    public void British_and_the_words_of_the_field_are_known(string line, string unknown) =>
        Assert.Equal(unknown, string.Join(' ', _dictionary.Value.Unknown(line)));

    private static void AssertSpelt(IEnumerable<ProseLine> lines)
    {
        string[] misspelt = Misspelt(lines);
        Assert.True(misspelt.Length == 0, string.Join('\n', misspelt));
    }

    private static string[] Misspelt(IEnumerable<ProseLine> lines) =>
        [.. lines.SelectMany(l => _dictionary.Value.Unknown(l.Text).Select(w => $"{l.Place}: {w}"))];

    private static IEnumerable<string> Files(string pattern) =>
        Directory.GetFiles(Repository.Root, pattern, SearchOption.AllDirectories).Select(Relative)
        .Where(f => !f.StartsWith('.') && !f.Contains("/obj/") && !f.StartsWith("artifacts/") && !f.StartsWith("models/")
            && !f.StartsWith("out/")).Order(StringComparer.Ordinal);

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
}
