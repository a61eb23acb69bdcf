namespace AttentionNotebooks;

/// <summary>How sure a head's value of a feature is.</summary>
/// <param name="Feature">The feature's name.</param>
/// <param name="Mean">The mean over the texts with its 95 % interval, in the feature's unit (NaN where no draw has a value).</param>
public sealed record FeatureInterval(string Feature, Head Head, Interval Mean);

/// <summary>
/// Bootstrap intervals as CSV: <c>feature,layer,head,mean,low,high</c>, a row per feature and head; what <c>attn features --intervals</c>
/// writes.
/// </summary>
public static class IntervalTable
{
    private static readonly string[] Columns = ["feature", "layer", "head", "mean", "low", "high"];

    /// <summary>Writes 95 % intervals over the texts.</summary>
    /// <param name="values">The values of every text.</param>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <param name="seed">Decides the draws of texts.</param>
    /// <exception cref="InputException">There are fewer than two texts, or the folder cannot be written to.</exception>
    public static void Write(TextValues values, string file, int seed = 0)
    {
        var table = values.ToTable();
        var text = new CsvText(Columns);
        foreach (var interval in values.Intervals(seed: seed))
        {
            double[] means = table.Column(interval.Feature);
            foreach (var (h, head) in values.Grid.All().Index())
                text.Add(interval.Feature, head.Layer, head.Index, means[h], interval.Low[h], interval.High[h]);
        }
        text.Write(file);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">The file cannot be read, lacks a column, or has a broken row.</exception>
    public static IReadOnlyList<FeatureInterval> Read(string file) =>
    [
        .. CsvTable.Read(file, "Write it with attn features --intervals", Columns).Rows
            .Select(r => (Row: r, Mean: new Interval(r.NumberOrNaN("mean"), r.NumberOrNaN("low"), r.NumberOrNaN("high"))))
            .Select(x => new FeatureInterval(x.Row.Text("feature"), x.Row.Head(), x.Mean)),
    ];
}
