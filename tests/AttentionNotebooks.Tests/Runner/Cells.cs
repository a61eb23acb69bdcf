using AttentionNotebooks.Runner;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>Cells compiled by Roslyn itself, each on top of the cells above it, with what .NET Interactive's C# kernel imports.</summary>
internal static class Cells
{
    // The kernel's default imports; System.IO is not among them.
    private static readonly string[] _imports =
        ["System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq"];

    /// <summary>The errors of all cells, each with its number.</summary>
    /// <param name="folder">Where the notebook lies.</param>
    public static List<string> Errors(string folder, IReadOnlyList<string> cells)
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
