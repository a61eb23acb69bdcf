using System.Diagnostics;
using AttentionNotebooks.Cli;
using AttentionNotebooks.Runner;
using AttentionNotebooks.Tests.Runner;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The verb as a shell sees it: exit code, messages, files.</summary>
[Collection(NotebookCollection.Name)]
public sealed class RunVerbTests : IDisposable
{
    private readonly NotebookBench bench = new();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose() => bench.Dispose();

    private Task<int> RunAttn(params string[] arguments) =>
        Attn.Run(["run", .. arguments, "--out", bench.PathOf("out")], output, error, TestContext.Current.CancellationToken);

    private static string WithKit => $"#r \"{typeof(Kit).Assembly.Location.Replace('\\', '/')}\"\nusing AttentionNotebooks;\n";

    private static string MustFail(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AttentionNotebooks.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "notebooks", "must-fail", name + ".ipynb");
    }

    [Fact]
    public async Task Good_notebooks_leave_notebook_page_and_index_and_exit_0()
    {
        string first = bench.Write("02 b", "%md # Second", "int x = 1;", "%md text", "x");
        string second = bench.Write("01 a", "1");
        Assert.Equal(0, await RunAttn(first, second));
        Assert.Equal("", error.ToString());
        Assert.Matches(@"^02 b  \[ 2/4\] \d+\.\d\d s\n02 b  \[ 4/4\] \d+\.\d\d s\n01 a  \[ 1/1\] ", output.ToString()
            .ReplaceLineEndings("\n"));
        Assert.Equal(["01 a.html", "01 a.ipynb", "02 b.html", "02 b.ipynb", "index.html"], Directory.GetFiles(bench.PathOf("out"))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string index = File.ReadAllText(bench.PathOf("out", "index.html"));
        Assert.Contains("<a href=\"02%20b.html\">Second</a>", index);
        Assert.Contains("<a href=\"01%20a.html\">01 a</a>", index);
        Assert.Equal(2, NotebookReader.Read(bench.PathOf("out", "02 b.ipynb")).Cells.Count(c => c.Type == CellType.Code));
    }

    [Theory]
    [InlineData("throws", "cell 3 (throws-3), line 2: ArgumentException: 7 is odd")]
    [InlineData("does-not-compile", "cell 2 (does-not-compile-2), line 3, column 19: Compile error: CS0103")]
    [InlineData("never-ends", "cell 2 (never-ends-2), line ")]
    public async Task Notebooks_that_must_fail_do_with_cell_and_line(string name, string message)
    {
        Assert.Equal(1, await RunAttn(MustFail(name), "--timeout", "2"));
        Assert.Contains(name + ".ipynb, " + message, error.ToString());
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
        Assert.Contains("class=\"error\"", File.ReadAllText(bench.PathOf("out", name + ".html")));
        Assert.Contains("\"output_type\": \"error\"", File.ReadAllText(bench.PathOf("out", name + ".ipynb")));
        Assert.Contains("failed: ", File.ReadAllText(bench.PathOf("out", "index.html")));
    }

    [Fact]
    public async Task The_first_failing_notebook_stops_the_run_unless_it_is_to_keep_going()
    {
        string[] notebooks = [bench.Write("a", "throw new Exception(\"first\");"), bench.Write("b", "1")];
        Assert.Equal(1, await RunAttn(notebooks));
        Assert.False(File.Exists(bench.PathOf("out", "b.html")));
        Assert.Equal(1, await RunAttn([.. notebooks, "--keep-going"]));
        Assert.True(File.Exists(bench.PathOf("out", "b.html")));
        Assert.Contains("1 of 2", output.ToString());
    }

    [Fact]
    public async Task A_cell_that_ends_the_process_does_not_end_it_well()
    {
        string notebook = bench.Write("a", "Environment.Exit(0);");
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "attn.dll"), "run", notebook, "--out", bench.PathOf("out")])
        { RedirectStandardError = true };
        using var attn = Process.Start(start)!;
        string message = await attn.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await attn.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, attn.ExitCode);
        Assert.Contains("Environment.Exit", message);
    }

    [Fact]
    public async Task Verbose_adds_the_trace()
    {
        Assert.Equal(1, await RunAttn(bench.Write("a", "int F() => throw new Exception(\"x\");\nF()"), "--verbose"));
        Assert.Contains("  at F in cell 1, line 1", error.ToString());
    }

    [Fact]
    public async Task Parameters_reach_the_cells_and_may_hold_an_equals_sign()
    {
        Assert.Equal(0, await RunAttn(bench.Write("a",
            "Environment.GetEnvironmentVariable(\"model\") + Environment.GetEnvironmentVariable(\"k\")"), "--param", "model=a=b", "--param",
                "k=4"));
        Assert.Contains("a=b4", File.ReadAllText(bench.PathOf("out", "a.ipynb")));
    }

    [Fact]
    public async Task A_parameter_that_no_notebook_has_stops_the_run_with_the_names_of_those_there_are()
    {
        File.WriteAllText(bench.PathOf("more.csx"), "string FromMore() => Kit.Parameter(\"more\", \"x\");");
        string first = bench.Write("a", "#load \"more.csx\"",
            "int sentences = Kit.Parameter(\"sentences\", 4);\nvar model = Kit.Model();", "%md Kit.Parameter(\"no\", 1)");
        string second = bench.Write("b", "// Kit.Parameter(\"neither\", 1)\nvar p = Kit.PathParameter(\"treebank\", \".\");");
        Assert.Equal(1, await RunAttn(first, second, "--param", "sentence=3"));
        Assert.Contains(
            "parameter \"sentence\": does not exist. Did you mean sentences? Known: model, more, sentences, treebank.", error.ToString());
        Assert.Equal("", output.ToString());
        Assert.False(Directory.Exists(bench.PathOf("out")));
        error.GetStringBuilder().Clear();
        Assert.Equal(1, await RunAttn(bench.Write("c", "1"), "--param", "k=3"));
        Assert.Contains("these notebooks have no parameters", error.ToString());
    }

    [Fact]
    public async Task A_parameter_that_one_of_the_notebooks_has_is_good_for_all_and_a_computed_name_may_be_any()
    {
        Assert.Equal(0, await RunAttn(bench.Write("a", WithKit + "Kit.Parameter(\"k\", 4)"), bench.Write("b", "1"), "--param", "k=3"));
        string computed = "string Read(string name) => Environment.GetEnvironmentVariable(name);\nRead(\"seeds\")";
        Assert.Equal(0, await RunAttn(bench.Write("c", computed), "--param", "seeds=3"));
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task A_path_starts_from_where_the_user_is_and_not_from_the_notebooks_folder()
    {
        Directory.CreateDirectory(bench.PathOf("here"));
        File.WriteAllText(bench.PathOf("here", "mine.txt"), "found");
        string notebook = bench.Write("a", WithKit + "System.IO.File.ReadAllText(Kit.PathParameter(\"file\", \"other.txt\"))"
            + " + System.IO.Path.GetFileName(Environment.CurrentDirectory)");
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = bench.PathOf("here");
        try
        {
            Assert.Equal(0, await RunAttn(notebook, "--param", "file=mine.txt"));
            Assert.Contains("found" + Path.GetFileName(bench.Folder), File.ReadAllText(bench.PathOf("out", "a.ipynb")));
            Assert.Equal(1, await RunAttn(notebook, "--param", "file=missing.txt"));
            Assert.Contains("parameter file: cannot be \"missing.txt\". Give a file or folder that exists; "
                + $"relative paths start from {bench.PathOf("here")}", error.ToString());
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
        Assert.Null(Kit.StartFolder);
    }

    [Fact]
    public async Task State_does_not_leak_from_one_notebook_to_the_next()
    {
        string first = bench.Write("a", "int leaked = 1;\nMicrosoft.DotNet.Interactive.Formatting.Formatter.ListExpansionLimit = 3;");
        string second = bench.Write("b", "Enumerable.Range(0, 10).ToArray()", "leaked");
        Assert.Equal(1, await RunAttn(first, second));
        Assert.Contains("b.ipynb, cell 2 (id2), line 1, column 1: Compile error: CS0103", error.ToString());
        Assert.Contains("8, 9", File.ReadAllText(bench.PathOf("out", "b.ipynb")));
    }

    [Theory]
    [InlineData("--timeout", "0")]
    [InlineData("--timeout", "soon")]
    [InlineData("--param", "novalue")]
    [InlineData("--param", "=x")]
    [InlineData("--unknown", "x")]
    public async Task Wrong_usage_exits_2(string option, string value)
    {
        Assert.Equal(2, await RunAttn(bench.Write("a", "1"), option, value));
        Assert.StartsWith("attn: ", error.ToString());
        Assert.False(Directory.Exists(bench.PathOf("out")));
    }

    [Fact]
    public async Task A_broken_notebook_stops_the_run_before_anything_ran()
    {
        File.WriteAllText(bench.PathOf("broken.ipynb"), "{");
        Assert.Equal(1, await RunAttn(bench.Write("a", "1"), bench.PathOf("broken.ipynb")));
        Assert.Contains("broken.ipynb, line 1", error.ToString());
        Assert.Equal("", output.ToString());
        Assert.False(Directory.Exists(bench.PathOf("out")));
    }

    [Fact]
    public async Task A_folder_stands_for_its_notebooks_but_not_for_those_of_its_subfolders()
    {
        Directory.CreateDirectory(bench.PathOf("nb", "must-fail"));
        File.Move(bench.Write("b", "1"), bench.PathOf("nb", "b.ipynb"));
        File.Move(bench.Write("a", "1"), bench.PathOf("nb", "a.ipynb"));
        File.Move(bench.Write("c", "throw null;"), bench.PathOf("nb", "must-fail", "c.ipynb"));
        Assert.Equal(0, await RunAttn(bench.PathOf("nb")));
        Assert.Matches(@"^a  \[ 1/1\] .*\r?\nb  \[ 1/1\] ", output.ToString());
    }

    [Fact]
    public async Task Notebooks_that_would_be_written_over_each_other_or_themselves_are_refused()
    {
        Directory.CreateDirectory(bench.PathOf("sub"));
        string same = bench.PathOf("sub", "a.ipynb");
        File.Move(bench.Write("a", "1"), same);
        Assert.Equal(1, await RunAttn(bench.Write("a", "1"), same));
        Assert.Contains("same name", error.ToString());
        Directory.CreateDirectory(bench.PathOf("out"));
        File.Move(same, bench.PathOf("out", "a.ipynb"));
        Assert.Equal(1, await RunAttn(bench.PathOf("out", "a.ipynb")));
        Assert.Contains("overwritten", error.ToString());
        Assert.Equal(1, await RunAttn(bench.PathOf("none.ipynb")));
        Assert.Equal(1, await RunAttn(bench.PathOf("sub")));
    }
}
