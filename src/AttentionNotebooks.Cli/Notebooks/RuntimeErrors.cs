using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Cli.Notebooks;

/// <summary>Tells an exception with the line of the cell that led to it, and a trace without the runner's frames.</summary>
internal static partial class RuntimeErrors
{
    /// <summary>The failure of <paramref name="cell"/> through <paramref name="exception"/>.</summary>
    /// <param name="notebook">The notebook that is run.</param>
    /// <param name="cell">The cell that is run.</param>
    /// <param name="part">The part of it that is run.</param>
    /// <param name="exception">What was thrown.</param>
    public static CellFailure Failure(Notebook notebook, Cell cell, CellPart part, Exception exception)
    {
        var trace = new List<string>();
        int? line = null;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e != exception) trace.Add($"  caused by {e.GetType().Name}: {e.Message}");
            trace.AddRange(new StackTrace(e, fNeedFileInfo: true).GetFrames().Where(f => !IsPlumbing(f)).Select(f => "  at " + Describe(notebook, f)));
            line ??= LineIn(notebook, cell, e);
        }
        return new CellFailure(cell, line ?? part.FirstLine, null, exception.GetType().Name, exception.Message, trace);
    }

    /// <summary>The line of <paramref name="cell"/> that <paramref name="exception"/> passed through, if it did.</summary>
    public static int? LineIn(Notebook notebook, Cell cell, Exception exception)
    {
        string file = ScriptHost.FileOf(notebook, cell.Number);
        return new StackTrace(exception, fNeedFileInfo: true).GetFrames().FirstOrDefault(f => f.GetFileName() == file)?.GetFileLineNumber();
    }

    // The machinery between a cell and its exception: the script engine, await, tasks, rethrow, and this program's runner.
    private static bool IsPlumbing(StackFrame frame) =>
        frame.GetMethod()?.DeclaringType is not { } type
        || type.Namespace is "System.Threading" or "System.Threading.Tasks" or "Microsoft.CodeAnalysis.Scripting" or "System.Runtime.CompilerServices" or "System.Runtime.ExceptionServices" or "AttentionNotebooks.Cli.Notebooks"
        || type.FullName == "System.Runtime.ControlledExecution"
        || (frame.GetMethod()!.Name == "<Factory>" && IsSubmission(type));

    private static string Describe(Notebook notebook, StackFrame frame)
    {
        var method = frame.GetMethod()!;
        string name = Name(method);
        if (frame.GetFileName() is not string file) return name;
        string place = file.StartsWith(notebook.Path + "#", StringComparison.Ordinal) ? $"cell {file[(notebook.Path.Length + 1)..]}" : Path.GetFileName(file);
        return string.Create(CultureInfo.InvariantCulture, $"{(name.Length > 0 ? name + " in " : "")}{place}, line {frame.GetFileLineNumber()}");
    }

    // Compilers hide the name of an async method, an iterator or a lambda's owner in angle brackets of generated names.
    private static string Name(MethodBase method)
    {
        var type = method.DeclaringType!;
        string name = method.Name;
        while (type.DeclaringType is { } outer && type.Name.Contains('<', StringComparison.Ordinal))
        {
            if (name == "MoveNext") name = type.Name;
            type = outer;
        }
        bool lambda = name.Contains(">b__", StringComparison.Ordinal);
        if (Local().Match(name) is { Success: true } local) name = local.Groups[1].Value;
        else if (Hidden().Match(name) is { Success: true } hidden) name = hidden.Groups[1].Value;
        if (lambda) name = "lambda";
        if (IsSubmission(type)) return name == "Initialize" ? "" : name;
        string owner = OfSubmission().Replace(type.FullName ?? type.Name, "").Replace('+', '.');
        return $"{owner}.{name}";
    }

    private static bool IsSubmission(Type type) => type.Name.StartsWith("Submission#", StringComparison.Ordinal);

    [GeneratedRegex(@">g__(\w+)\|")]
    private static partial Regex Local();

    [GeneratedRegex(@"<+(\w+)>")]
    private static partial Regex Hidden();

    [GeneratedRegex(@"\ASubmission#\d+\+")]
    private static partial Regex OfSubmission();
}
