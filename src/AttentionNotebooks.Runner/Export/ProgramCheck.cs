using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionNotebooks.Runner;

/// <summary>Compiles an exported program in this process: what a script allows and a program does not shows at the export, with its
/// cell.</summary>
internal static class ProgramCheck
{
    private static readonly CSharpParseOptions FileBased = new CSharpParseOptions(LanguageVersion.Latest)
        .WithFeatures([new("FileBasedProgram", "true")]);

    /// <summary>Compiles <paramref name="program"/> against what the cells referenced.</summary>
    /// <exception cref="InputException">It does not compile, or a cell references a library that the kit does not have.</exception>
    public static void Compile(Notebook notebook, ProgramText program, IReadOnlyCollection<CompiledPart> parts, bool withUnsafeCode)
    {
        foreach (var part in parts)
            foreach (var library in part.Compilation.References.Except(part.Compilation.ExternalReferences).Select(r => r.Display ?? "")
                .Where(IsForeign))
                throw new InputException(notebook.Path, part.Cell.Label,
                    $"references {library}, and a file-based app references the kit, projects and packages only",
                        "Leave the library out, or run the notebook with attn run");
        var references = parts.SelectMany(p => p.Compilation.References).Concat(ScriptReferences.Default).DistinctBy(r => r.Display);
        var resolver = parts.FirstOrDefault()?.Compilation.Options.MetadataReferenceResolver;
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: withUnsafeCode,
            metadataReferenceResolver: resolver);
        var compilation = CSharpCompilation.Create("notebook", [CSharpSyntaxTree.ParseText(program.ToString(), FileBased)], references,
            options);
        if (compilation.GetDiagnostics().FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is not { } error) return;
        string message = $"{error.Id}: {error.GetMessage(CultureInfo.InvariantCulture).TrimEnd('.')}";
        var cell = program.OwnerOf(error.Location.GetLineSpan().StartLinePosition.Line + 1);
        throw cell is null
            ? new InputException(notebook.Path, null, $"makes a program that does not compile ({message})",
                "Run it with attn run, and report it")
            : new InputException(notebook.Path, cell.Label, $"has what a script allows and a program does not ({message})",
                "Write it so that it is legal in the statements of a C# program too");
    }

    // The kit's libraries and what they bring lie beside this program; the framework is everywhere.
    private static bool IsForeign(string path) =>
        Path.GetDirectoryName(path) is { Length: > 0 } folder
        && folder != Path.GetDirectoryName(typeof(object).Assembly.Location)
        && !File.Exists(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(path)));
}
