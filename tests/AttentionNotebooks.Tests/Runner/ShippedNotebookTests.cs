using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttentionNotebooks.Runner;
using AttentionNotebooks.Tests.Browsing;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>The notebooks that the kit ships: committed clean, run from top to bottom, every chart with something in it.</summary>
[Collection(NotebookCollection.Name)]
public class ShippedNotebookTests
{
    private const int MostBytes = 15_000_000, MostCharacters = 120;

    public static TheoryData<string> All =>
        [.. Directory.GetFiles(Repository.Path("notebooks"), "*.ipynb").Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f)!)];

    [Theory, MemberData(nameof(All))]
    public void Is_committed_without_outputs_and_for_the_right_kernel(string name)
    {
        var notebook = Read(name);
        foreach (var cell in notebook.Cells.Where(c => c.Type == CellType.Code))
        {
            Assert.Empty(cell.Json["outputs"]!.AsArray());
            Assert.Null(cell.Json["execution_count"]);
            // One kernel in all cells, as editors write it: a cell without it changes in the file as soon as it is run.
            Assert.Equal("""{"polyglot_notebook":{"kernelName":"csharp"}}""", cell.Json["metadata"]!.ToJsonString());
        }
        Assert.Equal(".net-csharp", (string?)notebook.Json["metadata"]!["kernelspec"]!["name"]);
        Assert.Equal(notebook.Cells.Count, notebook.Cells.Select(c => c.Id).Distinct().Count());
        Assert.StartsWith("# ", notebook.Cells[0].Source);
        Assert.StartsWith("#load \"kit.csx\"", notebook.Cells.First(c => c.Type == CellType.Code).Source);
    }

    [Theory, MemberData(nameof(All))]
    public void Has_short_cells_and_an_explanation_before_the_first(string name)
    {
        var cells = Read(name).Cells;
        Assert.InRange(cells.Count, 8, 40);
        Assert.All(cells.Where(c => c.Type == CellType.Code),
            c => Assert.True(c.Source.Split('\n').Length <= 12, $"{c.Label} has {c.Source.Split('\n').Length} lines"));
        Assert.True(cells.Any(c => c.Type == CellType.Markdown && c.Source.Contains("### Exercises") && c.Source.Contains("<details>")),
            "has no exercises with folded answers");
        bool any = cells.Any(c => c.Source.Contains("Kit.Model()")), demo = cells.Any(c => c.Source.Contains("Kit.DemoModel()"));
        string[] texts = [.. cells.Where(c => c.Type == CellType.Markdown).Select(c => c.Source)];
        bool Say(string words) => texts.Any(t => t.Contains(words, StringComparison.OrdinalIgnoreCase));
        Assert.True(!any || Say(PackagedEncoders.MiniLM), "does not say which model it runs on");
        Assert.True(!demo || Say("demo model is small"), "does not say that the demo model is small");
        Assert.True(!demo || Say("patterns were asked for"), "does not say that the demo model's patterns were asked for");
    }

    public static TheoryData<string> AllAndTheGallery => [.. All.Select(r => $"notebooks/{r.Data}"), "data/pictures/gallery.dib"];

    [Theory, MemberData(nameof(AllAndTheGallery))]
    public void No_line_of_code_is_longer_than_a_page_is_wide(string file) => Assert.All(
        NotebookReader.Read(Repository.Path(file.Split('/'))).Cells.Where(c => c.Type == CellType.Code)
            .SelectMany(c => c.Source.Split('\n')),
        line => Assert.True(line.Length <= MostCharacters, $"{line.Length} characters: {line}"));

    [Theory, MemberData(nameof(AllAndTheGallery))]
    public void Needs_one_using_and_begins_with_the_set_up(string file)
    {
        var code = NotebookReader.Read(Repository.Path(file.Split('/'))).Cells.Where(c => c.Type == CellType.Code).ToArray();
        string[] lines = [.. code.SelectMany(c => c.Source.Split('\n'))];
        Assert.Equal(["using AttentionNotebooks;"], lines.Where(l => l.StartsWith("using ", StringComparison.Ordinal)));
        Assert.EndsWith("\nKit.Start()", code[0].Source);
    }

    // With another model, titles and captions must not go on about the demo model: Kit.Model names the one that is shown.
    [Theory, MemberData(nameof(All))]
    public void Code_takes_the_models_name_from_the_model(string name) => Assert.All(
        Read(name).Cells.Where(c => c.Type == CellType.Code),
        c => Assert.DoesNotContain(c.Source.Split('\n'),
            l => l.Contains("demo model", StringComparison.OrdinalIgnoreCase) || l.Contains("demo-bert")));

    // What the reader sees is a formula and not its source.
    [Theory, MemberData(nameof(All))]
    public void Every_formula_is_drawn(string name)
    {
        var notebook = Read(name);
        var markdown = new MarkdownHtml(notebook.Folder);
        string[] texts = [.. notebook.Cells.Where(c => c.Type == CellType.Markdown).Select(c => c.Source)];
        string page = string.Concat(texts.Select(t => markdown.Render(t, null)));
        Assert.DoesNotContain("<code class=\"formula\">", page);
        Assert.DoesNotContain('$', Regex.Replace(page, "<(pre|code)[^>]*>.*?</\\1>", "", RegexOptions.Singleline));
        int onTheirOwn = texts.Sum(t => Regex.Count(t, @"^\$\$.+\$\$\r?$", RegexOptions.Multiline));
        Assert.Equal(onTheirOwn, Regex.Count(page, "<math display=\"block\">"));
    }

    [Theory, MemberData(nameof(All))]
    public void Runs_from_top_to_bottom_and_every_chart_has_data_titles_and_a_caption(string name)
    {
        var run = Run(name);
        Assert.Null(run.Failure?.OneLine);
        var outputs = run.Cells.SelectMany(c => c.Outputs).ToArray();
        Assert.DoesNotContain(outputs, o => o is ErrorOutput or StreamOutput { Name: "stderr" });
        var figures = Figures(run).Select(f => JsonNode.Parse(f)!).ToArray();
        Assert.True(figures.Length >= 2, $"{figures.Length} charts");
        Assert.All(figures, f =>
        {
            Assert.NotEmpty(f["data"]!.AsArray());
            Assert.All(f["data"]!.AsArray(), t => Assert.Contains(new[] { "x", "y", "z" }, axis => t![axis] is JsonArray { Count: > 0 }
                || t[axis] is JsonObject));
            Assert.NotEmpty((string)f["layout"]!["title"]!["text"]!);
            Assert.NotEmpty((string)f["layout"]!["meta"]!["caption"]!);
        });
    }

    [Theory, MemberData(nameof(All))]
    public async Task Its_page_is_light_and_a_browser_draws_every_chart_without_a_complaint(string name)
    {
        var run = Run(name);
        string page = NotebookPage.Render(run);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 1, MostBytes);
        var (charts, problems) = await DrawnCharts.Of(page);
        Assert.Empty(problems);
        Assert.Equal(Figures(run).Count + Regex.Count(page, "<figure class=\"attention-figure\""), charts.Length);
        Assert.All(charts, chart =>
        {
            Assert.NotEmpty(chart.Title);
            Assert.NotEmpty(chart.Traces);
            Assert.True(chart.Traces.Sum() > 0 && chart.Marks > 0,
                $"\"{chart.Title}\" has {chart.Traces.Sum()} values and {chart.Marks} marks");
        });
    }

    [Fact]
    public void The_code_in_the_README_runs()
    {
        string readme = File.ReadAllText(Repository.Path("README.md"));
        string code = Regex.Match(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value.Replace("\"data/",
            $"\"{Repository.Root}/data/");
        using var bench = new NotebookBench();
        var printed = bench.Outputs($"#r \"{typeof(Head).Assembly.Location}\"\n{code}").OfType<StreamOutput>();
        Assert.Contains("heads", string.Concat(printed.Select(o => o.Text)));
    }

    // The tests of this class run one after the other; each notebook runs once for all of them.
    private static readonly Dictionary<string, NotebookRun> _runs = [];

    private static NotebookRun Run(string name)
    {
        if (!_runs.TryGetValue(name, out var run)) _runs[name] = run = NotebookRunner.Run(Read(name), NotebookBench.NoSettings);
        return run;
    }

    private static List<string> Figures(NotebookRun run) =>
        [.. run.Cells.SelectMany(c => c.Outputs).OfType<DisplayOutput>().Where(o => o.Data.ContainsKey(Mime.Plotly))
            .Select(o => o.Data[Mime.Plotly])];

    private static Notebook Read(string name) => NotebookReader.Read(Repository.Path("notebooks", name));
}
