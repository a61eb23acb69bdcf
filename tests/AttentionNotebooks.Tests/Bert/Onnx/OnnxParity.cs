using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>How far the kit's pass of an encoder is from ONNX Runtime's pass of the same file: the largest differences.</summary>
/// <param name="Texts">Texts compared.</param>
/// <param name="Shortest">Tokens of the shortest, special ones included.</param>
/// <param name="Longest">Tokens of the longest.</param>
/// <param name="Tokens">Tokens of all.</param>
/// <param name="Maps">Of attention weights, by layer.</param>
/// <param name="Hidden">Of the last hidden states.</param>
/// <param name="Features">Of the standard features of all heads, relative to the value where that is above 1.</param>
internal sealed record OnnxParity(int Texts, int Shortest, int Longest, int Tokens, double[] Maps, double Hidden, double Features)
{
    private const int LongAlone = 160, Together = 6;

    /// <summary>Computes the same texts with both.</summary>
    /// <param name="checkpoint">The kit's.</param>
    /// <param name="engine">ONNX Runtime's.</param>
    /// <param name="texts">The texts. Long ones are run alone; shorter ones share batches in their order, so that many are padded.</param>
    public static OnnxParity Measure(Checkpoint checkpoint, OnnxEngine engine, IReadOnlyList<TokenizedText> texts)
    {
        double[] maps = new double[engine.Layers];
        double hidden = 0;
        var batches = texts.Where(t => t.Length <= LongAlone).Chunk(Together)
            .Concat(texts.Where(t => t.Length > LongAlone).Select(t => new[] { t }));
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            var input = new TokenBatch(batch, checkpoint.Tokenizer.PadId, CPU);
            long[] mask = [.. batch.SelectMany(t => Enumerable.Range(0, input.Length).Select(i => i < t.Length ? 1L : 0))];
            using var outputs = engine.Run(input.Ids.data<long>().ToArray(), input.Segments.data<long>().ToArray(), mask, input.Length);
            double[] here = new double[engine.Layers];
            var own = checkpoint.Encoder.forward(input.Ids, input.Segments, input.Mask, new AttentionHooks
            {
                // [B, H, T, T]: rows of a text's own tokens
                OnProbabilities = (layer, p) =>
                    here[layer] = Farthest(p, outputs[1 + layer].GetTensorDataAsSpan<float>(), batch, (int)p.shape[1], input.Length),
            });
            for (int layer = 0; layer < maps.Length; layer++) maps[layer] = Math.Max(maps[layer], here[layer]);
            hidden = Math.Max(hidden, Farthest(own, outputs[0].GetTensorDataAsSpan<float>(), batch, 1, (int)own.shape[2]));
        }
        TokenizedText[] sample = [.. texts.Where(t => t.Length is >= 8 and <= LongAlone)];
        var table = new LiveAttention(checkpoint, sample).Extract();
        var given = engine.Source(table.Grid, sample, checkpoint.Tokenizer.PadId).Extract();
        double features = table.Features.SelectMany(f => table.Grid.All().Select(h =>
            Math.Abs(table[h, f] - given[h, f]) / Math.Max(1, Math.Abs(table[h, f])))).Max();
        return new OnnxParity(texts.Count, texts.Min(t => t.Length), texts.Max(t => t.Length), texts.Sum(t => t.Length), maps, hidden,
            features);
    }

    /// <summary>
    /// Prose from one token to the model's longest, lengths evenly on a logarithmic scale; pairs; and awkward strings.
    /// </summary>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="prose">Sentences.</param>
    /// <param name="awkward">Strings that tokenizers get wrong.</param>
    public static IReadOnlyList<TokenizedText> Mixture(TextTokenizer tokenizer, IReadOnlyList<string> prose, IReadOnlyList<string> awkward)
    {
        const int spread = 150, pairs = 20;
        var texts = new List<TokenizedText>();
        string From(int start) => string.Join(' ', Enumerable.Range(0, 120).Select(i => prose[(37 * start + i) % prose.Count]));
        for (int i = 0; i < spread; i++)
        {
            int length = (int)Math.Round(Math.Pow(tokenizer.MaxLength, i / (spread - 1.0)));
            var text = tokenizer.Encode(From(i), Math.Max(3, length));
            texts.Add(length >= 3 ? text : text with { Ids = text.Ids[..length], Segments = text.Segments[..length] });
        }
        for (int i = 0; i < pairs; i++) texts.Add(tokenizer.Encode(prose[i], prose[^(i + 1)], 8 + 12 * i));
        texts.AddRange(awkward.Select(a => tokenizer.Encode(a)));
        new Random(1).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(texts));
        return texts;
    }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Texts} texts of {Shortest} to {Longest} tokens ({Tokens} in all): maps {Maps.Max():0.0e+0} "
        + $"(by layer {string.Join(' ', Maps.Select(m => m.ToString("0.0e+0", System.Globalization.CultureInfo.InvariantCulture)))}), "
        + $"last hidden state {Hidden:0.0e+0}, standard features {Features:0.0e+0}");

    // The largest difference over the rows of own tokens: per text so many blocks of T rows.
    private static unsafe double Farthest(Tensor own, ReadOnlySpan<float> other, TokenizedText[] batch, int blocks, int width)
    {
        using var plain = own.contiguous();
        var mine = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(plain.bytes);
        Assert.Equal(mine.Length, other.Length);
        int rows = mine.Length / width / blocks / batch.Length;
        float[] difference = new float[width * rows];
        float farthest = 0;
        for (int b = 0; b < batch.Length; b++)
            for (int h = 0; h < blocks; h++)
            {
                int start = (b * blocks + h) * rows * width, count = batch[b].Length * width;
                var into = difference.AsSpan(0, count);
                TensorPrimitives.Subtract(mine.Slice(start, count), other.Slice(start, count), into);
                float most = Math.Abs(TensorPrimitives.MaxMagnitude<float>(into));
                farthest = float.IsNaN(most) ? most : Math.Max(farthest, most);
            }
        return farthest;
    }
}
