using System.Globalization;
using System.Text;
using Microsoft.DotNet.Interactive.Formatting;

namespace AttentionNotebooks;

/// <summary>How hosts show the core's types. The core knows nothing of notebooks, so they are registered from here.</summary>
internal static class CoreFormatters
{
    /// <summary>Rows of a head table that are shown; the rest is counted.</summary>
    private const int ShownHeads = 12;

    /// <summary>Notes of a head table that are shown; the rest is counted.</summary>
    private const int ShownNotes = 4;

    /// <summary>Registers them with the host's formatting library; doing it again changes nothing.</summary>
    public static void Register()
    {
        Both<Head>(h => $"<code>{h}</code>", h => h.ToString());
        Both<Checkpoint>(c => $"<code>{Html.Escape(TextDisplays.ToText(c))}</code>", TextDisplays.ToText);
        Both<TokenizedText>(TextDisplays.ToHtml, TextDisplays.ToText);
        Both<TextMaps>(TextDisplays.ToHtml, TextDisplays.ToText);
        Both<HeadColumn>(c => Table(c).ToHtml(), c => Table(c).ToText());
        Both<HeadTable>(t => Table(t).ToHtml(), t => Table(t).ToText());
        Both<HeadClustering>(c => Table(c).ToHtml(), c => Table(c).ToText());
        Both<IReadOnlyList<LayerProfile>>(p => LayerTables.Of(p).ToHtml(), p => LayerTables.Of(p).ToText());
        Both<IReadOnlyList<(Head Head, double Value)>>(r => Table(r).ToHtml(), r => Table(r).ToText());
        Both<Contingency>(c => ClusterTables.Of(c).ToHtml(), c => ClusterTables.Of(c).ToText());
        Both<IReadOnlyList<FeatureDifference>>(d => ClusterTables.Of(d).ToHtml(), d => ClusterTables.Of(d).ToText());
        Both<IReadOnlyList<Projection>>(p => ClusterTables.Of(p).ToHtml(), p => ClusterTables.Of(p).ToText());
        Both<ClusterSynthesis>(s => SynthesisTables.Of(s).ToHtml(), s => SynthesisTables.Of(s).ToText());
        Both<IReadOnlyList<HeldOutRelation>>(r => FunctionTables.Of(r).ToHtml(), r => FunctionTables.Of(r).ToText());
        Both<IReadOnlyList<ProbeScore>>(s => FunctionTables.Of(s).ToHtml(), s => FunctionTables.Of(s).ToText());
        Both<IReadOnlyList<TypeShare>>(s => FunctionTables.Of(s).ToHtml(), s => FunctionTables.Of(s).ToText());
        Both<IReadOnlyList<AntecedentScores>>(s => FunctionTables.Of(s).ToHtml(), s => FunctionTables.Of(s).ToText());
        Both<IReadOnlyList<StabilityReport>>(r => ClusterTables.Of(r).ToHtml(), r => ClusterTables.Of(r).ToText());
        Both<IReadOnlyList<AblationEffect>>(e => AblationTables.Of(e).ToHtml(), e => AblationTables.Of(e).ToText());
        Both<HeadComparison>(c => ComparisonTables.Of(c).ToHtml(), c => ComparisonTables.Of(c).ToText());
        Both<HeadMatching>(m => ComparisonTables.Of(m).ToHtml(), m => ComparisonTables.Of(m).ToText());
        Both<IReadOnlyList<PatternCount>>(p => ComparisonTables.Of(p).ToHtml(), p => ComparisonTables.Of(p).ToText());
        Both<IReadOnlyList<FeatureAgreement>>(f => ComparisonTables.Of(f).ToHtml(), f => ComparisonTables.Of(f).ToText());
        Both<MeasureAgreement>(a => AblationTables.Of(a).ToHtml(), a => AblationTables.Of(a).ToText());
    }

    private static void Both<T>(Func<T, string> html, Func<T, string> text)
    {
        Formatter.Register<T>((value, writer) => writer.Write(html(value)), "text/html");
        Formatter.Register<T>((value, writer) => writer.Write(text(value)), "text/plain");
    }

    /// <summary>The first heads with all their features.</summary>
    internal static TextTable Table(HeadTable table)
    {
        int shown = Math.Min(ShownHeads, table.Grid.Count);
        var rows = Enumerable.Range(0, shown).Select(i => (string[])[table.Grid[i].ToString(), .. table.Columns.Select(c => Number(c[i]))]);
        string texts = table.Texts > 0 ? string.Create(CultureInfo.InvariantCulture, $"; means over {table.Texts:N0} texts") : "";
        string more = shown < table.Grid.Count ? $"{table.Grid.Count - shown} more heads. " : "";
        return new TextTable($"{table.Grid.Count} heads ({table.Grid.Layers} layers × {table.Grid.Heads}), {table.Features.Count} "
            + $"features{texts}",
            ["head", .. table.Features], [.. rows], $"{more}A head is layer-head, both counted from 0.{Notes(table)}",
            table.Columns.Any(c => c.Unit.Length > 0) ? ["", .. table.Columns.Select(c => c.Unit)] : null);
    }

