using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Which pairs of query and key of a batch count as words that look at words, and where each stands. Pairs at one position never
/// count: the diagonal, and the pieces of one word where positions are those of whole words.
/// </summary>
internal sealed class WordPairs : IDisposable
{
    private readonly KeptTensors _tensors = new();
    private readonly TextBatch _batch;
    private readonly Device _device;

    private WordPairs(TextBatch batch, Func<AttentionText, Layout> layoutOf)
    {
        (_batch, _device) = (batch, batch.Mask.device);
        Layout[] layouts = [.. batch.Texts.Select(layoutOf)];
        Stride = (batch.Length + WordScan.Lanes - 1) / WordScan.Lanes * WordScan.Lanes;
        MasksPerText = layouts.Max(l => l.Keys.Length);
        Position = new float[batch.Count * Stride];
        MaskOf = new int[batch.Count * batch.Length];
        Masks = new float[batch.Count * MasksPerText * Stride];
        Array.Fill(MaskOf, -1);
        for (int b = 0; b < layouts.Length; b++)
        {
            var (at, of, keys, _) = layouts[b];
            for (int i = 0; i < at.Length; i++)
            {
                Position[b * Stride + i] = at[i];
                MaskOf[b * batch.Length + i] = of[i];
                for (int s = 0; s < keys.Length; s++) Masks[(b * MasksPerText + s) * Stride + i] = keys[s][i] ? 1 : 0;
            }
        }
        (float Rows, float Uniform)[] facts = [.. layouts.Select(FactsOf)];
        Rows = Of([.. facts.Select(f => f.Rows)], batch.Count, 1);
        Uniform = Of([.. facts.Select(f => f.Uniform)], batch.Count, 1);
        if (layouts[0].Words is not null) Merge = Merging(layouts);
    }

    /// <summary>Room for a row of keys: a multiple of the kernel's width, in numbers.</summary>
    public int Stride { get; }

    /// <summary>How many masks a text has.</summary>
    public int MasksPerText { get; }

    /// <summary>Where each token stands, <c>[B, Stride]</c>.</summary>
    public float[] Position { get; }

    /// <summary>Which mask says what keys a query may look at, <c>[B, T]</c>; −1 for a token that is no query.</summary>
    public int[] MaskOf { get; }

    /// <summary>1 for keys that count, <c>[B, MasksPerText, Stride]</c>.</summary>
    public float[] Masks { get; }

    /// <summary>How many rows of a text have a key to look at, <c>[B, 1]</c>, float32.</summary>
    public Tensor Rows { get; }

    /// <summary>The mean distance of a map that gives all keys of a row the same, <c>[B, 1]</c>, float32; NaN without a pair.</summary>
    public Tensor Uniform { get; }

    /// <summary>The mean over the pieces of each word as a product, <c>[B, T, W]</c>; <see langword="null"/> where rows are
    /// tokens.</summary>
    public Tensor? Merge { get; }

    /// <summary>1 for pairs that count, <c>[B, T, T]</c>, float32.</summary>
    public Tensor Weights => _tensors.Of(nameof(Weights), () => Pairwise((b, i, j) =>
        MaskOf[b * _batch.Length + i] is >= 0 and int mask && Position[b * Stride + i] != Position[b * Stride + j]
            ? Masks[(b * MasksPerText + mask) * Stride + j] : 0));

    /// <summary>From query to key, <c>[B, T, T]</c>, float32.</summary>
    public Tensor Offsets => _tensors.Of(nameof(Offsets), () => Pairwise((b, i, j) =>
        Position[b * Stride + j] - Position[b * Stride + i]));

    /// <summary>Word pieces that look at other word pieces; positions are those of the tokens.</summary>
    public static WordPairs Tokens(TextBatch batch) => new(batch, text =>
    {
        bool[] words = IsWord(text);
        return new(Positions(text), [.. words.Select(w => w ? 0 : -1)], [words], null);
    });

    /// <summary>Words that look at other words; positions are the words' numbers.</summary>
    public static WordPairs WholeWords(TextBatch batch) => new(batch, text =>
    {
        int[] words = [.. text.Words ?? TokenWords.Of(text).Select(w => w.Number)];
        return new([.. words.Select(w => (float)w)], [.. words.Select(w => w < 0 ? -1 : 0)], [[.. words.Select(w => w >= 0)]], words);
    });

    /// <summary>Word pieces that look at those of their own text of a pair, or of the other text.</summary>
    public static WordPairs OfPairs(TextBatch batch, bool across) => new(batch, text =>
    {
        bool[] words = IsWord(text);
        int[] segments = text.Segments();
        return new(Positions(text), [.. words.Select((w, i) => w ? segments[i] : -1)],
            [.. Enumerable.Range(0, segments.Max() + 1)
                .Select(s => words.Select((w, i) => w && segments[i] == s != across).ToArray())], null);
    });

    /// <summary>Pairs of which at least one is a special token: all that are none of <see cref="Tokens"/>.</summary>
    public static WordPairs WithSpecial(TextBatch batch) => new(batch, text =>
    {
        bool[] words = IsWord(text);
        return new(Positions(text), [.. words.Select(w => w ? 1 : 0)], [[.. words.Select(_ => true)], [.. words.Select(w => !w)]], null);
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

    private static float[] Positions(AttentionText text) => [.. Enumerable.Range(0, text.Length).Select(i => (float)i)];

    private static (float Rows, float Uniform) FactsOf(Layout text)
    {
        int rows = 0;
        double distance = 0;
        // One row per position: of a word that is split, its first piece stands for it.
        int[] First(IEnumerable<int> tokens) => [.. tokens.DistinctBy(i => text.Position[i])];
        foreach (int i in First(Enumerable.Range(0, text.Position.Length).Where(i => text.MaskOf[i] >= 0)))
        {
            bool[] keys = text.Keys[text.MaskOf[i]];
            int[] others = First(Enumerable.Range(0, keys.Length).Where(j => keys[j] && text.Position[j] != text.Position[i]));
            if (others.Length == 0) continue;
            rows++;
            distance += others.Average(j => Math.Abs(text.Position[i] - text.Position[j]));
        }
        return (rows, (float)(distance / rows));
    }

    private Tensor Merging(Layout[] layouts)
    {
        int words = Math.Max(1, layouts.Max(l => l.Words!.Max() + 1));
        var merge = new float[layouts.Length * _batch.Length * words];
        for (int b = 0; b < layouts.Length; b++)
        {
            var pieces = layouts[b].Words!.CountBy(w => w).ToDictionary();
            foreach (var (i, w) in layouts[b].Words!.Index())
                if (w >= 0) merge[(b * _batch.Length + i) * words + w] = 1f / pieces[w];
        }
        return Of(merge, layouts.Length, _batch.Length, words);
    }

    private Tensor Pairwise(Func<int, int, int, float> of)
    {
        int t = _batch.Length;
        var values = new float[_batch.Count * t * t];
        for (int b = 0; b < _batch.Count; b++)
            for (int i = 0; i < t; i++)
                for (int j = 0; j < t; j++) values[(b * t + i) * t + j] = of(b, i, j);
        return Of(values, _batch.Count, t, t);
    }

    private Tensor Of(float[] values, params long[] shape)
    {
        using var borrowed = tensor(values, shape, device: _device);
        return borrowed.clone().DetachFromDisposeScope();
    }

    // Per token where it stands and which of the masks of keys is its own (−1: no query); per mask the keys; per token its word.
    private readonly record struct Layout(float[] Position, int[] MaskOf, bool[][] Keys, int[]? Words);
}
