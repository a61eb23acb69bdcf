namespace AttentionNotebooks.Cli.Options;

/// <summary>Lists on the command line.</summary>
internal static class Names
{
    /// <summary>
    /// The names of a list with commas between them; spaces around a name and empty names are left out. Empty for no list.
    /// </summary>
    public static string[] Of(string? list) => (list ?? "").Split(',',
        StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>As <see cref="Of"/>, or null where no list was given.</summary>
    public static string[]? Given(string? list) => list is null ? null : Of(list);
}