    /// <summary>A column: what it is, and its highest and lowest heads.</summary>
    internal static TextTable Table(HeadColumn column)
    {
        int[] order = [.. Enumerable.Range(0, column.Count).OrderByDescending(i => column[i])];
        string List(IEnumerable<int> positions) => string.Join(", ", positions.Select(i => Number(column[i])));
        return new TextTable("", ["column", "unit", "formula", "source", "heads", "highest", "lowest"],
            [[column.Name, column.Unit, column.Definition, column.Source, column.Count.ToString(CultureInfo.InvariantCulture),
                List(order.Take(3)), List(order.Reverse().Take(3))]], "");
    }

    private static string Notes(HeadTable table) => string.Concat(table.Notes.Take(ShownNotes).Select(n => $" Note: {n.Text}"))
        + (table.Notes.Count > ShownNotes ? $" {table.Notes.Count - ShownNotes} more notes are in .Notes." : "");

    /// <summary>The clusters, one row each: what they are called, why, and where they lie.</summary>
    /// <param name="clustering">The clusters.</param>
    internal static TextTable Table(HeadClustering clustering)
    {
        var rows = clustering.Clusters.Select(c => (string[])
        [
            c.Number.ToString(CultureInfo.InvariantCulture), c.Name, c.Heads.Count.ToString(CultureInfo.InvariantCulture),
            $"{c.MeetRule} of {c.Heads.Count}", Layers(c),
            Number(c.Heads.Average(h => clustering.Silhouettes[clustering.Grid.PositionOf(h)])),
            Telling(clustering, c), c.Evidence,
        ]);
        return new TextTable(
            string.Create(CultureInfo.InvariantCulture,
                $"{clustering.Clusters.Count} clusters of {clustering.Grid.Count} heads, mean silhouette {clustering.Silhouette:0.000}"),
            ["cluster", "name", "heads", "meet the rule", "layers", "silhouette", "most telling means", "evidence"], [.. rows],
            $"Clustered on {string.Join(", ", clustering.Table.Features)} ({ScalingName(clustering.Scaling)}). Means name a cluster; "
                + "\"meet the rule\" says how many of its heads meet the rule of this name by themselves.");
    }

    private static TextTable Table(IReadOnlyList<(Head Head, double Value)> ranking) =>
        new("", ["head", "value"], [.. ranking.Select(r => (string[])[r.Head.ToString(), Number(r.Value)])], "");

    // "0–2, 9": the layers in which the cluster has heads, runs joined.
    private static string Layers(HeadCluster cluster)
    {
        var text = new StringBuilder();
        int[] layers = [.. cluster.Heads.Select(h => h.Layer).Distinct().Order()];
        for (int i = 0; i < layers.Length;)
        {
            int end = i;
            while (end + 1 < layers.Length && layers[end + 1] == layers[end] + 1) end++;
            text.Append(text.Length > 0 ? ", " : "").Append(layers[i]);
            if (end > i) text.Append(end > i + 1 ? "–" : ", ").Append(layers[end]);
            i = end + 1;
        }
        return text.ToString();
    }

    // The three features on which the cluster's mean lies farthest from that of all heads, in standard deviations.
    private static string Telling(HeadClustering clustering, HeadCluster cluster) => string.Join(", ", clustering.Table.Features
        .Select(f => (Feature: f, Mean: cluster.Means[f], Z: ColumnScale.Of(clustering.Table.Column(f)).Score(cluster.Means[f])))
        .OrderByDescending(f => Math.Abs(f.Z)).Take(3)
        .Select(f => string.Create(CultureInfo.InvariantCulture,
            $"{f.Feature} {Number(f.Mean)}{ColumnUnit.AfterNumber(clustering.AllFeatures.Column(f.Feature).Unit)} ({f.Z:+0.0;-0.0} sd)")));

    private static string ScalingName(Scaling scaling) => scaling switch
    {
        Scaling.ZScore => "z-scored",
        Scaling.None => "not scaled",
        Scaling.Robust => "scaled by median and quartiles",
        _ => "as ranks",
    };

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString("0.000", CultureInfo.InvariantCulture);
}
