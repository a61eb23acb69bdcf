namespace AttentionNotebooks.Runner;

/// <summary>How to run notebooks.</summary>
/// <param name="Parameters">Environment variables that the cells see, by their exact names.</param>
/// <param name="TimeLimit">How long a cell may take; <see langword="null"/> for as long as it wants.</param>
public sealed record RunSettings(IReadOnlyDictionary<string, string> Parameters, TimeSpan? TimeLimit);

/// <summary>A code cell that was run.</summary>
/// <param name="ExecutionCount">Which one it was, from 1, among the cells that were run.</param>
/// <param name="Outputs">What it gave.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record CellRun(Cell Cell, int ExecutionCount, IReadOnlyList<Output> Outputs, TimeSpan Duration);

/// <summary>A notebook that was run, to its end or to its first failing cell.</summary>
/// <param name="Cells">The code cells that were run.</param>
/// <param name="Failure">Why it stopped, or <see langword="null"/> when it ran to its end.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record NotebookRun(Notebook Notebook, IReadOnlyList<CellRun> Cells, CellFailure? Failure, TimeSpan Duration);
