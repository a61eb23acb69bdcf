using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>The synthesis as files: a row per cell, and a page in words.</summary>
public static class SynthesisFiles
{
    /// <summary>The columns of <see cref="WriteCsv"/>.</summary>
    public const string Header = "cluster,name,heads,measure,kind,unit,clustered,mean,others,delta,ci_low,ci_high,p,p_adjusted,"
        + "delta_within_layers,p_within_layers,p_within_layers_adjusted,sure,beyond_layers";

    /// <summary>Writes a row per cluster and measure; invariant culture, numbers that read back to the same bits, and an empty field for
    /// a δ within layers where no layer has heads of the cluster and others.</summary>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void WriteCsv(this ClusterSynthesis synthesis, string file)
    {
        var text = new CsvText(Header.Split(','));
        foreach (var c in synthesis.Cells)
        {
            var group = synthesis.Clusters[c.Cluster];
            text.Add(c.Cluster, group.Name, group.Heads.Count, c.Function.Name, c.Function.Kind.ToString().ToLowerInvariant(),
                c.Function.Unit, Flag(c.Clustered), c.Mean, c.Others, c.Delta, c.Low, c.High, c.PValue, c.Adjusted,
                double.IsNaN(c.LayerDelta) ? null : c.LayerDelta, c.LayerPValue, c.LayerAdjusted, Flag(c.IsSure), Flag(c.IsBeyondLayers));
        }
        text.Write(file);
    }

    /// <summary>A paragraph per cluster, in Markdown.</summary>
    public static string ToMarkdown(this ClusterSynthesis synthesis)
    {
        var text = new StringBuilder("# What each cluster does\n");
        for (int c = 0; c < synthesis.Clusters.Count; c++) text.Append(CultureInfo.InvariantCulture, $"\n{synthesis.Describe(c)}\n");
        if (synthesis.TooFewDraws("--draws") is { } warning) text.Append(CultureInfo.InvariantCulture, $"\n{warning}\n");
        return text.Append(CultureInfo.InvariantCulture,
            $"\nδ is Cliff's δ against all other heads, with its 95 % interval over heads ({synthesis.Draws} draws). Only "
                + $"differences are named whose interval excludes 0 and whose p-value is below 0.05. p comes from "
                + $"{synthesis.Draws} shufflings of the labels and is corrected for all {synthesis.Cells.Count} cells: each cell is "
                + $"compared with the most surprising cell of every shuffling (Westfall and Young 1993). It cannot be below "
                + $"{LeastPValue.Of(synthesis.Draws):0.0000}. p within layers is the same, with labels shuffled within each layer. "
                + $"The measures' own uncertainty over texts is not in it.\n").ToString();
    }

    private static int Flag(bool value) => value ? 1 : 0;
}
