using Microsoft.CodeAnalysis;

namespace AttentionNotebooks.Runner;

/// <summary>A stretch of C# of a cell, compiled as a script but not run.</summary>
/// <param name="Part">The stretch.</param>
/// <param name="Compilation">The submission: the stretch and the files that it loads, on top of all submissions before.</param>
/// <param name="HasValue">It ends in an expression whose value is to be shown.</param>
internal sealed record CompiledPart(Cell Cell, CellPart Part, Compilation Compilation, bool HasValue)
{
    /// <summary>The files that the stretch loads, in the order in which they run, and then its own code.</summary>
    public IReadOnlyList<SyntaxTree> Trees => [.. Compilation.SyntaxTrees.OrderBy(t => t.FilePath == Own.FilePath)];

    /// <summary>The stretch's own code.</summary>
    public required SyntaxTree Own { get; init; }
}

/// <summary>The code cells of a notebook, taken apart and compiled.</summary>
internal static class CompiledCells
{
    /// <summary>Compiles all code cells of <paramref name="notebook"/> from top to bottom.</summary>
    /// <returns>The C# of each code cell that holds something, by the stretch that it is.</returns>
    /// <exception cref="InputException">A cell does not compile, or has a magic command that is not known.</exception>
    public static Dictionary<CellPart, CompiledPart> Of(Notebook notebook, IReadOnlyDictionary<int, CellParts> parts)
    {
        using var host = new ScriptHost(notebook);
        // Two cells may hold the same text.
        var compiled = new Dictionary<CellPart, CompiledPart>(ReferenceEqualityComparer.Instance);
        foreach (var cell in notebook.Cells.Where(c => parts.ContainsKey(c.Number)))
        {
            foreach (var part in parts[cell.Number].Parts.Where(p => p.Language == "csharp"))
            {
                var submission = Located(notebook, () => host.Compile(cell, part, CancellationToken.None));
                var compilation = submission.Script.GetCompilation();
                string file = ScriptHost.FileOf(notebook, cell.Number);
                compiled.Add(part, new CompiledPart(cell, part, compilation, submission.HasValue)
                { Own = compilation.SyntaxTrees.Single(t => t.FilePath == file) });
            }
        }
        return compiled;
    }

    /// <summary>The code cells that hold something, taken apart at their magic commands, by number.</summary>
    /// <exception cref="InputException">A magic command is not known.</exception>
    public static Dictionary<int, CellParts> Parts(Notebook notebook) => notebook.Cells
        .Where(c => c.Type == CellType.Code && !string.IsNullOrWhiteSpace(c.Source))
        .ToDictionary(c => c.Number, c => Located(notebook, () => CellParts.Of(c)));

    private static T Located<T>(Notebook notebook, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (CellException e)
        {
            throw new InputException(notebook.Path, e.Failure.Place, $"{e.Failure.Name}: {e.Failure.Message}",
                "Correct the cell: attn run stops there too", e);
        }
    }
}
