using System.Globalization;

namespace AttentionNotebooks;

/// <summary>One attention head, counted from 0: <c>7-9</c> is head 9 of layer 7.</summary>
/// <param name="Layer">The layer, from 0.</param>
/// <param name="Index">The head within its layer, from 0.</param>
/// <remarks>Papers often count from 1, so that Clark et al. 2019 say 8-10 for this kit's 7-9.</remarks>
public readonly record struct Head(int Layer, int Index)
{
    /// <summary>The head that a text such as <c>7-9</c> names.</summary>
    /// <param name="text">Layer and head, counted from 0, with a hyphen between.</param>
    /// <exception cref="InputException">The text is not of that form.</exception>
    public static Head Parse(string text)
    {
        var parts = text.Split('-');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return new Head(layer, index);
        throw new InputException($"head \"{text}\"", null, "is not of the form layer-head",
            "Write for example 7-9: layer 7, head 9, both counted from 0");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Layer}-{Index}");
}

/// <summary>The heads of a model: <see cref="Layers"/> × <see cref="Heads"/>, in the order layer by layer.</summary>
/// <param name="Layers">Number of layers; 12 for BERT-base, 24 for BERT-large.</param>
/// <param name="Heads">Heads per layer; 12 for BERT-base, 16 for BERT-large.</param>
/// <example><code>
/// var grid = new HeadGrid(12, 12);       // BERT-base
/// var head = grid[100];                  // 8-4: layer 8, head 4
/// grid.PositionOf(head)                  // 100
/// </code></example>
public readonly record struct HeadGrid(int Layers, int Heads)
{
    /// <summary>All heads: 144 for BERT-base, 384 for BERT-large.</summary>
    public int Count => Layers * Heads;

    /// <summary>The head at a position of the flat order.</summary>
    /// <param name="position">From 0 to <see cref="Count"/> − 1.</param>
    public Head this[int position] => new(position / Heads, position % Heads);

    /// <summary>The position of a head in the flat order.</summary>
    /// <exception cref="InputException">The grid has no such head.</exception>
    public int PositionOf(Head head) => Contains(head)
        ? head.Layer * Heads + head.Index
        : throw new InputException($"head {head}", null, $"is outside the {this} heads of this model",
            $"Count from 0: the last head is {this[Count - 1]}");

    /// <summary>Whether the grid has this head.</summary>
    public bool Contains(Head head) => head.Layer >= 0 && head.Layer < Layers && head.Index >= 0 && head.Index < Heads;

    /// <summary>All heads in the flat order.</summary>
    public IEnumerable<Head> All()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Layers} × {Heads}");
}
