using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace AttentionNotebooks.Runner;

/// <summary>A compiled stretch of a cell, ready to run.</summary>
/// <param name="Script">The submission.</param>
/// <param name="HasValue">It ends in an expression whose value is to be displayed.</param>
internal sealed record Submission(Script<object> Script, bool HasValue);

/// <summary>
/// Compiles and runs the C# of one notebook, a chain of submissions each of which sees the ones before it, with the
/// imports and functions that .NET Interactive's C# kernel gives, and no others: what runs here runs there.
/// </summary>
internal sealed class ScriptHost : IDisposable
{
    private readonly Notebook notebook;
    private readonly InteractiveAssemblyLoader loader = new();
    private readonly ScriptReferences references;
    private readonly ScriptOptions options;
    private Script<object>? last;
    private ScriptState<object>? state;

    /// <summary>Starts a chain for <paramref name="notebook"/>.</summary>
    public ScriptHost(Notebook notebook)
    {
        this.notebook = notebook;
        references = new ScriptReferences(loader, notebook.Folder);
        options = ScriptOptions.Default
            .WithReferences(ScriptReferences.Default)
            .WithImports("System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks",
                "System.Linq", typeof(Microsoft.DotNet.Interactive.Kernel).FullName!)
            .WithMetadataResolver(references)
            .WithSourceResolver(new SourceFileResolver([notebook.Folder], notebook.Folder))
            .WithLanguageVersion(LanguageVersion.Latest)
            // Optimised: cells hold the inner loops of an analysis. The debug information gives errors their lines.
            .WithOptimizationLevel(OptimizationLevel.Release)
            .WithEmitDebugInformation(true)
            .WithFileEncoding(Encoding.UTF8);
    }

    /// <summary>The file name that the debug information of <paramref name="cell"/> bears, in the notebook's folder.</summary>
    public static string FileOf(Notebook notebook, int cell) => $"{notebook.Path}#{cell}";

    /// <summary>The cell and line in which a stack frame of this notebook's code stands, if it does.</summary>
    public static CellPlace PlacesOf(Notebook notebook) => frame =>
        frame.GetFileName() is string file && file.StartsWith(notebook.Path + "#", StringComparison.Ordinal)
        && int.TryParse(file.AsSpan(notebook.Path.Length + 1), CultureInfo.InvariantCulture, out int cell)
            ? (cell, frame.GetFileLineNumber())
            : null;

    /// <summary>Compiles a part of a cell on top of all that was compiled before.</summary>
    /// <exception cref="CellException">It does not compile.</exception>
    public Submission Compile(Cell cell, CellPart part, CancellationToken cancellation)
    {
        string file = FileOf(notebook, cell.Number);
        var here = options.WithFilePath(file);
        var script = last is null ? CSharpScript.Create<object>(part.Text, here, null, loader) : last.ContinueWith<object>(part.Text, here);
        var errors = script.Compile(cancellation).Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        if (errors.Count > 0) throw new CellException(CompileErrors.Failure(notebook, cell, part, errors, references));
        last = script;
        return new Submission(script, HasValue(script.GetCompilation(), file));
    }

    /// <summary>Runs a submission; the state it leaves is what the next one sees.</summary>
    /// <param name="submission">What to run.</param>
    /// <param name="observe">Sees an exception while its stack is still whole.</param>
    public async Task<object?> Run(Submission submission, Action<Exception> observe)
    {
        Func<Exception, bool> leave = e => { observe(e); return false; };
        state = state is null
            ? await submission.Script.RunAsync(globals: null, catchException: leave)
            : await submission.Script.RunFromAsync(state, leave);
        return state.ReturnValue;
    }

    public void Dispose() => loader.Dispose();

    // The value of a last expression without a semicolon, unless it is a call of a void method.
    private static bool HasValue(Compilation compilation, string file)
    {
        var tree = compilation.SyntaxTrees.Single(t => t.FilePath == file);
        return (
            (CompilationUnitSyntax)tree.GetRoot()).Members.LastOrDefault() is GlobalStatementSyntax
        {
            Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last,
        }
            && compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type?.SpecialType != SpecialType.System_Void;
    }
}
