using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AttentionNotebooks;

/// <summary>A comparison as a page of Markdown, from its figures alone.</summary>
internal static class HeadComparisonText
{
    private const int ShownPairs = 8, ShownHeads = 6;
    private const double Half = 0.5;
    private static readonly string[] OnTokens = ["previous", "next", "self", "cls", "sep", "punctuation"];
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Of(HeadComparison c)
    {
        var text = new StringBuilder();
        string a = c.Options.NameA, b = c.Options.NameB;
        Line(text, Culture, $"# {a} and {b}\n");
        Line(text, Culture, $"A is {a}, {c.A.Grid} heads{Texts(c.A)}. B is {b}, {c.B.Grid} heads{Texts(c.B)}. {Same(c)} "
            + $"Layers and heads count from 0. Brackets hold 95 % intervals.");
        Line(text, Culture, $"Compared on {c.Features.Count} features: {string.Join(", ", c.Features)}.\n");
        Patterns(text, c);
        Features(text, c);
        Matches(text, c);
        Clusters(text, c);
        if (c.Maps is not null) Maps(text, c.Maps);
        return text.ToString();
    }

    private static string Texts(HeadTable table) => table.Texts == 0 ? "" : Invariant($" on {table.Texts:N0} texts");

    private static string Same(HeadComparison c) => c.SameTexts switch
    {
        true => "The texts are the same.",
        false => "The texts, or the tokens that they are cut into, differ: a difference between the models may come from them.",
        _ => "Whether the texts are the same is not known.",
    };

    private static void Patterns(StringBuilder text, HeadComparison c)
    {
        Line(text, Culture, $"## Patterns\n");
        Line(text, Culture, $"Heads by the name of their cluster (K-means, k = {c.Options.Clusters}, the kit's rule of names), "
            + $"and single heads by the thresholds of Clark et al. 2019 (brackets: over texts).\n");
        Line(text, Culture, $"| by | pattern | A | B | |\n|---|---|---|---|---|");
        foreach (var (by, counts) in new[] { ("cluster", c.Names), ("head", c.Patterns) })
            foreach (var p in counts)
                Line(text, Culture, $"| {by} | {p.Name} | {Heads(p.A)} | {Heads(p.B)} | "
                    + $"{(p.InBoth ? "both" : p.A.Value > 0 ? "only A" : "only B")} |");
        Line(text, Culture, $"");
    }

