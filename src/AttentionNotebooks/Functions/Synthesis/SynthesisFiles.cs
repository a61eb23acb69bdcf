using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>The synthesis as files: a row per cell, and a page in words.</summary>
public static class SynthesisFiles
{
    /// <summary>The columns of <see cref="WriteCsv"/>.</summary>
    public const string Header =
        "cluster,name,heads,measure,kind,unit,clustered,mean,others,delta,ci_low,ci_high,p,p_holm,p_within_layers,sure,beyond_layers";

    /// <summary>Writes a row per cluster and measure; invariant culture, numbers that read back to the same bits.</summary>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void WriteCsv(this ClusterSynthesis synthesis, string file)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var c in synthesis.Cells)
        {
            var group = synthesis.Clusters[c.Cluster];
            text.Append(CultureInfo.InvariantCulture,
                $"{c.Cluster},{CsvText.Field(group.Name)},{group.Heads.Count},{CsvText.Field(c.Function.Name)},"
                    + $"{c.Function.Kind.ToString().ToLowerInvariant()},{CsvText.Field(c.Function.Unit)},{Flag(c.Clustered)},");
            text.Append(CultureInfo.InvariantCulture,
                $"{c.Mean:R},{c.Others:R},{c.Delta:R},{c.Low:R},{c.High:R},{c.PValue:R},{c.Holm:R},{c.LayerPValue:R},{Flag(c.IsSure)},"
                    + $"{Flag(c.IsBeyondLayers)}\n");
        }
        AtomicFile.WriteText(file, text.ToString());
    }

    /// <summary>A paragraph per cluster, in Markdown.</summary>
    public static string ToMarkdown(this ClusterSynthesis synthesis)
    {
        var text = new StringBuilder("# What each cluster does\n");
        for (int c = 0; c < synthesis.Clusters.Count; c++) text.Append(CultureInfo.InvariantCulture, $"\n{synthesis.Describe(c)}\n");
        return text.Append(CultureInfo.InvariantCulture,
            $"\nδ is Cliff's δ against all other heads, with its 95 % interval over heads ({synthesis.Draws} draws). Only "
                + $"differences are named whose interval excludes 0 and whose p-value, by {synthesis.Draws} shufflings of the labels "
                + $"and corrected by Holm over all {synthesis.Cells.Count} cells, is below 0.05. The measures' own uncertainty over "
                + $"texts is not in it.\n").ToString();
    }

    private static int Flag(bool value) => value ? 1 : 0;
}
