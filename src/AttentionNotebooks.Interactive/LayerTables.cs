using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>Columns by layer, as a table.</summary>
internal static class LayerTables
{
    /// <summary>A row per layer, and per column the mean of its heads with their standard deviation or the interval over texts.</summary>
    public static TextTable Of(IReadOnlyList<LayerProfile> profiles)
    {
        int layers = profiles.Count == 0 ? 0 : profiles.Max(p => p.Layers.Count);
        string[] Row(int l) => [Invariant($"{l}"), .. profiles.Select(p => l < p.Layers.Count ? Cell(p.Layers[l], p.Texts > 0) : "")];
        string[] middle = ["middle layers minus others", .. profiles.Select(p => double.IsNaN(p.Middle.Value) ? ""
            : F(p.Middle.Value) + (p.Texts > 0 ? $" [{F(p.Middle.Low)}, {F(p.Middle.High)}]" : ""))];
        string[] notes = [.. profiles.Any(p => p.Texts == 0) ? ["±: standard deviation of the layer's heads."] : (string[])[],
            .. profiles.Any(p => p.Texts > 0) ? ["Brackets: 95 % over texts."] : (string[])[]];
        return new TextTable("", ["layer", .. profiles.Select(p => p.Column.Name)],
            [.. Enumerable.Range(0, layers).Select(Row), middle], string.Join(" ", notes),
            profiles.Any(p => p.Column.Unit.Length > 0) ? ["", .. profiles.Select(p => p.Column.Unit)] : null);
    }

    private static string Cell(LayerValues l, bool interval) => double.IsNaN(l.Mean.Value) ? ""
        : F(l.Mean.Value) + (interval ? $" [{F(l.Mean.Low)}, {F(l.Mean.High)}]" : $" ± {F(l.Spread)}");

    private static string F(double value) => Invariant($"{value:0.###}");
}
