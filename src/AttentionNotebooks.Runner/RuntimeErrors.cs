using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Runner;

/// <summary>The number of the cell and the line of it, from 1, in which a stack frame stands; <see langword="null"/> for code outside of
/// cells.</summary>
internal delegate (int Cell, int Line)? CellPlace(StackFrame frame);

/// <summary>Reports an exception with the line of the cell that led to it, and a trace without the runner's frames.</summary>
internal static partial class RuntimeErrors
{
    /// <summary>The failure of <paramref name="cell"/> through <paramref name="exception"/>.</summary>
    /// <param name="placeOf">Where the frames of the notebook's code stand.</param>
    /// <param name="cell">The cell that is run.</param>
    /// <param name="line">The line to name when no frame stands in the cell.</param>
    /// <param name="exception">What was thrown.</param>
    public static CellFailure Failure(CellPlace placeOf, Cell cell, int line, Exception exception)
    {
        var trace = new List<string>();
        int? found = null;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e != exception) trace.Add($"  caused by {e.GetType().Name}: {e.Message}");
            trace.AddRange(new StackTrace(e, fNeedFileInfo: true).GetFrames().Where(f => !IsPlumbing(f))
                .Select(f => "  at " + Describe(placeOf, f)));
            found ??= LineIn(placeOf, cell, e);
        }
        return new CellFailure(cell, found ?? line, null, exception.GetType().Name, exception.Message, trace);
    }

    /// <summary>The line of <paramref name="cell"/> that <paramref name="exception"/> passed through, if it did.</summary>
    public static int? LineIn(CellPlace placeOf, Cell cell, Exception exception) =>
        new StackTrace(exception, fNeedFileInfo: true).GetFrames().Select(f => placeOf(f))
        .FirstOrDefault(p => p?.Cell == cell.Number)?.Line;

    // The machinery between a cell and its exception: the script engine, await, tasks, rethrow, and this program's runner.
    private static bool IsPlumbing(StackFrame frame) =>
        frame.GetMethod()?.DeclaringType is not { } type
        || type.Namespace is "System.Threading" or "System.Threading.Tasks" or "Microsoft.CodeAnalysis.Scripting"
        or "System.Runtime.CompilerServices" or "System.Runtime.ExceptionServices" or "AttentionNotebooks.Runner"
        || type.FullName == "System.Runtime.ControlledExecution"
        || (frame.GetMethod()!.Name is "<Factory>" or "<Main>" && IsTopLevel(type));

    private static string Describe(CellPlace placeOf, StackFrame frame)
    {
        var method = frame.GetMethod()!;
        string name = Name(method);
        if (frame.GetFileName() is not string file) return name;
        var (place, line) = placeOf(frame) is { } own ? ($"cell {own.Cell}", own.Line)
            : (Path.GetFileName(file), frame.GetFileLineNumber());
        return string.Create(CultureInfo.InvariantCulture, $"{(name.Length > 0 ? name + " in " : "")}{place}, line {line}");
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
        if (IsTopLevel(type)) return name is "Initialize" or "Main" ? "" : name;
        string owner = OfSubmission().Replace(type.FullName ?? type.Name, "").Replace('+', '.');
        return $"{owner}.{name}";
    }

    /// <summary>Whether <paramref name="type"/> holds the statements of a script's submission, or of a program without a class.</summary>
    public static bool IsTopLevel(Type type) => type.Name.StartsWith("Submission#", StringComparison.Ordinal) || type.FullName == "Program";

    [GeneratedRegex(@">g__(\w+)\|")]
    private static partial Regex Local();

    [GeneratedRegex(@"<+(\w+)>")]
    private static partial Regex Hidden();

    [GeneratedRegex(@"\ASubmission#\d+\+")]
    private static partial Regex OfSubmission();
}
