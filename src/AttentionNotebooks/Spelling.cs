namespace AttentionNotebooks;

/// <summary>Helpful answers to misspelt names.</summary>
internal static class Spelling
{
    /// <summary>The error for a name that does not exist, with the nearest one that does.</summary>
    /// <param name="kind">What is named, e.g. "feature".</param>
    /// <param name="name">The name as given.</param>
    /// <param name="known">The names that exist.</param>
    public static InputException Unknown(string kind, string name, IReadOnlyCollection<string> known)
    {
        string? nearest = known.Count == 0 ? null : known.MinBy(k => Distance(name, k));
        string hint = nearest is not null && Distance(name, nearest) <= Math.Max(2, name.Length / 3) ? $"Did you mean {nearest}? " : "";
        return new InputException($"{kind} \"{name}\"", null, "does not exist", $"{hint}Known: {string.Join(", ", known)}");
    }

    // Levenshtein distance, case ignored.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
