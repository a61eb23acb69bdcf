using System.Text.RegularExpressions;

namespace AttentionNotebooks.Tests.Build;

/// <summary>What CONTRIBUTING.md asks of the text of sources: short lines, and comments that say more than a name does.</summary>
public class SourceTextTests
{
    private const int LongestLine = 140;

    private static readonly Regex Parameter = new("""<(?:type)?param name="(\w+)">([^<]*)</(?:type)?param>""");
    private static readonly Regex Words = new("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+");
    private static readonly string[] Fill = ["the", "a", "an", "its", "of", "to", "be", "this", "that", "it", "is"];

    [Fact]
    public void No_line_of_code_is_longer_than_140_characters() =>
        Assert.Empty(Lines("src", "tests").Where(l => l.Text.Length > LongestLine).Select(l => $"{l.Place}: {l.Text.Length} characters"));

    [Fact]
    public void No_comment_of_a_parameter_only_repeats_its_name() =>
        Assert.Empty(Lines("src").Where(l => RepeatsItsName(l.Text)).Select(l => l.Place));

    [Theory]
    [InlineData("""/// <param name="headGrid">The head grid.</param>""", true)]
    [InlineData("""/// <param name="heads">The head.</param>""", true)]
    [InlineData("""/// <param name="k">Clusters, from 1.</param>""", false)]
    [InlineData("// no parameter", false)]
    public void A_comment_that_only_repeats_a_name_is_found(string line, bool repeats) => Assert.Equal(repeats, RepeatsItsName(line));

    private static bool RepeatsItsName(string line) => Parameter.Match(line) is { Success: true } m
        && Stems(m.Groups[2].Value).Except(Fill).All(Stems(m.Groups[1].Value).Contains);

    private static HashSet<string> Stems(string text) => [.. Words.Matches(text).Select(w => w.Value.ToLowerInvariant()).Select(Stem)];

    private static string Stem(string word) => Fill.Contains(word) ? word : word.TrimEnd('s');

    private static IEnumerable<(string Place, string Text)> Lines(params string[] folders) =>
        from folder in folders
        from file in Directory.GetFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")
        from line in File.ReadLines(file).Select((text, i) => (Place: $"{Path.GetRelativePath(Repository.Root, file)}, line {i + 1}", text))
        select line;
}
