using System.Text.RegularExpressions;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner.Export;

/// <summary>A notebook as a program gives the page that the notebook gives, cell by cell.</summary>
[Collection(NotebookCollection.Name)]
public sealed class CSharpExportTests : IDisposable
{
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    private string Export(params string[] cells) =>
        CSharpExport.Text(NotebookReader.Read(bench.Write("test", cells)), bench.PathOf("test.cs"));

    // The program is compiled and run in this process, which a program that fails would end.
    private string PageOfProgram(string program, params string[] arguments)
    {
        ProgramBench.Run(program, bench.PathOf("test.cs"), ["--out", bench.PathOf("out"), .. arguments]);
        return WithoutTimes(File.ReadAllText(bench.PathOf("out", "test.html")));
    }

    private static string WithoutTimes(string page) =>
        Regex.Replace(Regex.Replace(page, " · [^<]*</span></nav>", "</span></nav>"), "Wall time: [^<]*", "");

    private string Same(params string[] cells)
    {
        string program = Export(cells);
        var run = bench.Run(cells);
        Assert.Null(run.Failure?.OneLine);
        Assert.Equal(WithoutTimes(NotebookPage.Render(run)), PageOfProgram(program));
        return program;
    }

    [Fact]
    public void Values_displays_console_and_HTML_stand_where_they_stood() => Same(
        "%md # Title\n\nSome *text* with \"\"\" quotes \"\"\"\" and $x^2$.", "int x = 3;\nx + 1",
            "Console.Write(\"a\");\ndisplay(x);\nConsole.Error.WriteLine(\"e\");\nx.Display();",
        "HTML(\"<b>5</b>\")", "\"<i>3</i>\".DisplayAs(\"text/html\");", "var shown = display(\"old\");\nshown", "shown.Update(\"new\");",
            "(string)null", "Enumerable.Range(1, 30).ToArray()   // twenty are shown",
        "void Nothing() { }\nNothing()", "await Task.Delay(1)", "await Task.FromResult(7)", "", "// a comment alone",
            "$\"{1.5} {1234.5:N2}\"", "for (int i = 0; i < 3; i++) Console.WriteLine(i);");

