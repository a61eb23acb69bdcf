using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// What the clusters do, from every measure at once.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure ClusterFunctions(ClusterSynthesis synthesis, string? title = null, string? caption = null)
    {
        title ??= "What each cluster does";
        var functions = synthesis.Functions;
        ClusterFunction[][] rows = [.. synthesis.Clusters.Select((_, c) => functions.Select(f => synthesis[c, f.Name]).ToArray())];
        string[][] marks = [.. rows.Select(r => r.Select(Mark).ToArray())];
        string[][] hover = [.. rows.Select(r => r.Select(c => string.Create(CultureInfo.InvariantCulture,
            $"{Style.Number(c.Mean)} against {Style.Number(c.Others)} {c.Function.Unit}<br>δ {c.Delta:0.00} ({c.Low:0.00} to "
                + $"{c.High:0.00})<br>p {c.Adjusted:0.000}, within layers {c.LayerAdjusted:0.000} (corrected)"
                + $"{(c.Clustered ? "<br>the heads were clustered on it" : "")}")).ToArray())];
        string[] labels = [.. rows[0].Select(c => Style.Label(c.Clustered ? c.Function.Name + "*" : c.Function.Name))];
        var cells = new Trace("heatmap").With("z", rows.Select(r => r.Select(c => c.Delta).Gaps()).ToArray()).With("text", marks)
            .With("customdata", hover)
            .With("colorscale", Style.DivergingScale).With("zmin", -1).With("zmax", 1).With("xgap", 1).With("ygap", 1)
            .With("colorbar", Drawing.ColourBar("Cliff’s δ"))
            .With("texttemplate", "%{text}").With("textfont", new { size = 11 })
            .With("hovertemplate", "<b>%{y}</b><br>%{x}: %{customdata}<extra></extra>");
        int bottom = 40 + 6 * labels.Max(l => l.Length), clusters = rows.Length;
        var layout = Drawing.Layout(title, Math.Max(180, 44 * clusters), (190, 48, 100, bottom)).With("plot_bgcolor", Style.Faint)
            .With("xaxis", Drawing.Axis("").Ticks(Enumerable.Range(0, labels.Length).Select(i => (double)i), labels).With("tickangle", -45)
                .With("ticks", ""))
            .With("yaxis", Drawing.Axis("cluster").Ticks(Enumerable.Range(0, clusters).Select(i => (double)i),
                synthesis.Clusters.Select((c, i) => Style.Wrapped(
                    string.Create(CultureInfo.InvariantCulture, $"{i} · {c.Name} ({c.Heads.Count})"), 24)))
                .With("autorange", "reversed").With("ticks", ""));
        string warning = synthesis.TooFewDraws() is { } few ? $"{few} " : "";
        return Drawing.Finish([cells], layout, title, caption ?? warning +
            "Orange: the cluster’s heads have more of it than the other heads, blue: less; 1 means every one of them. A number is sure "
            + "(its interval excludes 0 and p < 0.05, corrected for all cells), one in brackets is not sure within layers, so that the "
            + "heads’ layers may explain it, an empty cell is open. * The heads were clustered on it.");
    }

    // As text, since plotly.js' number formats cannot begin with a sign.
    private static string Mark(ClusterFunction cell)
    {
        if (!cell.IsSure) return "";
        string delta = cell.Delta.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
        return cell.IsBeyondLayers ? delta : $"({delta})";
    }
}
