using System.Globalization;
using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>What is known about clusters, as tables.</summary>
internal static class ClusterTables
{
    /// <summary>Counts, a row per name of the first sorting.</summary>
    public static TextTable Of(Contingency c) => new(
        c.Shared.Count > 0
            ? Invariant($"Overlap of two rules on the same columns ({string.Join(", ", c.Shared)}): Cramér's V {c.CramersV:0.00}")
            : Invariant($"Cramér's V {c.CramersV:0.00} (shuffled {c.ExpectedV:0.00}), p = {c.PValue:0.000}"),
        ["", .. c.Columns],
        [.. c.Rows.Select((row, i) => (string[])[row,
            .. c.Columns.Select((_, j) => c.Counts[i, j].ToString(CultureInfo.InvariantCulture))])],
        "Heads. V is 0 where neither sorting says anything about the other and 1 where one decides it.");

    /// <summary>Effect sizes and p-values, the largest effect first.</summary>
    public static TextTable Of(IReadOnlyList<FeatureDifference> differences) => new(
        "How the clusters differ, feature by feature",
        ["feature", "η²", "ε²", "H", "p", "p, Holm", "p, BH", "p, shuffled labels"],
        [.. differences.OrderByDescending(d => d.EtaSquared)
            .Select(d => (string[])[d.Feature, F(d.EtaSquared), F(d.EpsilonSquared), F(d.KruskalWallis, "0.0"), P(d.PValue), P(d.Holm),
                P(d.BenjaminiHochberg), P(d.PermutationPValue)])],
        differences.Any(d => d.Clustered)
            ? "η², ε²: share of the variance, and of the ranks' variance, between clusters; H: Kruskal and Wallis. The clusters were made "
            + "from these features: they differ in them by construction, and the p-values are no evidence."
            : "η², ε²: share of the variance, and of the ranks' variance, between clusters; H: Kruskal and Wallis.");

    /// <summary>Projections and how far they can be believed.</summary>
    public static TextTable Of(IReadOnlyList<Projection> projections) => new(
        "How far the pictures can be believed",
        ["projection", "trustworthiness", "continuity", "stress", ""],
        [.. projections.Select(p => (string[])[p.Method, F(p.Trustworthiness), F(p.Continuity), F(p.Stress), p.Facts])],
        $"Trustworthiness: who is near in the picture is near; continuity: who is near is near in the picture ({Projection.Neighbours} "
            + $"neighbours; 1 is perfect). Stress: 0 is perfect.");

    /// <summary>Stability, a row per thing that was varied.</summary>
    public static TextTable Of(IReadOnlyList<StabilityReport> reports) => new(
        "Do the clusters come out again?",
        ["varied", "draws", "adjusted Rand", "95 % of the draws from", "to", "heads that keep their cluster in 9 of 10 draws"],
        [.. reports.Select(r => (string[])[r.Over, r.Draws.ToString(CultureInfo.InvariantCulture), F(r.Mean), F(r.Interval.Low),
            F(r.Interval.High), $"{r.OwnCluster.Count(p => p >= 0.9)} of {r.OwnCluster.Length}"])],
        "Adjusted Rand index with the clusters as they are: 1 the same, 0 chance.");

    private static string F(double value, string format = "0.000") => double.IsNaN(value) ? ""
        : value.ToString(format, CultureInfo.InvariantCulture);

    private static string P(double p) => double.IsNaN(p) ? "" : p < 0.001 ? "< 0.001" : F(p);
}
