using Accord.Math.Random;

namespace AttentionNotebooks.AccordEngine;

/// <summary>Runs an algorithm of Accord several times under seeds of its own and keeps the best result.</summary>
internal static class Starts
{
    /// <summary>The labels that score highest.</summary>
    /// <param name="name">The algorithm, for the error.</param>
    /// <param name="points"><c>[heads][features]</c>.</param>
    /// <param name="k">The number of clusters.</param>
    /// <param name="seed">Decides the seeds.</param>
    /// <param name="count">How many starts.</param>
    /// <param name="fit">From a copy of the points to labels.</param>
    /// <param name="score">Of the labels that <paramref name="fit"/> has just returned; the higher, the better.</param>
    /// <exception cref="InputException">No start gave k clusters.</exception>
    public static int[] Best(string name, double[][] points, int k, int seed, int count, Func<double[][], int[]> fit,
        Func<int[], double> score)
    {
        var random = new Random(seed);
        (int[]? Labels, double Score) best = (null, double.NegativeInfinity);
        Exception? failure = null;
        int? before = Generator.ThreadSeed;
        try
        {
            for (int s = 0; s < count; s++)
            {
                // The seed of this thread alone: that of the process would sleep 100 ms and reach other work.
                Generator.ThreadSeed = random.Next();
                try
                {
                    int[] labels = fit([.. points.Select(p => (double[])p.Clone())]);
                    if (labels.Distinct().Count() != k) continue; // a cluster was left empty
                    double value = score(labels);
                    if (best.Labels is null || value > best.Score) best = (labels, value);
                }
                // Accord reports one and the same trouble, a start that does not work, as exceptions of several types:
                // ArgumentException, AggregateException around it, NonPositiveDefiniteMatrixException.
                catch (Exception e) when (e is not (OutOfMemoryException or InputException)) { failure = e; }
            }
        }
        finally { Generator.ThreadSeed = before; }
        return best.Labels ?? throw new InputException($"algorithm {name}", $"k = {k}", $"gave {k} clusters in none of {count} starts",
            "Choose a smaller k, or the algorithm of this kit", failure);
    }
}
