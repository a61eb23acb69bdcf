using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Which pairs of query and key of a batch count as words that look at words, and where each stands. The diagonal never counts.
/// T are the rows of the maps: tokens, or words where pieces are merged.
/// </summary>
internal sealed class WordPairs : IDisposable
{
    private readonly KeptTensors _tensors = new();
    private readonly int _texts, _length;
    private readonly Device _device;

    private WordPairs(TextBatch batch, Func<AttentionText, Layout> layoutOf)
    {
        Layout[] layouts = [.. batch.Texts.Select(layoutOf)];
        (_texts, _device) = (batch.Count, batch.Mask.device);
        _length = layouts[0].WordOf is null ? batch.Length : Math.Max(1, layouts.Max(l => l.MaskOf.Length));
        Stride = (_length + WordScan.Lanes - 1) / WordScan.Lanes * WordScan.Lanes;
        MasksPerText = layouts.Max(l => l.Keys.Length);
        MaskOf = new int[_texts * _length];
        Masks = new float[_texts * MasksPerText * Stride];
        Array.Fill(MaskOf, -1);
        for (int b = 0; b < layouts.Length; b++)
        {
            var (of, keys, _) = layouts[b];
            of.CopyTo(MaskOf, b * _length);
            for (int s = 0; s < keys.Length; s++)
                for (int j = 0; j < keys[s].Length; j++) Masks[(b * MasksPerText + s) * Stride + j] = keys[s][j] ? 1 : 0;
        }
        (float Rows, float Uniform)[] facts = [.. layouts.Select(FactsOf)];
        Rows = Of([.. facts.Select(f => f.Rows)], _texts, 1);
        Uniform = Of([.. facts.Select(f => f.Uniform)], _texts, 1);
        if (layouts[0].WordOf is not null) Merge = Merging(layouts, batch.Length);
    }

    /// <summary>Room for a row of keys: a multiple of the kernel's width, in numbers.</summary>
    public int Stride { get; }

    /// <summary>How many masks a text has.</summary>
    public int MasksPerText { get; }

    /// <summary>Which mask says what keys a query may look at, <c>[B, T]</c>; −1 for a row that is no query.</summary>
    public int[] MaskOf { get; }

    /// <summary>1 for keys that count, <c>[B, MasksPerText, Stride]</c>.</summary>
    public float[] Masks { get; }

    /// <summary>How many rows of a text have a key to look at, <c>[B, 1]</c>, float32.</summary>
    public Tensor Rows { get; }

    /// <summary>The mean distance of a map that gives all keys of a row the same, <c>[B, 1]</c>, float32; NaN without a pair.</summary>
    public Tensor Uniform { get; }

    /// <summary>Where a piece is of a word, one over the number of the word's pieces: <c>[B, tokens, T]</c>, float32;
    /// <see langword="null"/> where rows are tokens.</summary>
    public Tensor? Merge { get; }

    /// <summary>1 for pairs that count, <c>[B, T, T]</c>, float32.</summary>
    public Tensor Weights => _tensors.Of(nameof(Weights), () => Pairwise((b, i, j) =>
        MaskOf[b * _length + i] is >= 0 and int mask && i != j ? Masks[(b * MasksPerText + mask) * Stride + j] : 0));

    /// <summary>From query to key, j − i, <c>[T, T]</c>, float32.</summary>
    public Tensor Offsets => _tensors.Of(nameof(Offsets), () =>
        Of([.. Enumerable.Range(0, _length * _length).Select(at => (float)(at % _length - at / _length))], _length, _length));

    /// <summary>Word pieces that look at other word pieces.</summary>
    public static WordPairs Tokens(TextBatch batch) => new(batch, text =>
    {
        bool[] words = IsWord(text);
        return new([.. words.Select(w => w ? 0 : -1)], [words], null);
    });