    [Fact]
    public void Usings_methods_types_and_extension_methods_find_their_places()
    {
        string program = Same(
            "using System.IO;\nint Twice(int n) => 2 * n;\n// a record\nrecord P(string Name);\npublic int x = Twice(4), y;\nx + y",
            "using System.IO;\nusing static System.Math;\nclass Q { public override string ToString() => \"q\"; }\nstatic string "
                + "Louder(this string s) => s + \"!\";\n(Path.GetFileName(\"b/\" + new P(\"a\").Name) + new Q()).Louder() + Max(x, 1)\n",
            "readonly string s;\nprivate static int z;\n$\"{s == null} {z}\"");
        Assert.Single(Regex.Matches(program[..program.IndexOf("NotebookProgram.Start", StringComparison.Ordinal)], "^using System.IO;$",
            RegexOptions.Multiline));
        Assert.True(program.IndexOf("record P", StringComparison.Ordinal) > program.IndexOf("notebook.Finish", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_declared_anew_means_what_it_means_in_the_notebook() => Same(
        "int x = 3;\nint Get() => x;\nstring Say(int n) => $\"int {n}\";", "string x = \"three\";\nx + Get()",
            "string Say(string s) => $\"string {s}\";\nSay(x)",
        "var pair = (x, Length: x.Length);\nvar named = new { x };\n$\"{pair.x} {named.x} {nameof(x)}\"",
            "for (int pair = 0; pair < 2; pair++) Console.Write(pair);\nforeach (var x in new[] { 1 }) Console.Write(x);\nx",
        "var args = new[] { 8 };\nargs[0] + new[] { 1 }.Select(x => x + 1).Sum()",
            "var (a, b) = (1, 2);\nint.TryParse(\"5\", out var parsed);\na + b + parsed", "var (a, c) = (\"n\", 4);\na + b + c",
        "string.Join(\",\", from x in new[] { 3, 4 } where x > 3 select x)", "var notebook = 1;\nvar Source = 2;\nnotebook + Source");

    [Fact]
    public void Magic_commands_and_loaded_files_are_there()
    {
        Directory.CreateDirectory(bench.PathOf("more"));
        File.WriteAllText(bench.PathOf("kit.csx"),
            "#load \"more/deep.csx\"\nusing System.IO;\n// from the kit\nvar kit = Path.Combine(\"a\", deep);\nclass InKit { public int N "
                + "=> 4; }");
        File.WriteAllText(bench.PathOf("more", "deep.csx"), "string deep = \"b\";");
        string program = Same("#load \"kit.csx\"\nkit.Replace('\\\\', '/') + new InKit().N",
            "#!time\nint x = 1;\n#!markdown\n# Hello\n\n#!csharp\nx + 1", "#nullable enable\nstring? n = null;\nn", "string n2 = n;\nn2",
                "n2", "n2");
        Assert.DoesNotContain("#load", program[..program.IndexOf("static class Source", StringComparison.Ordinal)]);
        Assert.Contains("// from the kit", program);
    }

    [Fact]
    public void Parameters_pictures_and_the_folder_are_the_notebooks()
    {
        File.WriteAllBytes(bench.PathOf("a.png"), [1, 2, 3]);
        string program = Export("%md ![x](a.png)", "Environment.GetEnvironmentVariable(\"Heads\") + System.IO.File.Exists(\"test.ipynb\")");
        string page = PageOfProgram(program, "--param", "Heads=12");
        Assert.Contains("12True", page);
        Assert.Contains("data:image/png;base64,AQID", page);
        Assert.Null(Environment.GetEnvironmentVariable("Heads"));
        // Where the notebook's folder is gone, the program starts from its own.
        string folder = bench.Folder.Replace('\\', '/');
        Assert.Contains(folder + "/test.ipynb", program);
        Assert.Contains("7True", PageOfProgram(program.Replace(folder + "/test.ipynb", folder + "/gone/test.ipynb"), "--param", "Heads=7"));
    }

    [Fact]
    public void The_code_is_readable_and_the_page_shows_the_cells_as_they_were()
    {
        string program = Export("%md # Title", "using System.IO;\nvar p = Path.Combine(\"a\", \"b\");\n\n// the length\np.Length");
        Assert.Contains("notebook.Markdown(1, \"\"\"\n# Title\n\"\"\");", program);
        Assert.Contains(
            "notebook.Code(2, \"id2\", Source.Cell2, line: 2);\nvar p = Path.Combine(\"a\", \"b\");\n\n// the "
                + "length\nnotebook.Show(p.Length);\n", program);
        Assert.Contains(
            "    public const string Cell2 = \"\"\"\nusing System.IO;\nvar p = Path.Combine(\"a\", \"b\");\n\n// the "
                + "length\np.Length\n\"\"\";", program);
    }

    [Fact]
    public void The_project_is_named_relatively_inside_the_repository_and_absolutely_outside()
    {
        var notebook = NotebookReader.Read(bench.Write("test", "1"));
        string inside = CSharpExport.Text(notebook, Repository.Path("notebooks", "test.cs"));
        Assert.Contains("#:project ../src/AttentionNotebooks.Cli/AttentionNotebooks.Cli.csproj\n#:property OutputPath=../artifacts/bin/\n",
            inside);
        Assert.Contains($"#:project {Repository.Root.Replace('\\', '/')}/src/AttentionNotebooks.Cli/AttentionNotebooks.Cli.csproj\n",
            CSharpExport.Text(notebook, bench.PathOf("test.cs")));
        var shipped = NotebookReader.Read(Repository.Path("notebooks", "must-fail", "throws.ipynb"));
        Assert.Contains("NotebookProgram.Start(args, \"../notebooks/must-fail/throws.ipynb\")",
            CSharpExport.Text(shipped, Repository.Path("out", "t.cs")));
        Assert.DoesNotContain(Repository.Root, CSharpExport.Text(shipped, Repository.Path("out", "t.cs")));
    }

    [Theory]
    [InlineData("cell 2 (id2), line 1", "CS0103", "int x = 1;", "unknown")]
    [InlineData("cell 2 (id2)", "declares the type 'P' that cell 1 (id1) has declared", "record P(int A);", "record P(string B);")]
    [InlineData("cell 1 (id1)", "returns from the cell", "int x = 1;\nif (x > 0) return x;")]
    [InlineData("cell 2 (id2)", "declares 'public int Twice { get; set; }'", "1", "public int Twice { get; set; }")]
    [InlineData("cell 1 (id1)", "CS", "[ThreadStatic] static int x;\nx")]
    [InlineData("cell 1 (id1), line 1", "is not known to attn run", "#!pwsh\nls")]
    public void What_cannot_be_a_program_is_told_with_its_cell(string place, string problem, params string[] cells)
    {
        var error = Assert.Throws<InputException>(() => Export(cells));
        Assert.StartsWith(place, error.Place);
        Assert.Contains(problem, error.Problem);
    }

    [Fact]
    public void A_library_that_the_kit_does_not_have_is_refused()
    {
        File.Copy(typeof(InputException).Assembly.Location, bench.PathOf("Mine.dll"));
        Assert.Contains("Mine.dll", Assert.Throws<InputException>(() => Export("#r \"Mine.dll\"\n1")).Problem);
    }

    [Theory, MemberData(nameof(ShippedNotebookTests.All), MemberType = typeof(ShippedNotebookTests))]
    public void Every_shipped_notebook_becomes_a_program_that_compiles(string name) =>
        Assert.Contains("notebook.Finish();", CSharpExport.Text(NotebookReader.Read(Repository.Path("notebooks", name)),
            bench.PathOf("test.cs")));
}
