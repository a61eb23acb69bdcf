using TorchSharp;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;
using static TorchSharp.torch;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>Pairwise distances of 144 heads against the numpy algorithm of Clark et al. 2019.</summary>
internal static class DistanceRows
{
    private const int Tokens = 128;
    private static readonly HeadGrid Grid = new(12, 12);

    public static Report Measure(int rounds)
    {
        var report = new Report($"Distances of 144 heads, one text of {Tokens} tokens");
        string file = Path.GetTempFileName();
        using var maps = RandomMaps(Grid, Tokens);
        try
        {
            File.WriteAllBytes(file, maps.bytes.ToArray());
            using var numpy = PythonPeer.Start("head_distances.py", file, $"{Grid.Count}", $"{Tokens}");
            double[] ours = [], theirs = [];
            var smoothed = HeadDistance.JensenShannonSmoothed(0.001);
            var contestants = new List<(string, Func<double>)>
                { ("js", () => Time(() => ours = Matrix(smoothed, maps))),
                    ("w1", () => Time(() => Matrix(HeadDistance.Wasserstein, maps))) };
            if (numpy is not null) contestants.Add(("numpy", () => { var (s, v) = numpy.Run("js"); theirs = v; return s; }));
            var t = Of(rounds, [.. contestants]);
            if (numpy is not null)
            {
                report.Same("numpy and ours, Jensen–Shannon", ours, theirs);
                report.Row("Jensen–Shannon, smoothed as in Clark et al.'s code", $"{t.Seconds("js", 1000)} ms",
                    $"{t.Seconds("numpy", 1000)} ms", $"{t.Ratio("numpy", "js")} ×", "≥ 20 ×");
                report.Note($"Peer: {numpy.Versions}, float32; ours sums in float64.");
            }
            report.Row("Wasserstein-1 against Jensen–Shannon", $"{t.Seconds("w1", 1000)} ms", $"{t.Seconds("js", 1000)} ms",
                $"{t.Ratio("js", "w1")} ×", "≥ 1 ×");
            return report;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Random maps whose rows sum to 1, neither uniform nor one-hot: <c>[N, T, T]</c>.</summary>
    internal static Tensor RandomMaps(HeadGrid grid, int tokens)
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        return randn(grid.Count, tokens, tokens).mul(tensor(2f)).softmax(-1).MoveToOuterDisposeScope();
    }

    internal static double[] Matrix(HeadDistance distance, Tensor maps)
    {
        int n = (int)maps.shape[^1];
        using var reducer = new HeadDistanceReducer(Grid, distance);
        using var batch = new TextBatch([new AttentionText("0", n, null)], [0]);
        for (int layer = 0; layer < Grid.Layers; layer++)
        {
            using var scope = NewDisposeScope();
            using var ofLayer = new LayerMaps(batch, layer, maps.narrow(0, layer * Grid.Heads, Grid.Heads).unsqueeze(0));
            reducer.Visit(ofLayer);
        }
        return [.. reducer.ToMatrix().Cast<double>()];
    }
}
