using TorchSharp;

namespace AttentionNotebooks.Tests.Features;

/// <summary>Attention maps with known properties, as plain arrays [query, key].</summary>
internal static class Maps
{
    public static double[,] Of(int n, Func<int, int, double> weight)
    {
        var map = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) map[i, j] = weight(i, j);
        return map;
    }

    public static double[,] Uniform(int n) => Of(n, (_, _) => 1.0 / n);

    public static double[,] Identity(int n) => Of(n, (i, j) => i == j ? 1 : 0);

    /// <summary>Each query looks at the token before; the first at itself.</summary>
    public static double[,] Previous(int n) => Of(n, (i, j) => j == Math.Max(0, i - 1) ? 1 : 0);

    public static double[,] Column(int n, int key) => Of(n, (_, j) => j == key ? 1 : 0);

    /// <summary>Softmax of normal logits: rows sum to 1, nothing is zero.</summary>
    public static double[,] Random(int n, int seed, double sharpness = 2)
    {
        var random = new Random(seed);
        var map = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            double sum = 0;
            for (int j = 0; j < n; j++)
                sum += map[i, j] = Math.Exp(sharpness * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                    * Math.Cos(2 * Math.PI * random.NextDouble()));
            for (int j = 0; j < n; j++) map[i, j] /= sum;
        }
        return map;
    }
}

/// <summary>Maps held in memory as an attention source: one head grid, texts of any lengths.</summary>
internal sealed class MapsInMemory(HeadGrid grid, IReadOnlyList<AttentionText> texts, Func<int, Head, double[,]> map) : IAttentionSource
{
    public HeadGrid Grid => grid;

    public IReadOnlyList<AttentionText> Texts => texts;

    /// <summary>One text, one head.</summary>
    public static MapsInMemory Single(double[,] map, params string[] tokens) =>
        new(new HeadGrid(1, 1), [new AttentionText("0", map.GetLength(0), tokens.Length == 0 ? null : tokens)], (_, _) => map);

    public double[,] this[int text, Head head] => map(text, head);

    public string Fingerprint => "in memory";

    public TextMaps Maps(int text) => new(texts[text], grid,
        [.. grid.All().SelectMany(h => map(text, h).Cast<double>()).Select(v => (float)v)]);

    public void Visit(IAttentionVisitor visitor, VisitOptions? options = null, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default) =>
        VisitLoop.Run(this, visitor, (batch, receive) =>
        {
            for (int layer = 0; layer < grid.Layers; layer++)
            {
                using var scope = torch.NewDisposeScope();
                var padded = new float[batch.Count, grid.Heads, batch.Length, batch.Length];
                for (int b = 0; b < batch.Count; b++)
                    for (int h = 0; h < grid.Heads; h++)
                    {
                        var own = map(batch.Indices[b], new Head(layer, h));
                        for (int i = 0; i < own.GetLength(0); i++)
                            for (int j = 0; j < own.GetLength(1); j++) padded[b, h, i, j] = (float)own[i, j];
                    }
                // A copy in libtorch's own, aligned memory, as real sources have it: from a .NET array's address the same
                // product can differ in its last bit from run to run.
                receive(layer, torch.tensor(padded).clone());
            }
        }, options, progress, cancellation: cancellation);
}
