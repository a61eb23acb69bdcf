namespace AttentionNotebooks;

/// <summary>What names may look like: repositories and revisions that a user gives, files that a server names.</summary>
internal static class HubName
{
    private const int LongestRepository = 96, LongestRevision = 255, LongestFile = 255;

    /// <summary>Checks <c>name</c> or <c>owner/name</c> by the hub's own rules.</summary>
    /// <exception cref="InputException">It is no such name.</exception>
    public static void CheckRepository(string repository)
    {
        string[] parts = repository.Split('/');
        bool good = repository.Length <= LongestRepository && parts.Length is 1 or 2 && parts.All(Part)
            && !repository.EndsWith(".git", StringComparison.Ordinal)
            && !repository.Contains("--", StringComparison.Ordinal) && !repository.Contains("..", StringComparison.Ordinal);
        if (!good)
            throw new InputException(Shown(repository), null, "is no name of a model on the hub",
                "Write it like google-bert/bert-base-uncased: owner/name in letters, digits and the signs - _ . between them");

        static bool Part(string p) => p.Length > 0 && p.All(c => Plain(c)) && IsWord(p[0]) && IsWord(p[^1]);
        static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
    }

    /// <summary>Checks a branch, a tag, a commit or a <c>refs/…</c> name.</summary>
    /// <exception cref="InputException">It is no such name.</exception>
    public static void CheckRevision(string repository, string revision)
    {
        bool good = revision.Length is > 0 and <= LongestRevision && revision.All(c => Plain(c) || c is '/' or '+')
            && char.IsAsciiLetterOrDigit(revision[0]) && char.IsAsciiLetterOrDigit(revision[^1])
            && !revision.Contains("..", StringComparison.Ordinal) && !revision.Contains("//", StringComparison.Ordinal);
        if (!good)
            throw new InputException(repository, $"revision {Shown(revision)}", "is no name of a revision",
                "Give a branch such as main, a tag, or a commit's 40 hexadecimal digits");
    }

    /// <summary>Checks that a name in a listing stays inside the folder that it will be put in.</summary>
    /// <exception cref="InputException">It climbs out, is absolute, or is no name on every system.</exception>
    public static void CheckListed(string repository, string name)
    {
        bool good = name.Length > 0 && name[0] != '/' && !name.Contains('\\') && !name.Any(char.IsControl)
            && !(name.Length > 1 && char.IsAsciiLetter(name[0]) && name[1] == ':')
            && name.Split('/').All(p => p is not ("" or "." or ".."));
        if (!good) throw Climbing(repository, name);
    }

    /// <summary>Checks the name of a file that will be written: plain, with no folder in it.</summary>
    /// <exception cref="InputException">It is no such name.</exception>
    public static void CheckWritten(string repository, string name)
    {
        if (name.Length is 0 or > LongestFile || !name.All(c => Plain(c)) || !(char.IsAsciiLetterOrDigit(name[0]) || name[0] == '_')
            || name[^1] == '.') throw Climbing(repository, name);
    }

    /// <summary>Whether it is the full name of a git commit.</summary>
    public static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(c => char.IsAsciiHexDigitLower(c));

    private static bool Plain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    private static InputException Climbing(string repository, string name) =>
        new(repository, $"file name {Shown(name)}",
            "could lie outside the model's folder or be no name on some systems, so nothing of it was written",
                "Do not trust this repository; choose another one");

    // Names are shown as they are only when that cannot disturb a terminal.
    private static string Shown(string name)
    {
        string shown = string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c));
        return shown.Length == 0 ? "\"\"" : name.Length > 80 ? shown + "…" : shown;
    }
}
