namespace AttentionNotebooks;

// Other texts, drawn from these.
public sealed partial class TextValues
{
    /// <summary>The mean over some of the texts; one may be named repeatedly.</summary>
    /// <param name="texts">Their positions, at least one.</param>
    /// <exception cref="InputException">A feature has no value in them.</exception>
    public HeadTable Mean(IReadOnlyCollection<int> texts) => Mean(texts, [.. Features.Select(f => f.Name)]);

    /// <summary>The same of some features: others may have no value in these texts.</summary>
    /// <param name="texts">Their positions, at least one.</param>
    /// <param name="features">The features' names.</param>
    /// <exception cref="InputException">There is no such feature, or it has no value in these texts.</exception>
    public HeadTable Mean(IReadOnlyCollection<int> texts, IReadOnlyCollection<string> features)
    {
        int heads = Grid.Count, width = ColumnCount * heads;
        var means = new double[width];
        var lacking = new int[width];
        foreach (int t in texts)
        {
            var row = _values.AsSpan(checked(t * width), width);
            for (int i = 0; i < width; i++)
            {
                if (double.IsNaN(row[i])) lacking[i]++;
                else means[i] += row[i];
            }
        }
        for (int i = 0; i < width; i++) means[i] /= texts.Count - lacking[i];
        double[] Of(ColumnInfo info) => _together.TryGetValue(info.Name, out var f)
            ? [.. Enumerable.Range(0, heads).Select(h =>
                Together(f, h, part => means[(_statisticColumns[f.Statistic!] + part) * heads + h]))]
            : Present(info.Name, means[(_columns[info.Name] * heads)..((_columns[info.Name] + 1) * heads)]);
        return new HeadTable(Grid, [.. features.Select(FeatureOf).Select(f => new HeadColumn(f, Of(f)))], texts.Count, from: From);
    }

    /// <summary>The mean over as many texts, drawn with replacement (Efron 1979).</summary>
    /// <param name="seed">Decides the draw.</param>
    public HeadTable Resample(int seed) => Mean(Drawn(seed));

    /// <summary>The same of some features: others may have no value in the draw.</summary>
    /// <param name="seed">Decides the draw.</param>
    /// <param name="features">The features' names.</param>
    public HeadTable Resample(int seed, IReadOnlyCollection<string> features) => Mean(Drawn(seed), features);

    /// <summary>The texts in two halves at random: clusters of the one can be tested on the other.</summary>
    /// <param name="seed">Decides the halves.</param>
    /// <exception cref="InputException">There are fewer than two texts.</exception>
    public (HeadTable First, HeadTable Second) Halves(int seed)
    {
        int texts = Texts.Count;
        if (texts < 2) throw new InputException("texts", null, $"cannot be halved: there is {texts}", "Give at least two");
        int[] order = [.. Enumerable.Range(0, texts)];
        new Random(seed).Shuffle(order);
        return (Mean(order[..(texts / 2)]), Mean(order[(texts / 2)..]));
    }

    private int[] Drawn(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Texts.Count).Select(_ => random.Next(Texts.Count))];
    }

    // The values of one column, text by text, as they stand among those of the others.
    private sealed class Rows(TextValues values, string column) : IReadOnlyList<double[]>
    {
        public int Count => values.Texts.Count;

        public double[] this[int text] => values.Row(text, column).ToArray();

        public IEnumerator<double[]> GetEnumerator()
        {
            for (int t = 0; t < Count; t++) yield return this[t];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
