using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>Cells mean what they mean in .NET Interactive's C# kernel.</summary>
[Collection(NotebookCollection.Name)]
public sealed class CellSemanticsTests : IDisposable
{
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    private string Text(params string[] cells) => Assert.IsType<DisplayOutput>(Assert.Single(bench.Outputs(cells))).Data[Mime.Plain];

    [Fact]
    public void Variables_methods_types_and_usings_flow_from_cell_to_cell() =>
        Assert.Equal("7 a", Text("int x = 3;", "%md text", "using System.IO;\nint Twice(int n) => 2 * n;\nrecord P(string Name);",
            "$\"{Twice(x) + 1} {Path.GetFileName(\"b/\" + new P(\"a\").Name)}\""));

    [Fact]
    public void A_trailing_expression_is_the_result_and_a_statement_is_not()
    {
        var result = Assert.IsType<DisplayOutput>(Assert.Single(bench.Outputs("int x = 1;\nx + 1")));
        Assert.True(result.IsResult);
        Assert.Equal("2", result.Data[Mime.Plain]);
        Assert.Contains("2", result.Data[Mime.Html]);
        Assert.Empty(bench.Outputs("int x = 1;"));
        Assert.Empty(bench.Outputs("void Nothing() { }\nNothing()"));
        Assert.Empty(bench.Outputs("await Task.CompletedTask"));
    }

    [Fact]
    public void Null_is_shown_as_null() => Assert.Equal("<null>", Text("(string)null"));

    [Fact]
    public void A_string_is_plain_text_alone() =>
        Assert.Equal([Mime.Plain], Assert.IsType<DisplayOutput>(Assert.Single(bench.Outputs("\"a<b\""))).Data.Keys);

    [Fact]
    public void A_sequence_shows_20_items_and_how_many_more()
    {
        string text = Text("Enumerable.Range(1, 30).ToArray()");
        Assert.Contains(" 20 ", text);
        Assert.DoesNotContain("21", text);
        Assert.Contains("(10 more)", text);
    }

    [Fact]
    public void A_lazy_sequence_is_not_enumerated_again_for_its_plain_text()
    {
        const string Lazy = "int reads = 0;\nIEnumerable<int> Lazy() { for (int i = 0; i < 3; i++) { reads++; yield return i; } }";
        Assert.Equal(Text(Lazy, "display(Lazy(), \"text/html\");", "reads"), Text(Lazy, "Lazy()", "reads"));
    }

    [Fact]
    public void Only_the_default_imports_are_there()
    {
        Assert.Empty(
            bench.Outputs("var a = new StringBuilder(); ArrayList b = null; List<int> c = null; Task d = null; c?.Select(x => x);"));
        Assert.Contains("'Path'", bench.Failure("Path.GetFileName(\"a\")").Message);
        Assert.Contains("'Formatter'", bench.Failure("Formatter.ResetToDefault();").Message);
    }

    [Fact]
    public void Display_and_HTML_work_by_their_bare_names()
    {
        var outputs =
            bench.Outputs(
                "display(1);\n2.Display();\n\"<i>3</i>\".DisplayAs(\"text/html\");\ndisplay(4, \"text/plain\", "
                    + "\"application/json\");\nHTML(\"<b>5</b>\")").Cast<DisplayOutput>().ToList();
        Assert.Equal([false, false, false, false, true], outputs.Select(o => o.IsResult));
        Assert.Equal(["1", "2"], outputs.Take(2).Select(o => o.Data[Mime.Plain]));
        Assert.Equal("<i>3</i>", Assert.Single(outputs[2].Data).Value);
        Assert.Equal(["text/plain", "application/json"], outputs[3].Data.Keys);
        Assert.Equal(new KeyValuePair<string, string>(Mime.Html, "<b>5</b>"), Assert.Single(outputs[4].Data));
    }

    [Fact]
    public void A_trailing_display_is_displayed_once() => Assert.Single(bench.Outputs("display(1)"));

    [Fact]
    public void A_display_can_be_updated_by_a_later_cell()
    {
        var run = bench.Run("var shown = display(\"old\");", "shown.Update(\"new\");");
        Assert.Equal("new", Assert.IsType<DisplayOutput>(Assert.Single(run.Cells[0].Outputs)).Data[Mime.Plain]);
        Assert.Empty(run.Cells[1].Outputs);
    }

