namespace AttentionNotebooks;

/// <summary>
/// The attention maps of one text, every layer and head: small enough to keep for a picture, too large to keep for a corpus.
/// </summary>
/// <example><code>
/// var maps = new LiveAttention(Kit.Model(), ["The dog saw the boat."]).Maps(0);
/// float[,] map = maps[0, 1];             // layer 0, head 1: [queries, keys], each row sums to 1
/// Kit.Plot.AttentionMap(map, maps.Tokens, "Head 0-1")
/// </code></example>
public sealed class TextMaps
{
    private readonly float[] _weights;

    /// <summary>Maps from a source of one's own.</summary>
    /// <param name="text">The text; its length is T.</param>
    /// <param name="grid">The model's heads.</param>
    /// <param name="weights"><c>[L, H, T, T]</c> as in <see cref="Weights"/>; given away.</param>
    /// <exception cref="ArgumentException">There are more or fewer weights.</exception>
    public TextMaps(AttentionText text, HeadGrid grid, float[] weights)
    {
        if (weights.LongLength != (long)grid.Count * text.Length * text.Length)
            throw new ArgumentException($"{weights.Length} weights are not {grid.Count} maps of {text.Length} × {text.Length}",
                nameof(weights));
        Text = text;
        Grid = grid;
        _weights = weights;
    }

    /// <summary>The text.</summary>
    public AttentionText Text { get; }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>The weights <c>[L, H, T, T]</c> (layer, head, query, key), the last dimension fastest; rows sum to 1.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>The tokens, or their positions where the source does not have tokens.</summary>
    public IReadOnlyList<string> Tokens => Text.Tokens ?? [.. Enumerable.Range(0, Text.Length).Select(i => $"{i}")];

    /// <summary>One head's map.</summary>
    /// <returns>Weights <c>[T, T]</c> from query to key.</returns>
    /// <exception cref="InputException">The model has no such head.</exception>
    public float[,] this[Head head]
    {
        get
        {
            int n = Text.Length;
            var map = new float[n, n];
            Buffer.BlockCopy(_weights, Grid.PositionOf(head) * n * n * sizeof(float), map, 0, n * n * sizeof(float));
            return map;
        }
    }

    /// <summary>One head's map.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="head">The head within the layer, from 0.</param>
    /// <returns>Weights <c>[T, T]</c> from query to key.</returns>
    /// <exception cref="InputException">The model has no such head.</exception>
    public float[,] this[int layer, int head] => this[new Head(layer, head)];

    internal static void CheckIndex(int text, int count)
    {
        if (text < 0 || text >= count)
            throw new InputException($"text {text}", null, $"is not one of the {count} texts", $"Count from 0: the last is {count - 1}");
    }
}
