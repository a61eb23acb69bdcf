namespace AttentionNotebooks;

/// <summary>
/// Columns by layer as CSV: <c>model,feature,unit,layer,depth,mean,sd,low,high,min,max,heads,texts</c>, a row per model, feature and
/// layer. <c>depth</c> is <see cref="LayerProfile.DepthOf"/>, <c>sd</c>, <c>min</c> and <c>max</c> are over the layer's heads,
/// <c>low</c> and <c>high</c> the ends of the 95 % interval of the mean over <c>texts</c> texts; <c>heads</c> is the number of heads with
/// a value. What is not known is empty.
/// </summary>
public static class LayerProfileTable
{
    private static readonly string[] Columns =
        ["model", "feature", "unit", "layer", "depth", "mean", "sd", "low", "high", "min", "max", "heads", "texts"];

    /// <summary>Writes profiles.</summary>
    /// <param name="models">Per model its name and its columns by layer.</param>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <param name="from">Where the values come from, if that is known; it goes beside the file.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<(string Name, IReadOnlyList<LayerProfile> Profiles)> models, string file,
        Provenance? from = null)
    {
        var text = new CsvText(Columns);
        foreach (var (name, profiles) in models)
            foreach (var p in profiles)
                foreach (var l in p.Layers)
                    text.Add(name, p.Column.Name, p.Column.Unit, l.Layer, LayerProfile.DepthOf(l.Layer, p.Layers.Count),
                        Known(l.Mean.Value), Known(l.Spread), Known(l.Mean.Low), Known(l.Mean.High), Known(l.Least), Known(l.Most),
                        l.Count, p.Texts > 0 ? p.Texts : null);
        text.Write(file);
        TableNotesFile.Write(file, [], from);
    }

    private static object? Known(double value) => double.IsFinite(value) ? value : null;
}
