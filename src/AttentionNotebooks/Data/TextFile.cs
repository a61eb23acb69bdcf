namespace AttentionNotebooks;

/// <summary>Plain text files.</summary>
public static class TextFile
{
    /// <summary>The lines of a UTF-8 file, one after the other; the file is never held as a whole.</summary>
    /// <exception cref="InputException">It cannot be read, or is not UTF-8.</exception>
    public static IEnumerable<string> Lines(string file)
    {
        using var reader = Open(file);
        for (int line = 1; ; line++)
        {
            string? text;
            try { text = reader.ReadLine(); }
            catch (System.Text.DecoderFallbackException e)
            {
                throw new InputException(file, $"near line {line}", "is not UTF-8",
                "Convert the file to UTF-8", e);
            }
            if (text is null) yield break;
            yield return text;
        }
    }

    /// <summary>The non-empty lines of a file, trimmed: one text each.</summary>
    /// <param name="limit">At most this many.</param>
    /// <exception cref="InputException">
    /// It cannot be read, is not UTF-8, has no text at all, or a line of characters none of which can be seen.
    /// </exception>
    public static IReadOnlyList<string> Texts(string file, int limit = int.MaxValue)
    {
        string[] texts = [.. Lines(file).Select((l, i) => VisibleText.Required(l.Trim(), file, $"line {i + 1}")).Where(l => l.Length > 0)
            .Take(limit)];
        return texts.Length > 0 ? texts : throw new InputException(file, null, "holds no text", "Write one text per line");
    }

    private static StreamReader Open(string file)
    {
        try
        {
            return new StreamReader(file, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(file, null, "cannot be opened", "Check the path", e);
        }
    }
}
