using AttentionNotebooks.Runner;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>
/// The cells of the shipped notebooks, compiled by Roslyn itself and none of the runner's code, each on top of the cells
/// above it and with what .NET Interactive's C# kernel imports: no cell needs another import, or a cell below it.
/// </summary>
public class CellCompilationTests
{
    // The kernel's default imports; System.IO is not among them.
    private static readonly string[] _imports =
        ["System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq"];

    public static TheoryData<string> All =>
        [.. Directory.GetFiles(Repository.Path("notebooks"), "*.ipynb").Append(Repository.Path("data", "pictures", "gallery.dib"))
            .Select(f => Path.GetRelativePath(Repository.Root, f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(All))]
    public void Compile_with_the_default_imports_and_the_cells_above(string file)
    {
        var notebook = NotebookReader.Read(Repository.Path(file));
        Assert.Empty(Errors(notebook.Folder, [.. notebook.Cells.Where(c => c.Type == CellType.Code).Select(c => c.Source)]));
    }

    [Theory]
    [InlineData("CS0103", "File.Exists(\"x\")")]
    [InlineData("CS0103", "x + 1", "int x = 1;")]
    [InlineData("CS0201", "int x = 1;", "x;")]
    public void A_cell_that_could_not_run_there_is_found(string error, params string[] cells) =>
        Assert.StartsWith(error, Assert.Single(Errors(Repository.Path("notebooks"), cells)));

    private static List<string> Errors(string folder, IReadOnlyList<string> cells)
    {
        var options = ScriptOptions.Default.WithImports(_imports).WithLanguageVersion(Microsoft.CodeAnalysis.CSharp.LanguageVersion.Latest)
            .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(folder))
            .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(folder))
            .WithReferences(ScriptReferences.Default).WithFilePath(Path.Combine(folder, "cells.csx"));
        Script<object>? script = null;
        var errors = new List<string>();
        for (int i = 0; i < cells.Count; i++)
        {
            var next = script is null ? CSharpScript.Create<object>(cells[i], options) : script.ContinueWith<object>(cells[i], options);
            var found = next.Compile(TestContext.Current.CancellationToken).Where(d => d.Severity == DiagnosticSeverity.Error)
                .Select(d => $"{d.Id}: code cell {i + 1}, {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}").ToList();
            errors.AddRange(found);
            if (found.Count == 0) script = next;
        }
        return errors;
    }
}
