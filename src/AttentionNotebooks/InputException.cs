namespace AttentionNotebooks;

/// <summary>
/// Bad input: a file, a folder or an argument that the kit cannot use. Always names what was read, the place in it,
/// what is wrong there and what to do about it, so that a shell or a notebook can show it as one line.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="source">The file, folder or argument that was read.</param>
    /// <param name="place">Where in it (a line, a key, a tensor, a byte), or <see langword="null"/> for the whole.</param>
    /// <param name="problem">What is wrong, without a final stop.</param>
    /// <param name="remedy">What the reader can do about it, without a final stop.</param>
    /// <param name="inner">The exception that showed it, if any.</param>
    public InputException(string source, string? place, string problem, string remedy, Exception? inner = null)
        : base($"{source}{(place is null ? "" : $", {place}")}: {problem}. {remedy}.", inner)
    {
        InputSource = source;
        Place = place;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>The file, folder or argument that was read.</summary>
    public string InputSource { get; }

    /// <summary>Where in <see cref="InputSource"/> the problem is, or <see langword="null"/> for the whole.</summary>
    public string? Place { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
