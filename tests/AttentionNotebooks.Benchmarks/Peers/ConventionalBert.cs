using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Benchmarks.Peers;

/// <summary>
/// The conventional program on this kit's own libtorch: the whole forward pass, every layer's maps kept until the batch is
/// done, copied to the host, and then feature by feature, each by its formula. So that no ratio is owed to an old PyTorch.
/// </summary>
internal static class ConventionalBert
{
    private static readonly Scalar MinusOne = -1.0, Near = 2.0, Tiny = 1e-30;

    /// <summary>Means over the texts, <c>[L · H · 14]</c> in the order of the standard features.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="texts">Texts of equal length.</param>
    /// <param name="batch">Texts per batch.</param>
    public static double[] Run(Checkpoint checkpoint, IReadOnlyList<TokenizedText> texts, int batch)
    {
        double[]? sums = null;
        using var noGradients = no_grad();
        foreach (var part in texts.Chunk(batch))
        {
            using var scope = NewDisposeScope();
            var ids = tensor(part.SelectMany(t => t.Ids.Select(i => (long)i)).ToArray(), [part.Length, part[0].Length]);
            var kept = new List<Tensor>();
            checkpoint.Model.Bert.forward(ids, hooks: new AttentionHooks
            { OnProbabilities = (_, p) => kept.Add(p.detach().DetachFromDisposeScope()) }).Dispose();
            var onHost = kept.ConvertAll(p => p.cpu());
            var values = onHost.SelectMany(Features).ToArray();
            sums = sums is null ? values : [.. sums.Zip(values, (a, b) => a + b)];
            foreach (var p in kept) p.Dispose();
        }
        return [.. sums!.Select(s => s / texts.Count)];
    }

    private static double[] Features(Tensor a)
    {
        using var scope = NewDisposeScope();
        long n = a.shape[^1];
        var length = tensor((float)n);
        var position = tensor(Enumerable.Range(0, (int)n).Select(i => (float)i).ToArray());
        var offset = position.unsqueeze(0).add(position.unsqueeze(1), MinusOne);
        var distance = offset.abs();
        Tensor Weighted(Tensor w) => a.mul(w).sum([-2, -1]).div(length);
        Tensor Diagonal(int at) => a.diagonal(at, -2, -1).sum(dim: -1).div(length);
        Tensor Entropy() => a.mul(a.clamp_min(Tiny).log()).sum(dim: -1).mean([-1L]).neg();
        var centre = a.matmul(position).unsqueeze(-1);
        var deviation = position.add(centre, MinusOne);
        var column = a.mean([-2L]);
        var all = stack(
        [
            Weighted(distance), Weighted(offset), a.mul(deviation.mul(deviation)).sum(dim: -1).sqrt().mean([-1L]),
                Weighted(distance.le(Near).to_type(ScalarType.Float32)),
            Entropy(), a.amax([-1]).mean([-1L]),
            Diagonal(0), Diagonal(-1), Diagonal(1), a.select(-1, 0).mean([-1L]), a.select(-1, n - 1).mean([-1L]),
            Entropy(), column.mul(column.clamp_min(Tiny).log()).sum(dim: -1), Weighted(distance).div(length).neg(),
        ], -1);                                                                             // [B, H, 14]
        return [.. all.to_type(ScalarType.Float64).sum(dim: 0).contiguous().data<double>()];
    }
}
