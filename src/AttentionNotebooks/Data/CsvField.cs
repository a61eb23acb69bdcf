namespace AttentionNotebooks;

/// <summary>A field of a CSV file that may hold any text.</summary>
internal static class CsvField
{
    /// <summary>The text as it is, or in quotes where it holds a comma, a quote or a line break (RFC 4180).</summary>
    /// <param name="text">Any text.</param>
    public static string Of(string text) => text.AsSpan().IndexOfAny(",\"\n") >= 0 ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
}
