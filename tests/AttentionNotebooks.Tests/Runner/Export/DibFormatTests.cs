using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner.Export;

/// <summary>.NET Interactive's script format, written and read.</summary>
public sealed class DibFormatTests : IDisposable
{
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    private static Notebook Parse(string text) => DibFormat.Parse("x.dib", text);

    private static IEnumerable<(CellType, string)> Shown(Notebook notebook) => notebook.Cells.Select(c => (c.Type, c.Source));

    [Fact]
    public void A_notebook_is_written_as_VS_Code_writes_it()
    {
        var notebook = NotebookReader.Read(bench.Write("a", "%md # Title\n\ntext", "int x = 1;\nx", "", "\n\n#!time\nx\n\n"));
        Assert.Equal("""
            #!meta

            {"kernelInfo":{"defaultKernelName":"csharp","items":[{"aliases":[],"name":"csharp"}]}}

            #!markdown

            # Title

            text

            #!csharp

            int x = 1;
            x

            #!csharp

            #!time
            x

            """, DibFormat.Text(notebook), ignoreLineEndingDifferences: true);
    }

    [Theory, MemberData(nameof(ShippedNotebookTests.All), MemberType = typeof(ShippedNotebookTests))]
    public void Every_shipped_notebook_comes_back_with_the_same_cells(string name)
    {
        var notebook = NotebookReader.Read(Repository.Path("notebooks", name));
        var back = Parse(DibFormat.Text(notebook));
        Assert.Equal(Shown(notebook), Shown(back));
        Assert.Equal(notebook.Title, back.Title);
        Assert.Equal(DibFormat.Text(notebook), DibFormat.Text(back));
    }

    [Fact]
    public void What_other_editors_write_is_read()
    {
        // No #!meta, aliases, Windows line ends, a magic command that begins no cell, a cell of nothing.
        var notebook = Parse("int x = 1;\r\n#!c#\r\n\r\n#!markdown\r\n# A\r\n\r\n## B\r\n#!csharp\r\n#!time\r\nx\r\n");
        Assert.Equal([(CellType.Code, "int x = 1;"), (CellType.Markdown, "# A\n\n## B"), (CellType.Code, "#!time\nx")], Shown(notebook));
        Assert.Equal([1, 2, 3], notebook.Cells.Select(c => c.Number));
        var own =
            Parse("#!meta\n{\"kernelInfo\":{\"defaultKernelName\":\"mine\",\n "
            + "\"items\":[{\"name\":\"mine\",\"languageName\":\"C#\",\"aliases\":[\"m\"]}]}}\n#!m\n1\n#!mine\n2");
        Assert.Equal([(CellType.Code, "1"), (CellType.Code, "2")], Shown(own));
        Assert.Empty(Parse("").Cells);
    }

    [Theory]
    [InlineData("#!csharp\n1\n#!fsharp\nlet x = 1", "line 3", "kernel 'fsharp'")]
    [InlineData("#!meta\n{\"kernelInfo\":{\"defaultKernelName\":\"pwsh\"}}\n#!csharp\n1\n#!pwsh\nls", "line 5", "kernel 'pwsh'")]
    [InlineData("#!meta\n{\"kernelInfo\":{\"items\":[{\"name\":\"r\",\"aliases\":[\"R\"]}]}}\n\n#!R\nplot(x)", "line 4", "kernel 'r'")]
    [InlineData("#!meta\n\n{\"kernelInfo\":\n{]}\n#!csharp\n1", "line 4", "not valid JSON")]
    [InlineData("#!meta\n[1]\n", "line 1", "not a JSON object")]
    public void What_is_wrong_is_told_with_file_line_and_remedy(string text, string place, string problem)
    {
        var error = Assert.Throws<InputException>(() => Parse(text));
        Assert.Equal(("x.dib", place), (error.InputSource, error.Place));
        Assert.Contains(problem, error.Problem);
    }

    [Fact]
    public void A_line_that_would_begin_another_cell_is_refused()
    {
        var error = Assert.Throws<InputException>(() =>
            DibFormat.Text(NotebookReader.Read(bench.Write("a", "%md Write\n#!csharp\nabove a cell"))));
        Assert.Equal("cell 1 (id1)", error.Place);
        Assert.Contains("'#!csharp'", error.Problem);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_told()
    {
        File.WriteAllBytes(bench.PathOf("latin.dib"), [.. "#!csharp\n// "u8, 0xE9, (byte)'\n']);
        Assert.Equal("byte 12", Assert.Throws<InputException>(() => NotebookReader.Read(bench.PathOf("latin.dib"))).Place);
        File.WriteAllText(bench.PathOf("a.txt"), "1");
        Assert.Contains(".txt", Assert.Throws<InputException>(() => NotebookReader.Read(bench.PathOf("a.txt"))).Problem);
    }
}
