using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Some sentences of like length, padded to L words, as tensors that live until the batch is disposed.</summary>
internal sealed class ProbeBatch : IDisposable
{
    private readonly Tensor _to, _from, _specials; // float16

    public ProbeBatch(ProbeData data, WordVectors? vectors, IReadOnlyList<int> sentences)
    {
        Sentences = sentences;
        Length = sentences.Max(s => data.Sentences[s].Words);
        int count = sentences.Count, size = Length + ProbeSentence.Specials, d = vectors?.Dimensions ?? 0;
        var maps = new Half[count * data.Maps * size * size];
        var words = new float[count * Length * d];
        var closed = new bool[count * Length * (Length + 1)];
        var rows = new List<long>();
        var targets = new List<long>();
        for (int b = 0; b < count; b++)
        {
            var s = data.Sentences[sentences[b]];
            int own = s.Words + ProbeSentence.Specials;
            for (int k = 0; k < data.Maps; k++)
                for (int i = 0; i < own; i++)
                    s.Maps.AsSpan((k * own + i) * own, own).CopyTo(maps.AsSpan(((b * data.Maps + k) * size + i) * size));
            vectors?[sentences[b]].CopyTo(words.AsSpan(b * Length * d));
            for (int i = 0; i < Length; i++)
                // no word depends on itself or on padding
                for (int j = 0; j < Length; j++) closed[(b * Length + i) * (Length + 1) + j] = j >= s.Words || i == j;
            for (int i = 0; i < s.Words; i++)
            {
                if (!s.Scored[i]) continue;
                rows.Add(b * Length + i);
                targets.Add(s.Heads[i] == s.Words ? Length : s.Heads[i]);
            }
        }
        using var scope = NewDisposeScope();
        // [B, K, L + 2, L + 2]
        var all = tensor(maps, [count, data.Maps, size, size]);
        Tensor Part(int row, int rows, int column, int columns) => all.narrow(2, row, rows).narrow(3, column, columns);
        const int First = ProbeSentence.Specials;
        // [B, K, L, L]
        var among = Part(First, Length, First, Length);
        _to = among.permute(0, 2, 1, 3).contiguous().DetachFromDisposeScope();
        _from = among.permute(0, 3, 1, 2).contiguous().DetachFromDisposeScope();
        _specials = cat([Part(First, Length, 0, 1).squeeze(3), Part(0, 1, First, Length).squeeze(2), Part(First, Length, 1, 1).squeeze(3),
            Part(1, 1, First, Length).squeeze(2)], 1)
            // [B, L, 4K]
            .transpose(1, 2).contiguous().DetachFromDisposeScope();
        Words = tensor(words, [count, Length, d]).DetachFromDisposeScope();
        Closed = tensor(closed, [count, Length, Length + 1]).DetachFromDisposeScope();
        Rows = tensor(rows.ToArray()).DetachFromDisposeScope();
        Targets = tensor(targets.ToArray()).DetachFromDisposeScope();
    }

    /// <summary>The sentences' positions in the data.</summary>
    public IReadOnlyList<int> Sentences { get; }

    /// <summary>Words of the longest sentence, L.</summary>
    public int Length { get; }

    /// <summary><c>[B, L, d]</c>.</summary>
    public Tensor Words { get; }

    /// <summary>Candidates that cannot be the head; the last column is the root: <c>[B, L, L + 1]</c>, bool.</summary>
    public Tensor Closed { get; }

    /// <summary>Which of the B · L rows count, <c>[n]</c>.</summary>
    public Tensor Rows { get; }

    /// <summary>Their heads, L for the root, <c>[n]</c>.</summary>
    public Tensor Targets { get; }

    /// <summary>Every word's attention to the others, and the others' to it: <c>[B, L, K, L]</c> twice, and its attention to [CLS], from
    /// [CLS], to [SEP], from [SEP]: <c>[B, L, 4K]</c>.</summary>
    public (Tensor To, Tensor From, Tensor Specials) Features() =>
        (_to.to_type(ScalarType.Float32), _from.to_type(ScalarType.Float32), _specials.to_type(ScalarType.Float32));

    public void Dispose()
    {
        foreach (var t in new[] { _to, _from, _specials, Words, Closed, Rows, Targets }) t.Dispose();
    }
}
