using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>
/// The cells of the shipped notebooks, compiled by Roslyn itself and none of the runner's code, each on top of the cells
/// above it and with what .NET Interactive's C# kernel imports: no cell needs another import, or a cell below it.
/// </summary>
public class CellCompilationTests
{
    public static TheoryData<string> All =>
        [.. Directory.GetFiles(Repository.Path("notebooks"), "*.ipynb").Append(Repository.Path("data", "pictures", "gallery.dib"))
            .Select(f => Path.GetRelativePath(Repository.Root, f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(All))]
    public void Compile_with_the_default_imports_and_the_cells_above(string file)
    {
        var notebook = NotebookReader.Read(Repository.Path(file));
        Assert.Empty(Cells.Errors(notebook.Folder, [.. notebook.Cells.Where(c => c.Type == CellType.Code).Select(c => c.Source)]));
    }

    [Theory]
    [InlineData("CS0103", "File.Exists(\"x\")")]
    [InlineData("CS0103", "x + 1", "int x = 1;")]
    [InlineData("CS0201", "int x = 1;", "x;")]
    public void A_cell_that_could_not_run_there_is_found(string error, params string[] cells) =>
        Assert.StartsWith(error, Assert.Single(Cells.Errors(Repository.Path("notebooks"), cells)));
}
