namespace AttentionNotebooks;

/// <summary>Two states of a model on the same test items, over several seeds. Differences are first minus second.</summary>
/// <param name="First">What is compared.</param>
/// <param name="Second">With what.</param>
/// <param name="Loss">Difference in mean loss of a question, in nats; below 0 the first is better.</param>
/// <param name="LossInterval">Its 95 % interval: seeds and items are both drawn with replacement (percentiles).</param>
/// <param name="LossPValue">Two-sided p of a permutation test: the sign of each item's difference, averaged over the seeds, is flipped at
/// random.</param>
/// <param name="Accuracy">Difference in accuracy; above 0 the first is better.</param>
/// <param name="AccuracyInterval">Its 95 % interval.</param>
/// <param name="AccuracyPValue">As for the loss.</param>
/// <param name="SeedsWithLessLoss">In how many seeds the first has less loss.</param>
/// <param name="Seeds">Of how many.</param>
public sealed record PairedComparison(string First, string Second, double Loss, Interval LossInterval, double LossPValue,
    double Accuracy, Interval AccuracyInterval, double AccuracyPValue, int SeedsWithLessLoss, int Seeds)
{
    private const int Draws = 2000;

    // So many that the correction of hundreds of comparisons leaves a p-value below 0.05 possible.
    internal const int Flips = 9999;
    private const double Rounding = 5e-6;

    /// <summary>Compares.</summary>
    /// <param name="first">The first's name and its scores, one per seed.</param>
    /// <param name="second">The second's, of the same seeds.</param>
    /// <param name="items">The test items.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="ArgumentException">The seeds differ in number, or there is nothing to compare.</exception>
    public static PairedComparison Compute((string Name, IReadOnlyList<TaskScores> Scores) first,
        (string Name, IReadOnlyList<TaskScores> Scores) second, IReadOnlyList<int> items, int seed = 0)
    {
        int seeds = first.Scores.Count;
        if (seeds == 0 || second.Scores.Count != seeds || items.Count == 0)
            throw new ArgumentException($"{seeds} and {second.Scores.Count} seeds, {items.Count} items");
        double[][] Per(Func<TaskScores, double[]> of, Func<double, double, double> difference) =>
            [.. first.Scores.Zip(second.Scores, (x, y) => (Of: of(x), Against: of(y)))
                .Select(p => items.Select(i => difference(p.Of[i], p.Against[i])).ToArray())];
        double[][] losses = Per(t => t.Losses, (a, b) => Differs(a, b) ? a - b : 0),
            right = Per(t => t.Correct.Select(c => (double)c).ToArray(), (a, b) => a - b);
        double[][] targets = [.. first.Scores.Select(t => items.Select(i => (double)t.Targets[i]).ToArray())];
        var (loss, lossInterval, lossP) = Compute(losses, targets, seed);
        var (accuracy, accuracyInterval, accuracyP) = Compute(right, targets, seed);
        return new(first.Name, second.Name, loss, lossInterval, lossP, accuracy, accuracyInterval, accuracyP,
            losses.Count(l => l.Sum() < 0), seeds);
    }

    // Losses are sums in float32: what differs by their rounding alone, as on another number of threads, does not differ.
    /// <summary>Whether two losses differ by more than float32 rounds.</summary>
    internal static bool Differs(double a, double b) => !(Math.Abs(a - b) <= Rounding * Math.Max(Math.Abs(a), Math.Abs(b)));

    private static (double Mean, Interval Interval, double P) Compute(double[][] differences, double[][] targets, int seed)
    {
        int seeds = differences.Length, items = differences[0].Length;
        double mean = Enumerable.Range(0, seeds).Average(s => differences[s].Sum() / targets[s].Sum());
        var random = new Random(seed);
        var drawn = new double[Draws];
        var weights = new int[items];
        foreach (var (d, drawnItems) in Bootstrap.Draws(items, Draws, random).Index())
        {
            Array.Clear(weights);
            foreach (int i in drawnItems) weights[i]++;
            foreach (int s in Bootstrap.Draw(seeds, random))
            {
                double sum = 0, asked = 0;
                for (int i = 0; i < items; i++) (sum, asked) = (sum + weights[i] * differences[s][i], asked + weights[i] * targets[s][i]);
                drawn[d] += sum / asked / seeds;
            }
        }
        double[] perItem = [.. Enumerable.Range(0, items)
            .Select(i => Enumerable.Range(0, seeds).Average(s => differences[s][i] / targets[s].Sum()))];
        var @null = new double[Flips];
        for (int f = 0; f < Flips; f++)
        {
            double sum = 0;
            foreach (double v in perItem) sum += random.Next(2) == 0 ? v : -v;
            @null[f] = Math.Abs(sum);
        }
        return (mean, Interval.OfDraws(mean, drawn), Permutation.PValue(Math.Abs(mean), @null));
    }
}
