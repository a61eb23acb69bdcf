using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A batch whose maps a <see cref="GivenAttention"/> asks for: its texts as an engine wants them, and where each layer's maps are given.
/// B texts, padded at their ends to T tokens. Valid until the function that got it returns.
/// </summary>
public sealed class GivenBatch : IDisposable
{
    private readonly TextBatch _batch;
    private readonly HeadGrid _grid;
    private readonly double? _tolerance;
    private readonly LayerReceiver _receive;
    private readonly SortedDictionary<int, GivenRows> _early = []; // layers whose turn has not come
    private int _next;
    private bool _over;

    internal GivenBatch(TextBatch batch, HeadGrid grid, double? tolerance, LayerReceiver receive) =>
        (_batch, _grid, _tolerance, _receive) = (batch, grid, tolerance, receive);

    /// <summary>The texts.</summary>
    public IReadOnlyList<AttentionText> Texts => _batch.Texts;

    /// <summary>Their positions in the source's own order.</summary>
    public IReadOnlyList<int> Indices => _batch.Indices;

    /// <summary>Number of texts, B.</summary>
    public int Count => _batch.Count;

    /// <summary>Tokens of the longest text, T.</summary>
    public int Length => _batch.Length;

    /// <summary>A number per token of each text, such as its id or its segment, as an engine wants them.</summary>
    /// <param name="ofText">The numbers of a text, by its position in the source.</param>
    /// <param name="filler">What stands at padding, such as <see cref="TextTokenizer.PadId"/>.</param>
    /// <returns><c>[B, T]</c>, the last dimension fastest.</returns>
    /// <exception cref="InputException">There are more or fewer numbers than the text has tokens.</exception>
    public long[] Padded(Func<int, IReadOnlyList<int>> ofText, long filler = 0)
    {
        var padded = new long[Count * Length];
        Array.Fill(padded, filler);
        for (int b = 0; b < Count; b++)
        {
            var own = ofText(Indices[b]);
            if (own.Count != Texts[b].Length)
                throw new InputException(NameOf(b), null, $"has {own.Count} numbers for {Texts[b].Length} tokens",
                    "Give one number for each token, special tokens included");
            for (int i = 0; i < own.Count; i++) padded[b * Length + i] = own[i];
        }
        return padded;
    }

    /// <summary>The attention mask: 1 at a text's own tokens, 0 at padding.</summary>
    /// <returns><c>[B, T]</c>, the last dimension fastest.</returns>
    public long[] Mask()
    {
        var mask = new long[Count * Length];
        for (int b = 0; b < Count; b++) mask.AsSpan(b * Length, Texts[b].Length).Fill(1);
        return mask;
    }

    /// <summary>Gives one layer's maps. They are copied.</summary>
    /// <param name="layer">The layer, from 0. Layers may come in any order, each once; those that come early are kept until their turn,
    /// so memory is least where they come in order.</param>
    /// <param name="maps"><c>[B, H, T, T]</c> (text, head, query, key), the last dimension fastest: the softmax's output.</param>
    /// <param name="shape">The shape as the engine reports it, to be checked; without it only the number of weights is.</param>
    /// <exception cref="InputException">The layer is unknown or was given before, the shape is another, or a row is no row of
    /// attention.</exception>
    public void Give(int layer, ReadOnlySpan<float> maps, ReadOnlySpan<long> shape = default)
    {
        Check(layer, maps.Length, shape);
        Take(layer, GivenRows.Of(_batch, layer, _grid.Heads, maps, _tolerance ?? GivenAttention.FloatTolerance));
    }

    /// <inheritdoc cref="Give(int, ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public void Give(int layer, ReadOnlySpan<Half> maps, ReadOnlySpan<long> shape = default)
    {
        Check(layer, maps.Length, shape);
        Take(layer, GivenRows.Of(_batch, layer, _grid.Heads, maps, _tolerance ?? GivenAttention.HalfTolerance));
    }

    /// <summary>Gives one layer's maps. They are copied; the tensor stays the caller's.</summary>
    /// <param name="layer">The layer, from 0; layers may come in any order, each once.</param>
    /// <param name="maps"><c>[B, H, T, T]</c> (text, head, query, key) in any floating-point format, on any device.</param>
    /// <exception cref="InputException">The layer is unknown or was given before, the shape or the number format is another, or a row
    /// is no row of attention.</exception>
    public void Give(int layer, Tensor maps)
    {
        Check(layer, maps.numel(), maps.shape);
        double tolerance = maps.dtype switch
        {
            ScalarType.Float32 or ScalarType.Float64 => GivenAttention.FloatTolerance,
            ScalarType.Float16 or ScalarType.BFloat16 => GivenAttention.HalfTolerance,
            _ => throw new InputException(BatchName, $"layer {layer}", $"is a tensor of {maps.dtype}", "Give floating-point numbers"),
        };
        using var scope = NewDisposeScope();
        var own = maps.detach().to_type(ScalarType.Float32).cpu().contiguous();
        Take(layer, GivenRows.Of(_batch, layer, _grid.Heads, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(own.bytes),
            _tolerance ?? tolerance));
    }

    /// <summary>Lets go of layers whose turn did not come.</summary>
    void IDisposable.Dispose()
    {
        _over = true;
        foreach (var early in _early.Values) early.Maps.Dispose();
        _early.Clear();
    }

    /// <summary>Refuses a batch with a layer that was not given.</summary>
    internal void RequireAll()
    {
        if (_next < _grid.Layers)
            throw new InputException(BatchName, $"layer {_next}", "was not given",
                $"Give each of the {_grid.Layers} layers of every batch once");
    }

    private string BatchName => Count == 1 ? NameOf(0) : $"the batch of {NameOf(0)} and {Count - 1} more";

    private string NameOf(int row) => GivenAttention.NameOf(Indices[row], Texts[row]);

    private void Check(int layer, long weights, ReadOnlySpan<long> shape)
    {
        if (_over) throw new InvalidOperationException("the function that got this batch has returned");
        string place = $"layer {layer}";
        if (layer < 0 || layer >= _grid.Layers)
            throw new InputException(BatchName, place, $"is not one of the {_grid.Layers} layers", "Count layers from 0");
        if (layer < _next || _early.ContainsKey(layer))
            throw new InputException(BatchName, place, "was given twice", "Give each layer of a batch once");
        long[] expected = [Count, _grid.Heads, Length, Length];
        string wanted = $"[B, H, T, T] = [{string.Join(", ", expected)}]";
        if (shape.Length > 0 && !shape.SequenceEqual(expected))
            throw new InputException(BatchName, place, $"has shape [{string.Join(", ", shape.ToArray())}] instead of {wanted}",
                "Give the maps of all heads of this batch's texts, padded to its longest");
        if (weights != (long)Count * _grid.Heads * Length * Length)
            throw new InputException(BatchName, place, $"has {weights} weights instead of {wanted}",
                "Give the maps of all heads of this batch's texts, padded to its longest");
    }

    private void Take(int layer, GivenRows rows)
    {
        _early.Add(layer, rows);
        while (_early.Remove(_next, out var turn))
        {
            using var maps = turn.Maps;
            _batch.RowSums = turn.Sums;
            _receive(_next, maps);
            _next++;
        }
    }
}
