namespace AttentionNotebooks;

/// <summary>How often items of each class were predicted to be of each class.</summary>
/// <remarks>The measures are those of GLUE (Wang et al. 2019), and agree with scikit-learn's.</remarks>
public sealed class Confusion
{
    private readonly int[,] _counts;

    private Confusion(int[,] counts) => _counts = counts;

    /// <summary>How many classes there are.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>How many items were counted.</summary>
    public int Items => _counts.Cast<int>().Sum();

    /// <summary>How many items of the true class were predicted to be of the other one given.</summary>
    /// <param name="gold">The true class, from 0.</param>
    /// <param name="predicted">The predicted class, from 0.</param>
    public int this[int gold, int predicted] => _counts[gold, predicted];

    /// <summary>Counts.</summary>
    /// <param name="gold">The items' classes, from 0.</param>
    /// <param name="predicted">The predicted classes, as many.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="IndexOutOfRangeException">A class is outside 0 … <paramref name="classes"/> − 1.</exception>
    public static Confusion Of(IReadOnlyList<int> gold, IReadOnlyList<int> predicted, int classes)
    {
        RequireSameLength(gold, predicted);
        var counts = new int[classes, classes];
        for (int i = 0; i < gold.Count; i++) counts[gold[i], predicted[i]]++;
        return new Confusion(counts);
    }

    /// <summary>The share of items whose class was predicted right.</summary>
    public Proportion Accuracy => new(Enumerable.Range(0, Classes).Sum(c => _counts[c, c]), Items);

    /// <summary>F1 of class 1, 0 … 1.</summary>
    /// <exception cref="InvalidOperationException">There are not two classes.</exception>
    public double F1
    {
        get
        {
            if (Classes != 2)
                throw new InvalidOperationException(
                    $"F1 is of one class of two, and there are {Classes}. Take accuracy or Matthews' correlation.");
            int hits = _counts[1, 1], errors = _counts[0, 1] + _counts[1, 0];
            return hits == 0 ? 0 : 2.0 * hits / (2.0 * hits + errors);
        }
    }

    /// <summary>Matthews' correlation, −1 … 1.</summary>
    public double Matthews
    {
        get
        {
            double n = Items, hits = 0, both = 0, goldSquares = 0, predictedSquares = 0;
            for (int c = 0; c < Classes; c++)
            {
                double gold = 0, predicted = 0;
                for (int d = 0; d < Classes; d++) (gold, predicted) = (gold + _counts[c, d], predicted + _counts[d, c]);
                (hits, both) = (hits + _counts[c, c], both + gold * predicted);
                (goldSquares, predictedSquares) = (goldSquares + gold * gold, predictedSquares + predicted * predicted);
            }
            double spread = (n * n - goldSquares) * (n * n - predictedSquares);
            return spread == 0 ? 0 : (hits * n - both) / Math.Sqrt(spread);
        }
    }

    /// <summary>A measure by name.</summary>
    /// <param name="metric">Which.</param>
    /// <exception cref="InvalidOperationException">F1 of more than two classes.</exception>
    public double Value(ClassificationMetric metric) => metric switch
    {
        ClassificationMetric.Accuracy => Accuracy.Value,
        ClassificationMetric.F1 => F1,
        ClassificationMetric.Matthews => Matthews,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    /// <summary>A measure of classes, with its interval over draws of the items.</summary>
    /// <param name="metric">The measure.</param>
    /// <param name="gold">The items' classes, from 0; at least one item.</param>
    /// <param name="predicted">The predicted classes.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no item.</exception>
    /// <exception cref="InvalidOperationException">F1 of more than two classes.</exception>
    public static Interval Measure(ClassificationMetric metric, IReadOnlyList<int> gold, IReadOnlyList<int> predicted, int classes,
        int draws = Bootstrap.DefaultDraws, double level = 0.95, int seed = 0)
    {
        RequireSameLength(gold, predicted);
        double Value(int[] items) => Of(Chosen(gold, items), Chosen(predicted, items), classes).Value(metric);
        return Bootstrap.Run(gold.Count, Value, draws, level, seed);
    }

    /// <summary>
    /// By how much one series of answers measures above another on the same items; each draw takes the same items of both.
    /// </summary>
    /// <param name="metric">The measure.</param>
    /// <param name="gold">The items' classes, from 0; at least one item.</param>
    /// <param name="predicted">The predicted classes.</param>
    /// <param name="reference">The classes predicted before, or by another model.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <returns>The measure of <paramref name="predicted"/> less that of <paramref name="reference"/>.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or there is no item.</exception>
    /// <exception cref="InvalidOperationException">F1 of more than two classes.</exception>
    public static Interval Change(ClassificationMetric metric, IReadOnlyList<int> gold, IReadOnlyList<int> predicted,
        IReadOnlyList<int> reference, int classes, int draws = Bootstrap.DefaultDraws, double level = 0.95, int seed = 0)
    {
        RequireSameLength(gold, predicted);
        RequireSameLength(gold, reference);
        double Difference(int[] items)
        {
            int[] truth = Chosen(gold, items);
            return Of(truth, Chosen(predicted, items), classes).Value(metric) - Of(truth, Chosen(reference, items), classes).Value(metric);
        }
        return Bootstrap.Run(gold.Count, Difference, draws, level, seed);
    }

    private static int[] Chosen(IReadOnlyList<int> classes, int[] items) => [.. items.Select(i => classes[i])];

    private static void RequireSameLength(IReadOnlyList<int> gold, IReadOnlyList<int> predicted)
    {
        if (gold.Count != predicted.Count)
            throw new ArgumentException($"{predicted.Count} answers to {gold.Count} items", nameof(predicted));
    }
}
