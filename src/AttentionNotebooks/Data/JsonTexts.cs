using System.Text;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// Finds texts in JSON that are not valid: half a surrogate pair, or bytes that are not UTF-8. The parser lets them pass; without
/// this check the code that uses the text would fail.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Goes through all names and values.</summary>
    /// <param name="path">The file, for the error.</param>
    /// <param name="json">Its bytes, without a byte-order mark.</param>
    /// <param name="depth">How deep it may be nested.</param>
    /// <exception cref="InputException">One is no text; the message names the line.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static void Check(string path, ReadOnlySpan<byte> json, int depth = 64)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)
                || (!reader.ValueIsEscaped && Ascii.IsValid(reader.ValueSpan))) continue;
            try { reader.GetString(); }
            catch (InvalidOperationException e)
            {
                throw new InputException(path, $"line {1 + json[..(int)reader.TokenStartIndex].Count((byte)'\n')}",
                    "holds a text with half a surrogate pair or with bytes that are not UTF-8", "Save the file as UTF-8", e);
            }
        }
    }
}
