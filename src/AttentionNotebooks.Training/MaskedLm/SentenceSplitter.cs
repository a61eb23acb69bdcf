using System.Text.RegularExpressions;

namespace AttentionNotebooks.Training;

/// <summary>Cuts English prose at sentence ends: a stop, then space, then a capital, unless the stop belongs to a title or an
/// initial.</summary>
internal static partial class SentenceSplitter
{
    /// <summary>Splits a paragraph.</summary>
    /// <param name="paragraph">The text.</param>
    /// <returns>The sentences, trimmed; a paragraph of white space gives none.</returns>
    public static IEnumerable<string> Split(string paragraph)
    {
        int start = 0;
        foreach (Match end in SentenceEnd().Matches(paragraph))
        {
            if (Abbreviation().IsMatch(paragraph[start..end.Index])) continue;
            yield return paragraph[start..end.Index].Trim();
            start = end.Index + end.Length;
        }
        if (paragraph[start..].Trim() is { Length: > 0 } last) yield return last;
    }

    [GeneratedRegex("""(?<=[.!?]["')\]”’]*)\s+(?=["'(\[“‘]*\p{Lu})""")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"(?:^|[\s(""'])(?:Mr|Mrs|Ms|Messrs|Dr|St|Rev|Hon|Col|Capt|Gen|Lt|Maj|Sgt|Prof|Jr|Sr|No|Vol|vs|\p{Lu})\.$")]
    private static partial Regex Abbreviation();
}