    [Fact]
    public void The_console_is_captured_in_order_with_displays_between()
    {
        var outputs =
            bench.Outputs(
                "Console.Write(\"a\");\nConsole.WriteLine(1.5);\nConsole.Error.WriteLine(\"e\");\ndisplay(\"d\");\n"
                    + "Console.WriteLine(\"b\");");
        Assert.Equal(new StreamOutput("stdout", "a1.5\n"), outputs[0]);
        Assert.Equal(new StreamOutput("stderr", "e\n"), outputs[1]);
        Assert.IsType<DisplayOutput>(outputs[2]);
        Assert.Equal(new StreamOutput("stdout", "b\n"), outputs[3]);
    }

    [Fact]
    public void What_a_cell_starts_writes_to_that_cell_and_the_console_is_given_back()
    {
        var console = Console.Out;
        var outputs =
            bench.Outputs(
                "await Task.Run(() => Console.Write(\"task \"));\nvar t = new System.Threading.Thread(() => Console.Write(\"thread\")); "
                    + "t.Start(); t.Join();\nConsole.SetOut(System.IO.TextWriter.Null);");
        Assert.Equal(new StreamOutput("stdout", "task thread"), Assert.Single(outputs));
        Assert.Same(console, Console.Out);
    }

    [Fact]
    public void Endless_printing_is_cut()
    {
        var text = Assert.IsType<StreamOutput>(Assert.Single(
            bench.Outputs("for (int i = 0; i < 30; i++) Console.Write(new string('x', 100_000));"))).Text;
        Assert.InRange(text.Length, 1_000_000, 1_100_000);
        Assert.Contains("[cut", text);
    }

    [Fact]
    public void Numbers_are_written_as_everywhere() => Assert.Equal("1.5 1,234.50", Text("$\"{1.5} {1234.5:N2}\""));

    [Fact]
    public void Magic_commands_switch_language_and_time()
    {
        var outputs = bench.Outputs("#!time\nint x = 1;\n#!markdown\n# Hello\n\n#!csharp\nx + 1");
        Assert.Equal("# Hello", Assert.Single(Assert.IsType<DisplayOutput>(outputs[0]).Data, d => d.Key == Mime.Markdown).Value);
        Assert.Equal("2", Assert.IsType<DisplayOutput>(outputs[1]).Data[Mime.Plain]);
        Assert.StartsWith("Wall time: ", Assert.IsType<DisplayOutput>(outputs[2]).Data[Mime.Plain]);
    }

    [Fact]
    public void Load_and_r_start_from_the_file_they_stand_in()
    {
        Directory.CreateDirectory(bench.PathOf("kit", "lib"));
        File.Copy(typeof(InputException).Assembly.Location, bench.PathOf("kit", "lib", "AttentionNotebooks.dll"));
        File.WriteAllText(bench.PathOf("kit", "more.csx"), "int FromMore() => 40;");
        File.WriteAllText(bench.PathOf("kit", "kit.csx"),
            "#r \"lib/AttentionNotebooks.dll\"\n#load \"more.csx\"\nstring FromKit() => new AttentionNotebooks.InputException(\"a\", "
                + "null, \"b\", \"c\").Problem + FromMore();");
        Assert.Equal("b40 b", Text("#load \"kit/kit.csx\"",
            "FromKit() + \" \" + new AttentionNotebooks.InputException(\"a\", null, \"b\", \"c\").Problem"));
    }

    [Fact]
    public void Parameters_are_environment_variables_and_the_folder_is_the_notebooks()
    {
        string before = Environment.CurrentDirectory;
        const string Existing = "PATH";
        string? path = Environment.GetEnvironmentVariable(Existing);
        var settings = new RunSettings(new Dictionary<string, string> { ["Heads_To_Keep"] = "12" }, null);
        var run =
            bench.Run(settings, "Environment.GetEnvironmentVariable(\"Heads_To_Keep\") + \" \" + System.IO.File.Exists(\"test.ipynb\")",
                "Environment.SetEnvironmentVariable(\"LEAKED_BY_A_CELL\", \"1\"); Environment.SetEnvironmentVariable(\"PATH\", \"gone\"); "
                    + "Environment.CurrentDirectory = \"..\";");
        Assert.Null(run.Failure);
        Assert.Equal("12 True", ((DisplayOutput)run.Cells[0].Outputs[0]).Data[Mime.Plain]);
        Assert.Equal(before, Environment.CurrentDirectory);
        Assert.Null(Environment.GetEnvironmentVariable("Heads_To_Keep"));
        Assert.Null(Environment.GetEnvironmentVariable("LEAKED_BY_A_CELL"));
        Assert.Equal(path, Environment.GetEnvironmentVariable(Existing));
    }

    [Fact]
    public void Empty_and_raw_cells_are_passed_over()
    {
        var run = bench.Run("", "  \n", "1");
        Assert.Equal((3, 1), (Assert.Single(run.Cells).Cell.Number, run.Cells[0].ExecutionCount));
    }
}
