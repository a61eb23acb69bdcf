namespace AttentionNotebooks.Runner;

/// <summary>Why a cell failed, and where.</summary>
/// <param name="Cell">The cell that was being run.</param>
/// <param name="Line">The line of the cell, from 1.</param>
/// <param name="Column">The column, from 1, where it is known.</param>
/// <param name="Name">The kind of error: an exception's name, or <c>Compile error</c>.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="Trace">The places on the way to it, innermost first, without the runner's own.</param>
internal sealed record CellFailure(Cell Cell, int Line, int? Column, string Name, string Message, IReadOnlyList<string> Trace)
{
    /// <summary>Cell and line, as messages name them.</summary>
    public string Place => $"{Cell.Label}, line {Line}" + (Column is int column ? $", column {column}" : "");

    /// <summary>The failure as one line.</summary>
    public string OneLine => $"{Place}: {Name}: {Message}".ReplaceLineEndings(" ");

    /// <summary>The failure as an output of the cell.</summary>
    public ErrorOutput ToOutput() => new(Name, Message, [$"{Place}: {Name}: {Message}", .. Trace]);
}

/// <summary>Ends a cell with its failure.</summary>
internal sealed class CellException(CellFailure failure) : Exception(failure.OneLine)
{
    /// <summary>Why and where.</summary>
    public CellFailure Failure { get; } = failure;
}