    /// <summary>Words that look at other words, their pieces merged.</summary>
    public static WordPairs WholeWords(TextBatch batch) => new(batch, text =>
    {
        // By the marks of the pieces alone: a source's own words would make live and saved maps of one text differ.
        int[] wordOf = [.. TokenWords.Of(text).Select(w => w.Number)];
        int words = wordOf.Max() + 1;
        return new(new int[words], [[.. Enumerable.Repeat(true, words)]], wordOf);
    });

    /// <summary>Word pieces that look at those of their own text of a pair, or of the other text.</summary>
    public static WordPairs OfPairs(TextBatch batch, bool across) => new(batch, text =>
    {
        bool[] words = IsWord(text);
        int[] segments = text.Segments();
        return new([.. words.Select((w, i) => w ? segments[i] : -1)],
            [.. Enumerable.Range(0, segments.Max() + 1)
                .Select(s => words.Select((w, i) => w && segments[i] == s != across).ToArray())], null);
    });

    /// <summary>Pairs of which at least one is a special token: all that are none of <see cref="Tokens"/>.</summary>
    public static WordPairs WithSpecial(TextBatch batch) => new(batch, text =>
    {
        bool[] words = IsWord(text);
        return new([.. words.Select(w => w ? 1 : 0)], [[.. words.Select(_ => true)], [.. words.Select(w => !w)]], null);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _tensors.Dispose();
        Rows.Dispose();
        Uniform.Dispose();
        Merge?.Dispose();
    }

    // Where tokens are not known, the first and the last count as special.
    private static bool[] IsWord(AttentionText text) =>
        [.. Enumerable.Range(0, text.Length).Select(i => text.Roles is { } roles ? !roles[i].IsSpecial() : i > 0 && i < text.Length - 1)];

    private static (float Rows, float Uniform) FactsOf(Layout text)
    {
        int rows = 0;
        double distance = 0;
        for (int mask = 0; mask < text.Keys.Length; mask++)
        {
            // Σ_j |i − j| over the keys j from those before i and those behind it: one pass, whatever the length.
            bool[] keys = text.Keys[mask];
            long all = 0, count = 0, before = 0, beforeCount = 0;
            for (int j = 0; j < keys.Length; j++) if (keys[j]) (all, count) = (all + j, count + 1);
            for (int i = 0; i < keys.Length; i++)
            {
                long others = count - (keys[i] ? 1 : 0);
                if (text.MaskOf[i] == mask && others > 0)
                {
                    rows++;
                    distance += (i * beforeCount - before + (all - before) - i * (count - beforeCount)) / (double)others;
                }
                if (keys[i]) (before, beforeCount) = (before + i, beforeCount + 1);
            }
        }
        return (rows, (float)(distance / rows));
    }

    private Tensor Merging(Layout[] layouts, int tokens)
    {
        var merge = new float[_texts * tokens * _length];
        for (int b = 0; b < layouts.Length; b++)
        {
            var pieces = layouts[b].WordOf!.CountBy(w => w).ToDictionary();
            foreach (var (i, w) in layouts[b].WordOf!.Index())
                if (w >= 0) merge[(b * tokens + i) * _length + w] = 1f / pieces[w];
        }
        return Of(merge, _texts, tokens, _length);
    }

    private Tensor Pairwise(Func<int, int, int, float> of)
    {
        int t = _length;
        var values = new float[_texts * t * t];
        for (int b = 0; b < _texts; b++)
            for (int i = 0; i < t; i++)
                for (int j = 0; j < t; j++) values[(b * t + i) * t + j] = of(b, i, j);
        return Of(values, _texts, t, t);
    }

    private Tensor Of(float[] values, params long[] shape)
    {
        using var borrowed = tensor(values, shape, device: _device);
        return borrowed.clone().DetachFromDisposeScope();
    }

    // Per row which of the masks of keys is its own (−1: no query); per mask the keys; where pieces are merged, per token its word.
    private readonly record struct Layout(int[] MaskOf, bool[][] Keys, int[]? WordOf);
}