    private static void Features(StringBuilder text, HeadComparison c)
    {
        bool heads = c.A.Grid == c.B.Grid;
        Line(text, Culture, $"## Features\n");
        Line(text, Culture, $"*Layers* is Spearman's correlation of the means per layer at the same relative depth, its interval over "
            + $"heads drawn in each layer; drawing adds noise, so it lies rather low. It is no test: neighbouring layers are alike, so "
            + $"profiles of unrelated models can be alike or opposite too."
            + $"{(heads ? " *Heads* is Pearson's correlation over heads of the same number; *by layer* is what it is when heads are "
            + $"shuffled within their layers; p is corrected by Holm for the {c.Agreements.Count} features." : "")}\n");
        Line(text, Culture, $"| feature | top of A | top of B | layers |{(heads ? " heads | by layer | p |" : "")}");
        Line(text, Culture, $"|---|---|---|---|{(heads ? "---|---|---|" : "")}");
        foreach (var f in c.Agreements)
            Line(text, Culture, $"| {f.Label} | {f.TopA.Head} {Number(f.TopA.Value)} | {f.TopB.Head} {Number(f.TopB.Value)} | "
                + $"{Interval(f.Profile)} |{(heads ? $" {Interval(f.Heads)} | {Number(f.ByLayer)} | {P(f.HeadsHolm)} |" : "")}");
        foreach (var f in c.Agreements.Where(f => OnTokens.Contains(f.Feature)))
            Line(text, Culture, $"\nMore than half of the attention on {f.Feature}: A {Above(c.A, f.Feature)}; B {Above(c.B, f.Feature)}.");
        Line(text, Culture, $"\nMeans per layer; *middle* is the mean of the middle layers ({Middle("A", c.A)}, {Middle("B", c.B)}) minus "
            + $"that of the others, with its interval over heads drawn in each layer:\n");
        int most = Math.Max(c.A.Grid.Layers, c.B.Grid.Layers);
        Line(text, Culture, $"| feature | | {string.Join(" | ", Enumerable.Range(0, most))} | middle |\n|---|---|"
            + $"{string.Concat(Enumerable.Repeat("---|", most + 1))}");
        foreach (var f in c.Agreements)
            foreach (var (name, layers, middle) in new[] { ("A", f.LayersA, f.MiddleA), ("B", f.LayersB, f.MiddleB) })
                Line(text, Culture, $"| {f.Label} | {name} | {string.Join(" | ", Enumerable.Range(0, most).Select(l => l < layers.Length
                    ? Number(layers[l]) : ""))} | {Interval(middle)} |");
        Line(text, Culture, $"");
    }

    private static string Middle(string name, HeadTable table)
    {
        int layers = table.Grid.Layers, outer = LayerProfile.Outer(layers);
        return outer == 0 ? Invariant($"{name}: none of {layers}") : outer == layers - 1 - outer ? Invariant($"{name}: {outer}")
            : Invariant($"{name}: {outer} to {layers - 1 - outer}");
    }

    private static string Above(HeadTable table, string feature)
    {
        (Head Head, double Value)[] found = [.. table.Highest(feature, table.Grid.Count).Where(h => h.Value > Half)];
        string named = string.Join(", ", found.Take(ShownHeads).Select(h => $"{h.Head} {Number(h.Value)}"));
        return found.Length == 0 ? "no head" : $"{found.Length} ({named}{(found.Length > ShownHeads ? ", …" : "")})";
    }

    private static void Matches(StringBuilder text, HeadComparison c)
    {
        var m = c.Matching;
        Line(text, Culture, $"## Matched heads\n");
        Line(text, Culture, $"Each head with one partner, so that the sum of distances is least: {m.Pairs.Count} pairs. Mean distance "
            + $"{Interval(m.Distance)} standard deviations per feature; any two heads are {Number(m.AnyPair)} apart. Distances: features "
            + $"standardised {(c.Options.EachByItself ? "in each model by itself" : "over both models together")}. B's features "
            + $"dealt anew within layers: {Interval(m.DealtAnew)}; this is not a test, because features depend on each other. A small "
            + $"distance and like depths are no evidence of kinship: small models with random weights match at like depths too, nearer "
            + $"than dealt anew. "
            + $"Mean correlation of the pairs {Interval(m.Correlation)}. Depths of the partners: Spearman {Interval(m.Depth)}, p = "
            + $"{P(m.DepthPValue)}.");
        if (!double.IsNaN(m.SameNumber))
            Line(text, Culture, $"{m.SameNumber:0} of {m.Pairs.Count} partners have the same number; {m.SameNumberByChance:0.0} would "
                + $"if heads were dealt anew within layers (p = {P(m.SameNumberPValue)}). "
                + $"A small p speaks for kinship: a model keeps the numbers of its heads in further training.");
        else Line(text, Culture, $"Models of different shapes have no heads of the same number, so nothing here tests kinship.");
        foreach (var (name, alone) in new[] { ("A", m.AloneA), ("B", m.AloneB) })
            if (alone.Count > 0)
                Line(text, Culture, $"Without a partner: {alone.Count} heads of {name} ({string.Join(", ", alone.Take(2 * ShownHeads))}"
                    + $"{(alone.Count > 2 * ShownHeads ? ", …" : "")}).");
        var sorted = m.Pairs.OrderBy(p => p.Distance).ToArray();
        Line(text, Culture, $"\n| A | B | distance | correlation | dealt anew |\n|---|---|---|---|---|");
        int shown = Math.Min(ShownPairs, sorted.Length), last = Math.Min(3, sorted.Length - shown);
        foreach (var p in sorted.Take(shown)) Pair(text, p);
        if (sorted.Length > shown + last) Line(text, Culture, $"| … | | | | |");
        foreach (var p in sorted.TakeLast(last)) Pair(text, p);
        Line(text, Culture, $"");
    }

    private static void Pair(StringBuilder text, HeadMatch p) =>
        Line(text, Culture, $"| {p.A} | {p.B} | {Number(p.Distance)} | {Number(p.Correlation)} | {Number(p.DealtAnew)} |");

    private static void Clusters(StringBuilder text, HeadComparison c)
    {
        Line(text, Culture, $"## Clusters\n");
        foreach (var (name, clusters) in new[] { ("A", c.ClustersA), ("B", c.ClustersB) })
            Line(text, Culture, $"{name}, silhouette {Number(clusters.Silhouette)}: "
                + $"{string.Join("; ", clusters.Clusters.Select(x => $"{x.Name} {x.Heads.Count}"))}.");
        Line(text, Culture, $"");
        Line(text, Culture, $"Each model is clustered on its own z-scores. Heads that are carried over are scaled "
            + $"by the mean and spread of {(c.Options.EachByItself ? "their own model" : "the model that the centres come from")}. "
            + $"Any division of the heads agrees somewhat with clusters, so heads drawn at random stand for the centres "
            + $"beside it. This is no test of kinship: the centres of small models with random weights mostly do better than heads too.\n");
        Transfer(text, c.OnB, c.ClustersA, c.ClustersB, "A", "B");
        Transfer(text, c.OnA, c.ClustersB, c.ClustersA, "B", "A");
        if (c.SameHeads is { } same) Line(text, Culture, $"Heads of the same number, each model's own clusters: adjusted Rand index "
            + $"{Number(same.AdjustedRand.Value)}; shuffled within layers {Number(same.WithinLayers)} (p = {P(same.WithinLayersPValue)}); "
            + $"{same.Kept} of {same.Heads} heads keep their cluster.\n");
    }

    private static void Transfer(StringBuilder text, CentreTransfer t, HeadClustering from, HeadClustering to, string source, string target)
    {
        Line(text, Culture, $"Heads of {target} at the nearest centre of {source}, against {target}'s own clusters: adjusted Rand index "
            + $"{Interval(t.AdjustedRand)} over heads; with {from.Clusters.Count} random heads of {source} as centres "
            + $"{Interval(t.RandomCentres)}.\n");
        Line(text, Culture, $"| nearest centre of {source} | {string.Join(" | ", to.Clusters.Select(x => $"{target}: {x.Name}"))} |");
        Line(text, Culture, $"|---|{string.Concat(to.Clusters.Select(_ => "---|"))}");
        for (int i = 0; i < from.Clusters.Count; i++)
            Line(text, Culture, $"| {from.Clusters[i].Name} | "
                + $"{string.Join(" | ", to.Clusters.Select((_, j) => Invariant($"{t.Counts[i, j]}")))} |");
        Line(text, Culture, $"");
    }

    private static void Maps(StringBuilder text, MapCosines m)
    {
        Line(text, Culture, $"## Maps on the same texts\n");
        if (!m.TokensKnown) Line(text, Culture, $"The tokens are not known: only names and lengths of the texts were compared.\n");
        Line(text, Culture, $"The cosine of a head's maps in A and B (Kovaleva et al. 2019), the mean over {m.Texts} texts; *others* is "
            + $"the same with the other heads of its layer in B. All heads: {Interval(m.OfAll)}, {Interval(m.GainOfAll)} above others; "
            + $"these intervals are over texts, with the heads as they are. Over heads the gain is {Interval(m.GainOverHeads)}: only this "
            + $"one says whether a number means the same in both models.");
        int above = m.Changes.Count(x => x.Gain.Low > 0), below = m.Changes.Count(x => x.Gain.High < 0);
        Line(text, Culture, $"{above} of {m.Changes.Count} heads are more like themselves than like the others, {below} less, by "
            + $"intervals over texts, not corrected for the number of heads; unrelated models have heads of both kinds.\n");
        Line(text, Culture, $"| layer | cosine | others | least alike | most alike |\n|---|---|---|---|---|");
        foreach (var layer in m.Changes.GroupBy(x => x.Head.Layer))
        {
            HeadChange least = layer.MinBy(x => x.Cosine.Value)!, most = layer.MaxBy(x => x.Cosine.Value)!;
            Line(text, Culture, $"| {layer.Key} | {Number(layer.Average(x => x.Cosine.Value))} | {Number(layer.Average(x => x.Others))} | "
                + $"{least.Head} {Interval(least.Cosine)} | {most.Head} {Interval(most.Cosine)} |");
        }
    }

    private static void Line(StringBuilder text, IFormatProvider culture,
        [InterpolatedStringHandlerArgument(nameof(culture))] ref DefaultInterpolatedStringHandler line) =>
        text.Append(line.ToStringAndClear()).Append('\n');

    private static string Interval(Interval i) => double.IsNaN(i.Value) ? "–"
        : double.IsNaN(i.Low) ? Number(i.Value) : $"{Number(i.Value)} [{Number(i.Low)}, {Number(i.High)}]";

    private static string Number(double value) => double.IsNaN(value) ? "–"
        : value.ToString(Math.Abs(value) < 10 ? "0.000;−0.000;0.000" : "0.00;−0.00", Culture);

    private static string Heads(Interval i) => double.IsNaN(i.Low) ? Invariant($"{i.Value:0}")
        : Invariant($"{i.Value:0} [{i.Low:0}, {i.High:0}]");

    private static string P(double p) => double.IsNaN(p) ? "–" : Invariant($"{p:0.000}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
