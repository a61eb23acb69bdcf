using System.Globalization;
using System.Text.RegularExpressions;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>One feature added in one cell by a reader who has read nothing but notebook 03.</summary>
[Collection(NotebookCollection.Name)]
public sealed partial class LaboratoryTests : IDisposable
{
    private const string Commas = "lab.Feature(\"commas\", \"share\", (a, t) => t.OnKeys(a, t.MarkTokens(token => token == \",\")))";
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Commas_in_one_cell()
    {
        var outputs = bench.Outputs([.. ToTheLaboratory(), Commas]);
        var shown = Assert.IsType<DisplayOutput>(Assert.Single(outputs));
        Assert.Equal(3, Regex.Count(shown.Data[Mime.Html], "Plotly\\.newPlot"));
        foreach (string said in new[] { "commas: every head", "how the heads are spread", "the highest and the lowest heads",
            "rank correlation", "Split-half reliability", "silhouette", "Adjusted Rand index" })
            Assert.Contains(said, shown.Data[Mime.Html]);
        Assert.Contains("rank correlation", shown.Data[Mime.Plain]);
    }

    [Fact]
    public void What_the_cell_computes_is_right()
    {
        var printed = bench.Outputs([.. ToTheLaboratory(),
            $"var commas = {Commas};\nforeach (double v in commas.Report.Table.Column(\"commas\")) Console.WriteLine(v);"]);
        double[] values = [.. string.Concat(printed.OfType<StreamOutput>().Select(o => o.Text))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        using var model = Kit.Model();
        var source = new LiveAttention(model, File.ReadAllLines(Repository.Path("data", "texts", "sentences.txt")));
        var maps = Enumerable.Range(0, source.Texts.Count).Select(source.Maps).ToArray();
        Assert.Equal(source.Grid.Count, values.Length);
        foreach (var head in source.Grid.All().Where((_, i) => i % 13 == 0))
        {
            double slow = maps.Average(m => Enumerable.Range(0, m.Tokens.Count)
                .Sum(i => Enumerable.Range(0, m.Tokens.Count).Where(j => m.Tokens[j] == ",").Sum(j => (double)m[head][i, j]))
                / m.Tokens.Count);
            Assert.Equal(slow, values[source.Grid.PositionOf(head)], 1e-5);
        }
    }

    [Fact]
    public void The_notebook_tells_of_everything_that_the_cell_uses()
    {
        string told = string.Concat(Notebook().Cells.TakeWhile(c => !c.Source.Contains("Exercises")).Select(c => c.Source));
        Assert.All(Member().Matches(Commas).Select(m => m.Value), member => Assert.Contains(member, told));
    }

    [Theory]
    [InlineData("lab.Feature(\"wrong\", \"share\", (a, t) => a.sum(dim: -1))", "Return one value per text and head")]
    [InlineData("lab.Feature(\"nan\", \"share\", (a, t) => t.MeanOverQueries(a.amax([-1])) * double.NaN)", "Look at the formula")]
    [InlineData("lab.Feature(\"tags\", \"share\", (a, t) => t.OnKeys(a, t.MarkTags(tag => tag == \"NOUN\")))", "--conllu")]
    public void A_mistake_in_the_cell_is_told_with_its_remedy(string cell, string remedy) =>
        Assert.Contains(remedy, bench.Failure([.. ToTheLaboratory(), cell]).Message);

    // The notebook's own cells: set-up, model and laboratory.
    private static string[] ToTheLaboratory()
    {
        string[] code = [.. Notebook().Cells.Where(c => c.Type == CellType.Code).Select(c => c.Source)];
        return [code[0].Replace("kit.csx", Repository.Path("notebooks", "kit.csx")),
            code.Single(c => c.Contains("new LiveAttention(model, texts);")), code.Single(c => c.Contains("new Lab("))];
    }

    private static Notebook Notebook() => NotebookReader.Read(Repository.Path("notebooks", "03-distance-features.ipynb"));

    [GeneratedRegex(@"\b(lab|t)\.\w+")]
    private static partial Regex Member();
}
