namespace AttentionNotebooks;

/// <summary>A dict of a pickle. Keys are texts or whole numbers, so that no key needs a deep comparison.</summary>
internal sealed class PickleDict
{
    /// <summary>What the dict holds.</summary>
    public Dictionary<object, object?> Items { get; } = [];

    /// <summary>Sets one item; the last one set counts, as in Python.</summary>
    public void Set(PickleInput input, object? key, object? value) =>
        Items[key is string or long ? key : throw input.Bad("a dict has a key that is neither a text nor a whole number")] = value;
}
