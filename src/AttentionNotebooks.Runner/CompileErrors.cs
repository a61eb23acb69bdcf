using System.Globalization;
using Microsoft.CodeAnalysis;

namespace AttentionNotebooks.Runner;

/// <summary>Reports compile errors with cell, line, column, and a remedy where the compiler gives none.</summary>
internal static class CompileErrors
{
    private const string MetadataFileNotFound = "CS0006";
    private const string SourceFileNotFound = "CS1504";

    /// <summary>The failure that <paramref name="errors"/> amount to: the first one, and all of them as its trace.</summary>
    public static CellFailure Failure(Notebook notebook, Cell cell, CellPart part, IReadOnlyList<Diagnostic> errors,
        ScriptReferences references)
    {
        string file = ScriptHost.FileOf(notebook, cell.Number);
        var first = errors[0];
        bool inCell = first.Location.GetLineSpan().Path == file;
        var position = first.Location.GetLineSpan().StartLinePosition;
        string more = errors.Count > 1 ? $" (and {errors.Count - 1} more)" : "";
        string message = (inCell ? "" : $"{Place(first)}: ") + Message(first, references) + more;
        var trace = errors.Select(e => $"  {(e.Location.GetLineSpan().Path == file ? Position(e) : Place(e))}: {Message(e, references)}")
            .ToList();
        return new CellFailure(cell, inCell ? position.Line + 1 : part.FirstLine, inCell ? position.Character + 1
            : null, "Compile error", message, trace);
    }

    private static string Message(Diagnostic error, ScriptReferences references)
    {
        string text = $"{error.Id}: {error.GetMessage(CultureInfo.InvariantCulture)}";
        if (error.Id is not (SourceFileNotFound or MetadataFileNotFound) || Reference(error) is not string reference) return text;
        if (error.Id == SourceFileNotFound)
            return $"#load \"{reference}\": there is no {references.FullPath(reference, error.Location.GetLineSpan().Path)}. Correct the "
                + $"path; it starts from the folder of the file that it stands in";
        return reference.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase)
            ? $"#r \"{reference}\": attn run restores no packages, so that notebooks run with the network off. Reference a built library "
            + $"by its path, #r \"path/to/library.dll\""
            : $"#r \"{reference}\": there is no {references.FullPath(reference, error.Location.GetLineSpan().Path)}. Correct the path, or "
            + $"build the library first (dotnet build -c Release)";
    }

    // The text between the quotes of the directive that the error points at.
    private static string? Reference(Diagnostic error)
    {
        if (error.Location.SourceTree is not { } tree) return null;
        string line = tree.GetText().Lines[error.Location.GetLineSpan().StartLinePosition.Line].ToString();
        return line.Split('"') is [_, var reference, ..] ? reference : null;
    }

    private static string Position(Diagnostic error)
    {
        var start = error.Location.GetLineSpan().StartLinePosition;
        return $"line {start.Line + 1}, column {start.Character + 1}";
    }

    private static string Place(Diagnostic error) => $"{Path.GetFileName(error.Location.GetLineSpan().Path)}, {Position(error)}";
}
