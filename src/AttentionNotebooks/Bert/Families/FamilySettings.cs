using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>What only one family's <c>config.json</c> states.</summary>
internal abstract record FamilySettings
{
    /// <summary>Writes the settings into <c>config.json</c>, under the family's names.</summary>
    /// <param name="json">In the file's object.</param>
    /// <param name="config">The model.</param>
    public abstract void Write(Utf8JsonWriter json, BertConfig config);
}
