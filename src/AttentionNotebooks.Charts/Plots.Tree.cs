using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// The tree of joined heads.
public sealed partial class Plots
{
    private const int MostLeafLabels = 60;

    /// <inheritdoc/>
    public Figure Tree(Dendrogram tree, HeadClustering clustering, string? title = null, string? caption = null)
    {
        int n = clustering.Grid.Count;
        Require(tree.Merges.Count == n - 1, $"a tree of {tree.Merges.Count + 1} heads for {n}", nameof(tree));
        title ??= $"How {n} heads join, {tree.Linkage} linkage";
        int[] order = Leaves(tree);
        // Per node its place, its height, and its heads' one cluster, or −1 where they are of several.
        double[] place = new double[2 * n - 1], height = new double[2 * n - 1];
        int[] cluster = new int[2 * n - 1];
        for (int i = 0; i < n; i++) (place[order[i]], cluster[order[i]]) = (i, clustering.Labels[order[i]]);
        var branches = new Dictionary<int, (List<double?> X, List<double?> Y)>();
        for (int m = 0; m < tree.Merges.Count; m++)
        {
            var (a, b, h, _) = tree.Merges[m];
            int node = n + m;
            (place[node], height[node], cluster[node]) = ((place[a] + place[b]) / 2, h, cluster[a] == cluster[b] ? cluster[a] : -1);
            if (!branches.TryGetValue(cluster[node], out var lines)) branches[cluster[node]] = lines = ([], []);
            lines.X.AddRange([place[a], place[a], place[b], place[b], null]);
            lines.Y.AddRange([height[a], h, h, height[b], null]);
        }
        var traces = branches.OrderBy(b => b.Key)
            .Select(b => new Trace("scatter").With("mode", "lines").With("x", b.Value.X.ToArray()).With("y", b.Value.Y.ToArray())
                .With("hoverinfo", "skip").With("showlegend", false)
            .With("line", new { color = b.Key < 0 ? Style.Grey : Style.Colour(b.Key), width = b.Key < 0 ? 1 : 1.6 })).ToList();
        foreach (var c in clustering.Clusters)
        {
            int[] at = [.. Enumerable.Range(0, n).Where(i => clustering.Labels[order[i]] == c.Number)];
            traces.Add(new Trace("scatter").With("mode", "markers").With("name", Style.Label(LegendName(c))).With("x", at)
                .With("y", at.Select(_ => 0.0).ToArray()).With("customdata", at.Select(i => clustering.Grid[order[i]].ToString()).ToArray())
                .With("marker", new { color = Style.Colour(c.Number), symbol = Style.Symbol(c.Number), size = n > MostLeafLabels ? 6 : 9 })
                .With("cliponaxis", false).With("hovertemplate", $"<b>%{{customdata}}</b><br>{Style.Label(c.Name)}<extra></extra>"));
        }
        var axis = Drawing.Axis("head").With("range", new[] { -1.0, n }).With("ticks", "");
        axis = n > MostLeafLabels ? axis.Ticks([0.0, n - 1.0], [" ", " "])
            : axis.Ticks(Enumerable.Range(0, n).Select(i => (double)i), order.Select(i => clustering.Grid[i].ToString()))
            .With("tickangle", -90);
        var layout = Drawing.Layout(title, 340, (66, 48, 24, n > MostLeafLabels ? 40 : 64), legend: LegendNames(clustering))
            .With("xaxis", axis)
            .With("yaxis", Drawing.Axis(tree.Linkage == Linkage.Ward ? "height √(2·growth of the sum of squares)"
                : "distance of the groups joined", grid: true).With("rangemode", "tozero"));
        return Drawing.Finish(traces, layout, title, caption ??
            "A bracket joins two groups at the height of their distance; long stems are groups that stand apart. Coloured: all heads "
            + "below are of one cluster of the clustering shown elsewhere; grey: of several. Where a colour has one bracket of its own, "
            + "the tree finds the same cluster.");
    }

    // The heads from left to right, so that no branches cross.
    private static int[] Leaves(Dendrogram tree)
    {
        int n = tree.Merges.Count + 1;
        var leaves = new List<int>(n);
        var open = new Stack<int>([2 * n - 2]);
        while (open.TryPop(out int node))
        {
            if (node < n) leaves.Add(node);
            else
            {
                open.Push(tree.Merges[node - n].Second);
                open.Push(tree.Merges[node - n].First);
            }
        }
        return [.. leaves];
    }
}
