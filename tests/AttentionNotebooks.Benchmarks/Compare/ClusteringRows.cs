using System.Globalization;
using System.Runtime.InteropServices;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>K-means, silhouettes and t-SNE against scikit-learn, on as many points as BERT-large has heads.</summary>
internal static class ClusteringRows
{
    private const int Points = 384, Dimensions = 30, Groups = 7;

    public static Report Measure(int rounds)
    {
        var report = new Report($"Clustering: {Points} points of {Dimensions} dimensions in {Groups} overlapping groups");
        double[][] points = RandomPoints();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, MemoryMarshal.AsBytes<double>(points.SelectMany(p => p).ToArray()).ToArray());
            using var sklearn = PythonPeer.Start("clustering.py", file, $"{Points}", $"{Dimensions}");
            double[] ours = [], theirs = [], theirMap = [];
            TSneFit? map = null;
            var contestants = new List<(string, Func<double>)>
                { ("kmeans", () => Time(() => ours = KMeansAndSilhouettes(points))),
                    ("tsne", () => Time(() => map = TSne.Fit(HeadSpace.OfPoints(points)))) };
            if (sklearn is not null)
            {
                contestants.Add(("their kmeans", () => { var (s, v) = sklearn.Run("kmeans"); theirs = v; return s; }));
                contestants.Add(("their tsne", () => { var (s, v) = sklearn.Run("tsne"); theirMap = v; return s; }));
            }
            var t = Of(rounds, [.. contestants]);
            if (sklearn is null)
            {
                report.Row("K-means, 50 restarts, k = 2 … 12, with silhouettes", $"{t.Seconds("kmeans")} s", "missing", "", "≥ 5 ×");
                report.Row("t-SNE, exact, 1,000 iterations", $"{t.Seconds("tsne")} s", "missing", "", "≥ 1 ×");
                return report;
            }
            for (int i = 0; i < ours.Length; i += 2)
                if (ours[i] > theirs[i] * (1 + 1e-4))
                    throw new InvalidOperationException($"k = {2 + i / 2}: inertia {ours[i]}, the peer found {theirs[i]}");
            int same = Enumerable.Range(0, ours.Length / 2)
                .Count(i => Math.Abs(ours[2 * i] / theirs[2 * i] - 1) < 1e-6 && Math.Abs(ours[2 * i + 1] - theirs[2 * i + 1]) < 1e-4);
            report.Note(
                $"K-means: inertia never above the peer's; for {same} of {ours.Length / 2} k it is the very same partition, inertia and "
                    + $"silhouette, for the others ours is lower.");
            report.Note(string.Create(CultureInfo.InvariantCulture,
                $"t-SNE: divergence {map!.Divergence:0.000} nats, the peer's {theirMap[0]:0.000}; the starts are random, so that the "
                    + $"pictures differ."));
            if (map.Divergence > theirMap[0] * 1.1) throw new InvalidOperationException("t-SNE stopped far above the peer's divergence");
            report.Row("K-means, 50 restarts, k = 2 … 12, with silhouettes", $"{t.Seconds("kmeans")} s", $"{t.Seconds("their kmeans")} s",
                $"{t.Ratio("their kmeans", "kmeans")} ×", "≥ 5 ×");
            report.Row("t-SNE, exact, 1,000 iterations", $"{t.Seconds("tsne")} s", $"{t.Seconds("their tsne")} s",
                $"{t.Ratio("their tsne", "tsne")} ×", "≥ 1 ×");
            report.Note($"Peer: {sklearn.Versions}.");
            return report;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Points around random centres, seeded.</summary>
    internal static double[][] RandomPoints()
    {
        var random = new Random(1);
        double Normal() => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1);
        double[][] centres = [.. Enumerable.Range(0, Groups)
            .Select(_ => Enumerable.Range(0, Dimensions).Select(_ => 1.2 * Normal()).ToArray())];
        return [.. Enumerable.Range(0, Points).Select(i => centres[i % Groups].Select(c => c + Normal()).ToArray())];
    }

    private static double[] KMeansAndSilhouettes(double[][] points)
    {
        var space = HeadSpace.OfPoints(points);
        return [.. Enumerable.Range(2, 11).SelectMany(k =>
        {
            var fit = KMeans.Fit(points, k);
            return new[] { fit.Inertia, Validity.Silhouettes(space.Distances, fit.Labels).Average() };
        })];
    }
}
