using System.Diagnostics;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>A cell that fails is told with its number, its line and nothing of the runner.</summary>
[Collection(NotebookCollection.Name)]
public sealed class CellFailureTests : IDisposable
{
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    private CellFailure FailureWithin(double seconds, params string[] cells)
    {
        var clock = Stopwatch.StartNew();
        var failure = bench.Run(new RunSettings(new Dictionary<string, string>(), TimeSpan.FromSeconds(seconds)), cells).Failure;
        Assert.NotNull(failure);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
        return failure;
    }

    [Fact]
    public void A_compile_error_has_cell_line_column_and_message()
    {
        var failure = bench.Failure("%md text", "int a = 1;", "int b = a;\n\n  int c = nothing;\nint d = \"s\";");
        Assert.Equal((3, 3, 11), (failure.Cell.Number, failure.Line, failure.Column));
        Assert.StartsWith("cell 3 (id3), line 3, column 11: Compile error: CS0103:", failure.OneLine);
        Assert.Contains("'nothing'", failure.Message);
        Assert.Contains("(and 1 more)", failure.Message);
        Assert.Contains(failure.Trace, t => t.Contains("line 4, column 9: CS0029"));
    }

    [Fact]
    public void A_compile_error_behind_a_magic_command_keeps_its_line() =>
        Assert.Equal(4, bench.Failure("#!markdown\ntext\n#!csharp\nint x = y;").Line);

    [Fact]
    public void A_compile_error_in_a_loaded_file_names_that_file()
    {
        File.WriteAllText(bench.PathOf("kit.csx"), "int a = 1;\nint b = nothing;");
        var failure = bench.Failure("1", "// set-up\n#load \"kit.csx\"");
        Assert.Equal(2, failure.Cell.Number);
        Assert.StartsWith("kit.csx, line 2, column 9: CS0103", failure.Message);
    }

    [Fact]
    public void An_exception_has_the_line_of_the_cell_that_was_running_and_where_it_was_thrown()
    {
        var failure = bench.Failure("%md text", "int Divide(int a, int b)\n{\n    return a / b;\n}", "int zero = 0;\n\nDivide(1, zero)",
            "Console.WriteLine();");
        Assert.Equal((3, 3, "DivideByZeroException"), (failure.Cell.Number, failure.Line, failure.Name));
        Assert.Equal(["  at Divide in cell 2, line 3", "  at cell 3, line 3"], failure.Trace);
    }

    [Theory]
    [InlineData("async Task Late()\n{\n    await Task.Delay(1);\n    throw new ArgumentException(\"late\");\n}\n", "await Late();", 1,
        "  at Late in cell 1, line 4")]
    [InlineData("int[] a = { 1, 0 };\n", "\nvar b =\n    a.Select(x =>\n        1 / x).ToList();", 4, "  at lambda in cell 2, line 4")]
    [InlineData("class Box { public int Open(int x) => x > 0 ? x : throw new InvalidOperationException(\"shut\"); }", "new Box().Open(0)",
        1, "  at Box.Open in cell 1, line 1")]
    [InlineData("static class Late { public static int Value = int.Parse(\"x\"); }", "int a;\na = Late.Value;", 2,
        "  caused by FormatException: The input string 'x' was not in a correct format.")]
    public void Async_methods_lambdas_and_types_are_called_by_their_names(string first, string second, int line, string trace)
    {
        var failure = bench.Failure(first, second);
        Assert.Equal((2, line), (failure.Cell.Number, failure.Line));
        Assert.Contains(trace, failure.Trace);
        Assert.DoesNotContain(failure.Trace, t => t.Contains("Submission") || t.Contains("Roslyn") || t.Contains("CellWorker")
            || t.Contains("ScriptHost") || t.Contains('<'));
    }

    [Fact]
    public void An_exception_of_a_loaded_file_has_the_line_of_the_cell_and_the_file_in_its_trace()
    {
        File.WriteAllText(bench.PathOf("kit.csx"), "void Fail()\n{\n    throw new NotSupportedException(\"kit\");\n}");
        var failure = bench.Failure("#load \"kit.csx\"", "int a = 1;\nFail();");
        Assert.Equal((2, 2), (failure.Cell.Number, failure.Line));
        Assert.Equal("  at Fail in kit.csx, line 3", failure.Trace[0]);
    }

    [Fact]
    public void A_formatter_that_throws_fails_the_cell()
    {
        var failure =
            bench.Failure(
                "class Bad { }\nMicrosoft.DotNet.Interactive.Formatting.Formatter.Register<Bad>((b, w) => throw new "
                    + "InvalidOperationException(\"no form\"), \"text/html\");", "int a = 1;\nnew Bad()");
        Assert.Equal((2, "no form"), (failure.Cell.Number, failure.Message));
    }

    [Fact]
    public void An_unknown_magic_command_is_told_with_what_is_known()
    {
        var failure = bench.Failure("1", "int x = 1;\n  #!share --from fsharp y");
        Assert.Equal((2, 2, 3), (failure.Cell.Number, failure.Line, failure.Column));
        Assert.Contains("#!csharp", failure.Message);
    }

    [Fact]
    public void Cells_before_the_failing_one_keep_their_outputs_and_cells_after_it_do_not_run()
    {
        var run = bench.Run("1", "Console.Write(\"before\");\nthrow new Exception(\"x\");", "2");
        Assert.Equal([1, 2], run.Cells.Select(c => c.Cell.Number));
        Assert.Equal(new StreamOutput("stdout", "before"), run.Cells[1].Outputs[0]);
        Assert.Equal(("Exception", "x"), run.Cells[1].Outputs[1] is ErrorOutput e ? (e.Name, e.Message) : default);
    }

    [Theory]
    [InlineData("int i = 0;\nwhile (true)\n{\n    i++;\n}", 4)]
    [InlineData("int i = 0;\nwhile (true)\n{\n    try { i++; } catch (Exception) { }\n}", 4)]
    [InlineData("\nSystem.Threading.Thread.Sleep(-1);", 2)]
    public void A_cell_that_does_not_end_is_stopped_on_its_line(string cell, int line)
    {
        var failure = FailureWithin(0.5, "1", cell);
        Assert.Equal((2, line, "Time limit"), (failure.Cell.Number, failure.Line, failure.Name));
        Assert.Contains("0.5 s (it was on this line)", failure.Message);
        Assert.Contains("--timeout", failure.Message);
    }

    [Fact]
    public void A_cell_that_waits_for_ever_is_given_up_with_its_first_line()
    {
        var failure = FailureWithin(0.5, "1", "\n// a wait\nawait new TaskCompletionSource().Task;");
        Assert.Equal((2, 2), (failure.Cell.Number, failure.Line));
        Assert.Contains("(it began on this line)", failure.Message);
    }

    [Fact]
    public void The_time_limit_is_for_each_cell_and_not_for_the_notebook()
    {
        const string Wait = "await Task.Delay(600);";
        Assert.Null(bench.Run(new RunSettings(new Dictionary<string, string>(), TimeSpan.FromSeconds(2)), Wait, Wait, Wait, Wait,
            "1").Failure?.OneLine);
    }

    [Fact]
    public void A_cancelled_run_ends_and_gives_the_process_back()
    {
        string before = Environment.CurrentDirectory;
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var notebook = NotebookReader.Read(bench.Write("endless", "while (true) { }"));
        Assert.ThrowsAny<OperationCanceledException>(() => NotebookRunner.Run(notebook, NotebookBench.NoSettings, null, cancel.Token));
        Assert.Equal(before, Environment.CurrentDirectory);
        Assert.Single(bench.Outputs("1"));
    }
}
