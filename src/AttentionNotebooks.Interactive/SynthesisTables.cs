using System.Globalization;

namespace AttentionNotebooks;

/// <summary>The synthesis as a table.</summary>
internal static class SynthesisTables
{
    /// <summary>A row per cluster, with what it does in words.</summary>
    public static TextTable Of(ClusterSynthesis synthesis) => new(
        string.Create(CultureInfo.InvariantCulture,
            $"What {synthesis.Clusters.Count} clusters do, by {synthesis.Functions.Count} measures"),
        ["cluster", "name", "heads", "in words"],
        [.. synthesis.Clusters.Select((c, i) =>
            (string[])[i.ToString(CultureInfo.InvariantCulture), c.Name, c.Heads.Count.ToString(CultureInfo.InvariantCulture),
                synthesis.Describe(i)])],
        string.Create(CultureInfo.InvariantCulture,
            $"{Warning(synthesis)}δ: Cliff's δ with its 95 % interval over heads; sure where that excludes 0 and {synthesis.Draws} "
                + $"shufflings give p < 0.05, corrected for all cells (Westfall and Young 1993); p within layers: the same for labels "
                + $"shuffled within each layer. The measures' own uncertainty over texts is not in it."));

    private static string Warning(ClusterSynthesis synthesis) => synthesis.TooFewDraws() is { } warning ? $"{warning} " : "";
}
