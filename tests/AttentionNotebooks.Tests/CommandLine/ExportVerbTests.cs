using System.Text.RegularExpressions;
using AttentionNotebooks.Cli;
using AttentionNotebooks.Runner;
using AttentionNotebooks.Tests.Runner;
using AttentionNotebooks.Tests.Runner.Export;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The verb as a shell sees it, and its programs as <c>dotnet run</c> runs them.</summary>
[Collection(NotebookCollection.Name)]
public sealed class ExportVerbTests : IDisposable
{
    private readonly NotebookBench bench = new();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose() => bench.Dispose();

    private Task<int> Export(params string[] arguments) =>
        Attn.Run(["export", .. arguments], output, error, TestContext.Current.CancellationToken);

    // Built against what lies there: these tests run from that very folder. The program lands in it too.
    private async Task<(int Code, string Output, string Error)> DotnetRun(string file)
    {
        try
        {
            return await ProgramBench.Dotnet(bench.Folder, "run", "-c", ProgramBench.Configuration, "-p:BuildProjectReferences=false",
                "--file", file, "--", "--out", bench.PathOf("out"));
        }
        finally
        {
            foreach (string left in Directory.GetFiles(AppContext.BaseDirectory, $"notebook.{Path.GetFileNameWithoutExtension(file)}.*"))
                File.Delete(left);
        }
    }

    [Fact]
    public async Task An_exported_notebook_runs_from_any_folder_and_gives_the_page_of_attn_run()
    {
        string notebook = Repository.Path("notebooks", "00-start-here.ipynb"), program = bench.PathOf("start.cs");
        Assert.Equal(0, await Export(notebook, "--to", "cs", "--out", program));
        var (code, text, message) = await DotnetRun(program);
        Assert.True(code == 0, text + message);
        Assert.Contains(bench.PathOf("out", "00-start-here.html"), text);
        var run = NotebookRunner.Run(NotebookReader.Read(notebook), NotebookBench.NoSettings);
        string Same(string page) => Regex.Replace(page, " · [^<]*</span></nav>", "</span></nav>");
        Assert.Equal(Same(NotebookPage.Render(run)),
            Same(await File.ReadAllTextAsync(bench.PathOf("out", "00-start-here.html"), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_program_that_fails_names_the_cell_and_the_line_exits_1_and_leaves_the_page_of_what_ran()
    {
        string program = bench.PathOf("throws.cs");
        Assert.Equal(0, await Export(Repository.Path("notebooks", "must-fail", "throws.ipynb"), "--to", "cs", "--out", program));
        var (code, text, message) = await DotnetRun(program);
        Assert.True(code == 1, $"{code}: {text}{message}");
        Assert.Contains("throws.ipynb, cell 3 (throws-3), line 2: ArgumentException: 7 is odd", message);
        Assert.Contains("at Half in cell 2, line 1", message);
        string page = await File.ReadAllTextAsync(bench.PathOf("out", "throws.html"), TestContext.Current.CancellationToken);
        Assert.Contains("<div class=\"cell failed\" id=\"cell-3\">", page);
        Assert.DoesNotContain("never reached", page);
    }

    [Fact]
    public async Task A_dib_is_run_like_its_notebook()
    {
        string notebook = bench.Write("a", "%md # Title\n[next](b.dib)", "int x = 41;", "x + 1");
        Assert.Equal(0, await Export(notebook, "--to", "dib", "--out", bench.PathOf("dib", "a.dib")));
        Assert.Equal(bench.PathOf("dib", "a.dib"), output.ToString().Trim());
        Assert.Equal(0, await Attn.Run(["run", bench.PathOf("dib"), "--out", bench.PathOf("out")], output, error,
            TestContext.Current.CancellationToken));
        var written = NotebookReader.Read(bench.PathOf("out", "a.ipynb"));
        Assert.Equal(["# Title\n[next](b.dib)", "int x = 41;", "x + 1"], written.Cells.Select(c => c.Source));
        Assert.Equal("42", Assert.IsType<DisplayOutput>(Assert.Single(OutputJson.Read("a.ipynb", written.Cells[2]))).Data[Mime.Plain]);
        string page = File.ReadAllText(bench.PathOf("out", "a.html"));
        Assert.Contains("a.dib · ", page);
        Assert.Contains("href=\"b.html\"", page);
        // A folder stands for both kinds; two of one name would be written over one another.
        File.Copy(notebook, bench.PathOf("dib", "a.ipynb"));
        Assert.Equal(1, await Attn.Run(["run", bench.PathOf("dib"), "--out", bench.PathOf("out")], output, error,
            TestContext.Current.CancellationToken));
        Assert.Contains("same name", error.ToString());
    }

    [Fact]
    public async Task A_dib_in_another_folder_than_its_kit_is_told()
    {
        string notebook = bench.Write("a", "#r \"System.Xml\"\n#load \"kit.csx\"\n1");
        Assert.Equal(0, await Export(notebook, "--to", "dib", "--out", bench.PathOf("a.dib")));
        Assert.Equal("", error.ToString());
        Assert.Equal(0, await Export(notebook, "--to", "dib", "--out", bench.PathOf("dib", "a.dib")));
        Assert.Contains($"it runs in {bench.Folder}", error.ToString());
    }

    [Theory]
    [InlineData("a.ipynb", "html", "x.html")]
    [InlineData("a.ipynb", "cs", "x.csx")]
    [InlineData("a.ipynb", "dib", "x")]
    public async Task Wrong_usage_exits_2(string notebook, string form, string target)
    {
        bench.Write("a", "1");
        Assert.Equal(2, await Export(bench.PathOf(notebook), "--to", form, "--out", bench.PathOf(target)));
        Assert.StartsWith("attn: ", error.ToString());
        Assert.False(File.Exists(bench.PathOf(target)));
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_exits_1_with_one_line()
    {
        string notebook = bench.Write("a", "1");
        Assert.Equal(1, await Export(bench.PathOf("none.ipynb"), "--to", "cs", "--out", bench.PathOf("x.cs")));
        Directory.CreateDirectory(bench.PathOf("taken.cs"));
        Assert.Equal(1, await Export(notebook, "--to", "cs", "--out", bench.PathOf("taken.cs")));
        Assert.Equal(0, await Export(notebook, "--to", "dib", "--out", bench.PathOf("a.dib")));
        Assert.Equal(1, await Export(bench.PathOf("a.dib"), "--to", "dib", "--out", bench.PathOf("a.dib")));
        Assert.Matches(
            @"\Aattn: .*none.ipynb: there is no such file.*\nattn: .*taken.cs: cannot be written.*\n"
                + @"attn: .*a.dib: would be overwritten.*\n\z", error.ToString().ReplaceLineEndings("\n"));
        Assert.Empty(Directory.GetFiles(bench.Folder, "*.part"));
    }
}
