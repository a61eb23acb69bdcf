namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Names with commas between.</summary>
internal static class Names
{
    /// <summary>The names of a list; none where it is not given.</summary>
    public static string[] Of(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
