using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// Unicode's canonical decomposition, as .NET computes it. In the globalization-invariant mode it does not, without a word: accented
/// letters would stay whole and become unknown tokens.
/// </summary>
public static class UnicodeForms
{
    /// <summary>Whether this process can decompose.</summary>
    internal static bool Work { get; } = "é".Normalize(NormalizationForm.FormD).Length == 2;

    /// <summary>What to do where it cannot.</summary>
    private const string Remedy = "Unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT (in a program of your own, InvariantGlobalization too) and "
        + "install ICU: libicu on Debian and Ubuntu, icu-libs and icu-data-full on Alpine";

    /// <summary>The decomposed text (form D).</summary>
    /// <param name="text">A text without half surrogate pairs.</param>
    /// <exception cref="InputException">This process cannot decompose, and the text has characters that may need it.</exception>
    public static string Decomposed(string text)
    {
        if (Work) return text.Normalize(NormalizationForm.FormD);
        foreach (char c in text)
            if (!StaysAsItIs(c)) throw Lacking(text);
        return text;
    }

    /// <summary>Whether a character has no decomposition: ASCII, signs of Latin-1, and the quotes and dashes of English prose.</summary>
    internal static bool StaysAsItIs(char c) => c is < (char)0x80 or >= (char)0xA0 and <= (char)0xBF or >= (char)0x2010 and <= (char)0x205E;

    private static InputException Lacking(string text) =>
        new("this .NET process", null, "runs in the globalization-invariant mode, in which it cannot take accents off letters, as "
            + $"\"{(text.Length > 20 ? text[..20] + "…" : text)}\" needs", Remedy);
}
