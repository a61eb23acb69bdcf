using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AttentionNotebooks.Clustering;
using AttentionNotebooks.Data;
using AttentionNotebooks.Features;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn cluster</c>: from the head table to named clusters.</summary>
internal static class ClusterVerb
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(TextWriter output)
    {
        var heads = new Option<string>("--heads") { Description = "The head table that attn features wrote.", HelpName = "heads.csv", Required = true };
        var features = new Option<string?>("--features") { Description = "Comma-separated columns; all standard ones but globalness by default.", HelpName = "a,b" };
        var k = new Option<string>("--k") { Description = "How many clusters, or auto: the k of 2…12 with the highest silhouette.", HelpName = "K|auto", DefaultValueFactory = _ => "auto" };
        var algorithm = new Option<string>("--algorithm") { Description = "How to cluster.", DefaultValueFactory = _ => "kmeans" };
        var scale = new Option<string>("--scale") { Description = "How to scale the columns first.", DefaultValueFactory = _ => "zscore" };
        var seed = new Option<int>("--seed") { Description = "Decides all random choices.", DefaultValueFactory = _ => 0 };
        var file = new Option<string>("--out") { Description = "layer,head,cluster,name.", HelpName = "clusters.csv", Required = true };
        var json = new Option<string?>("--json") { Description = "Figures of the clustering.", HelpName = "r.json" };
        algorithm.AcceptOnlyFromAmong("kmeans");
        scale.AcceptOnlyFromAmong("zscore", "none", "robust", "rank");
        k.Validators.Add(r =>
        {
            string given = r.GetValueOrDefault<string>();
            if (given != "auto" && !int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _)) r.AddError($"--k must be a number or auto, not {given}");
        });
        var command = new Command("cluster", "Clusters the heads on their features and names the clusters.") { heads, features, k, algorithm, scale, seed, file, json };
        command.SetAction(parsed =>
        {
            var table = HeadTableCsv.ReadCsv(parsed.GetValue(heads)!);
            var columns = parsed.GetValue(features)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var scaling = Enum.Parse<Scaling>(parsed.GetValue(scale)!, ignoreCase: true);
            int chosen = parsed.GetValue(k) == "auto"
                ? table.Silhouettes(columns, scaling, parsed.GetValue(seed)).MaxBy(s => s.Silhouette).K
                : int.Parse(parsed.GetValue(k)!, CultureInfo.InvariantCulture);
            var clustering = table.Cluster(chosen, columns, scaling, parsed.GetValue(seed));
            AtomicFile.WriteText(parsed.GetValue(file)!, Csv(clustering));
            if (parsed.GetValue(json) is { } report) AtomicFile.WriteText(report, JsonSerializer.Serialize(Report(clustering, parsed.GetValue(seed)), Indented) + "\n");
            output.WriteLine(FormattableString.Invariant($"{parsed.GetValue(file)}: {clustering.Clusters.Count} clusters of {table.Grid} heads, silhouette {clustering.Silhouette:0.000}"));
            foreach (var c in clustering.Clusters) output.WriteLine($"  {c.Number}  {c.Name}, {c.Heads.Count} heads: {c.Evidence}");
        });
        return command;
    }

    private static string Csv(HeadClustering clustering)
    {
        var text = new StringBuilder("layer,head,cluster,name\n");
        foreach (var head in clustering.Grid.All())
            text.Append(CultureInfo.InvariantCulture, $"{head.Layer},{head.Index},{clustering[head].Number},{clustering[head].Name}\n");
        return text.ToString();
    }

    private static object Report(HeadClustering c, int seed)
    {
        var stability = Stability.OverHeads(c, seed);
        return new
        {
            algorithm = "kmeans", k = c.Clusters.Count, seed, scale = c.Scaling.ToString().ToLowerInvariant(), features = c.Table.Features,
            inertia = c.Inertia, silhouette = c.Silhouette,
            calinski_harabasz = Validity.CalinskiHarabasz(c.Points, c.Labels), davies_bouldin = Validity.DaviesBouldin(c.Points, c.Labels),
            stability = new { what = "adjusted Rand index with the clustering of heads drawn with replacement", mean = stability?.Mean, low = stability?.Low, high = stability?.High, draws = stability?.Draws ?? 0 },
            clusters = c.Clusters.Select(x => new { number = x.Number, name = x.Name, evidence = x.Evidence, heads = x.Heads.Select(h => h.ToString()), means = x.Means }),
        };
    }
}
