namespace AttentionNotebooks.Training;

/// <summary>Regular endings of English, with their changes of spelling.</summary>
internal static class Inflection
{
    // Verbs of several syllables double their last letter when it is stressed, and l always.
    private static readonly HashSet<string> StressedEnd = ["begin", "forget", "travel", "cancel"];

    /// <summary>The plural of a noun, and the third person of a verb.</summary>
    public static string S(string word) =>
        EndsInConsonantY(word) ? word[..^1] + "ies"
        : word.EndsWith('s') || word.EndsWith('x') || word.EndsWith('z') || word.EndsWith("ch", StringComparison.Ordinal)
        || word.EndsWith("sh", StringComparison.Ordinal) || word is "go" or "potato" or "tomato" or "echo" ? word + "es"
        : word + "s";

    public static string Ed(string verb) =>
        verb.EndsWith('e') ? verb + "d"
        : EndsInConsonantY(verb) ? verb[..^1] + "ied"
        : Doubled(verb) + "ed";

    public static string Ing(string verb) =>
        verb.EndsWith("ie", StringComparison.Ordinal) ? verb[..^2] + "ying"
        : verb.EndsWith('e') && !verb.EndsWith("ee", StringComparison.Ordinal) ? verb[..^1] + "ing"
        : Doubled(verb) + "ing";

    public static string Er(string adjective) => Compared(adjective, "er");

    public static string Est(string adjective) => Compared(adjective, "est");

    /// <summary>A or an.</summary>
    public static string Article(string next) =>
        (IsVowel(next[0]) && !Starts(next, "uni", "use", "eu", "one", "uk")) || Starts(next, "hour", "honest") ? "an" : "a";

    private static string Compared(string adjective, string ending) =>
        adjective.EndsWith('e') ? adjective + ending[1..]
        : EndsInConsonantY(adjective) ? adjective[..^1] + "i" + ending
        : Doubled(adjective) + ending;

    private static string Doubled(string word)
    {
        bool closed = word.Length > 2 && !IsVowel(word[^1]) && word[^1] is not ('w' or 'x' or 'y') && IsVowel(word[^2])
            && !IsVowel(word[^3]);
        return closed && (word.Count(IsVowel) == 1 || StressedEnd.Contains(word)) ? word + word[^1] : word;
    }

    private static bool EndsInConsonantY(string word) => word.EndsWith('y') && word.Length > 1 && !IsVowel(word[^2]);

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';

    private static bool Starts(string word, params string[] starts) =>
        starts.Any(s => word.StartsWith(s, StringComparison.OrdinalIgnoreCase));
}
