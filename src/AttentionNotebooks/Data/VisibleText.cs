using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>Texts that look empty and are not: zero-width characters, control characters, marks without a letter.</summary>
internal static class VisibleText
{
    private const int Named = 4;

    /// <summary>Refuses a text that has characters, none of which can be seen: no model has a token for it.</summary>
    /// <param name="text">The text, trimmed.</param>
    /// <param name="file">The file that it stands in.</param>
    /// <param name="place">Where.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InputException">Nothing of it can be seen.</exception>
    public static string Required(string text, string file, string place)
    {
        if (text.Length == 0 || text.EnumerateRunes().Any(IsVisible)) return text;
        string[] all = [.. text.EnumerateRunes().Select(r => $"U+{r.Value:X4}").Distinct()];
        throw new InputException(file, place, "holds only characters that cannot be seen "
            + $"({string.Join(", ", all.Take(Named))}{(all.Length > Named ? ", …" : "")})", "Delete them, or the whole line");
    }

    private static bool IsVisible(Rune rune) => !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark);
}
