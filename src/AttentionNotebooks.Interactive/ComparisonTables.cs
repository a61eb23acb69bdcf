using System.Globalization;
using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>Two models side by side, as tables.</summary>
internal static class ComparisonTables
{
    private const int ShownPairs = 10;

    /// <summary>What a comparison found, a row per question.</summary>
    public static TextTable Of(HeadComparison c)
    {
        HeadMatching m = c.Matching;
        List<string[]> rows =
        [
            ["matched heads: distance, SD", Of(m.Distance), $"{Of(m.DealtAnew)} features shuffled (not a test)", ""],
            ["clusters of A in B: adjusted Rand", Of(c.OnB.AdjustedRand),
                $"{Of(c.OnB.RandomCentres)} random heads as centres (not a test)", ""],
            ["clusters of B in A: adjusted Rand", Of(c.OnA.AdjustedRand),
                $"{Of(c.OnA.RandomCentres)} random heads as centres (not a test)", ""],
        ];
        if (c.SameHeads is { } same)
            rows.Add(["clusters of the same number: adjusted Rand", F(same.AdjustedRand.Value),
                $"{F(same.WithinLayers)} shuffled within layers", P(same.WithinLayersPValue)]);
        if (!double.IsNaN(m.SameNumber))
            rows.Insert(1, ["partners of the same number", Invariant($"{m.SameNumber:0} of {m.Pairs.Count}"),
                Invariant($"{m.SameNumberByChance:0.0} shuffled within layers"), P(m.SameNumberPValue)]);
        if (c.Maps is { } maps)
            rows.Add(["maps of the same number: cosine", Of(maps.OfAll), $"{Of(maps.GainOverHeads)} above the layer's others, over heads",
                ""]);
        return new TextTable($"A: {c.Options.NameA} ({c.A.Grid} heads), B: {c.Options.NameB} ({c.B.Grid} heads)",
            ["", "found [95 %]", "control", "p"], [.. rows],
            c.SameTexts == true ? "The same texts." : "A difference between the models may be one between their texts.");
    }

    /// <summary>The nearest pairs of heads.</summary>
    public static TextTable Of(HeadMatching m) => new(
        Invariant($"{m.Pairs.Count} pairs of heads, {Of(m.Distance)} standard deviations apart on average; ")
            + Invariant($"{Of(m.DealtAnew)} with features shuffled"),
        ["A", "B", "distance", "correlation", "features shuffled"],
        [.. m.Pairs.OrderBy(p => p.Distance).Take(ShownPairs)
            .Select(p => (string[])[$"{p.A}", $"{p.B}", F(p.Distance), F(p.Correlation), F(p.DealtAnew)])],
        Invariant($"The {Math.Min(ShownPairs, m.Pairs.Count)} nearest. Dealt anew: how near the head's match is when each feature of the ")
            + "second model is shuffled within layers. Not a test, because features depend on each other: a small distance is no "
            + "evidence of kinship.");

    /// <summary>Heads of both models by pattern.</summary>
    public static TextTable Of(IReadOnlyList<PatternCount> patterns) => new("", ["pattern", "heads of A", "heads of B", "in"],
        [.. patterns.Select(p => (string[])[p.Name, Count(p.A), Count(p.B), p.InBoth ? "both" : p.A.Value > 0 ? "A" : "B"])],
        patterns.Any(p => !double.IsNaN(p.A.Low) || !double.IsNaN(p.B.Low)) ? "Brackets: 95 % over texts." : "");

    /// <summary>Features of both models, by layer and by head.</summary>
    public static TextTable Of(IReadOnlyList<FeatureAgreement> features)
    {
        bool heads = features.Any(f => !double.IsNaN(f.Heads.Value));
        string[] more = heads ? ["heads", "by layer", "p, Holm"] : [];
        return new TextTable("", ["feature", "top of A", "top of B", "layers", .. more],
            [.. features.Select(f => (string[])[f.Label, $"{f.TopA.Head} {F(f.TopA.Value)}", $"{f.TopB.Head} {F(f.TopB.Value)}",
                Of(f.Profile), .. heads ? (string[])[Of(f.Heads), F(f.ByLayer), P(f.HeadsHolm)] : []])],
            "Layers: Spearman's correlation of the means per layer at the same relative depth; no test, because neighbouring layers are "
                + "alike."
                + (heads ? " Heads: Pearson's correlation over heads of the same number; by layer: what depth alone gives." : ""));
    }

    private static string Of(Interval i) => double.IsNaN(i.Value) ? "" : double.IsNaN(i.Low) ? F(i.Value)
        : $"{F(i.Value)} [{F(i.Low)}, {F(i.High)}]";

    private static string Count(Interval i) => double.IsNaN(i.Low) ? Invariant($"{i.Value:0}")
        : Invariant($"{i.Value:0} [{i.Low:0}, {i.High:0}]");

    private static string F(double value) => double.IsNaN(value) ? ""
        : value.ToString("0.000;−0.000;0.000", CultureInfo.InvariantCulture);

    private static string P(double p) => double.IsNaN(p) ? "" : F(p);
}
