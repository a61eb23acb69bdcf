using System.Globalization;
using TorchSharp;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;
using static TorchSharp.torch;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>How near the forward pass is to what the machine can multiply.</summary>
internal static class GemmRows
{
    private const int Side = 2048, D = 768, F = 3072, Layers = 12, Heads = 12;

    /// <summary>Adds the rows: the rate of a big square product, of the model's own products alone, and of the whole pass.</summary>
    public static void Add(Report report, int rounds, int texts, int tokens, int batch, double fp32Seconds, double bf16Seconds)
    {
        double ofText = Operations(tokens);
        foreach (var (name, type, seconds, target) in new[]
            { ("fp32", ScalarType.Float32, fp32Seconds, "≥ 92 %"), ("bf16", ScalarType.BFloat16, bf16Seconds, "≥ 80 %") })
        {
            using var scope = NewDisposeScope();
            var products = Products(type, tokens, batch);
            Tensor a = rand(Side, Side).to_type(type), b = rand(Side, Side).to_type(type);
            var t = Of(rounds, ("square", () => Time(() => nn.functional.linear(a, b).Dispose())), ("own", () => Time(products)));
            double square = 2.0 * Side * Side * Side / t.Median("square") / 1e9, own = ofText * batch / t.Median("own") / 1e9,
                pass = ofText * texts / seconds / 1e9;
            report.Row($"matrix products of the pass at the machine's rate, {name}", Rate(own), $"{Side}³ product: {Rate(square)}",
                (own / square).ToString("P0", CultureInfo.InvariantCulture), target);
            report.Row($"the whole bare pass, {name}", Rate(pass), $"its products alone: {Rate(own)}", (pass / own)
                .ToString("P0", CultureInfo.InvariantCulture), "");
        }
    }

    // Eleven whole layers, and of the last one queries, keys and scores.
    private static double Operations(int t)
    {
        double projection = 2.0 * t * D * D, wide = 2.0 * t * D * F, map = 2.0 * t * t * D;
        return (Layers - 1) * (4 * projection + 2 * wide + 2 * map) + 2 * projection + map;
    }

    private static Action Products(ScalarType type, int t, int batch)
    {
        Tensor Random(params long[] shape) => randn(shape).to_type(type);
        Tensor x = Random(batch, t, D), wide = Random(batch, t, F), square = Random(D, D), up = Random(F, D), down = Random(D, F);
        Tensor q = Random(batch, Heads, t, D / Heads), k = Random(batch, Heads, D / Heads, t), p = Random(batch, Heads, t, t);
        return () =>
        {
            for (int l = 0; l < Layers; l++)
            {
                bool last = l == Layers - 1;
                for (int i = 0; i < (last ? 2 : 4); i++) nn.functional.linear(x, square).Dispose();
                q.matmul(k).Dispose();
                if (last) continue;
                p.matmul(q).Dispose();
                nn.functional.linear(x, up).Dispose();
                nn.functional.linear(wide, down).Dispose();
            }
        };
    }

    private static string Rate(double gigaflops) => string.Create(CultureInfo.InvariantCulture, $"{gigaflops:0} GFLOP/s");
}
