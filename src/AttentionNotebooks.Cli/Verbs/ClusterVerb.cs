using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn cluster</c>: from the head table to named clusters.</summary>
internal static class ClusterVerb
{
    public static Command Create(TextWriter output)
    {
        var heads = new Option<string>("--heads")
        {
            Description = "The head table that attn features wrote.",
            HelpName = "heads.csv",
            Required = true,
        };
        var features = new Option<string?>("--features")
        {
            Description = "Columns to cluster on, comma-separated; by default the standard features without globalness.",
            HelpName = "a,b",
        };
        var k = new Option<string>("--k")
        {
            Description = "How many clusters, or auto: the k of 2…12 with the highest silhouette.",
            HelpName = "K|auto",
            DefaultValueFactory = _ => "auto",
        };
        var algorithm = new Option<string>("--algorithm")
        {
            Description = string.Join("; ", ClusterAlgorithms.All.Select(a => $"{a.Name}: {a.Method}")) + ".",
            DefaultValueFactory = _ => ClusterAlgorithms.KMeans.Name,
        };
        var scale = new Option<string>("--scale") { Description = "How to scale the columns first.", DefaultValueFactory = _ => "zscore" };
        var seed = new Option<int>("--seed") { Description = "Decides all random choices.", DefaultValueFactory = _ => 0 };
        var distances = new Option<string?>("--distances")
        {
            Description = $"Distances that attn distances wrote, to cluster on instead of the columns "
                + $"({string.Join(", ", ClusterAlgorithms.All.Where(a => a.TakesDistances).Select(a => a.Name))}).",
            HelpName = "d.npz",
        };
        var texts = new Option<string?>("--texts")
        {
            Description = "What attn text-features wrote; adds the stability over texts to the report.",
            HelpName = "texts.npz",
        };
        var file = new OutFile("layer,head,cluster,name: a row per head.", "clusters.csv", [OutFile.Csv]);
        var json = OutFile.Also("--json", "Also write figures of the clustering: how far clusters stand apart, how stable they are, "
            + "what chance gives.", "r.json", OutFile.Json);
        algorithm.AcceptOnlyFromAmong([.. ClusterAlgorithms.All.Concat(ClusterAlgorithms.Accord).Select(a => a.Name)]);
        scale.AcceptOnlyFromAmong("zscore", "none", "robust", "rank");
        k.Validators.Add(r =>
        {
            string given = r.GetValueOrDefault<string>();
            if (given != "auto" && !int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                r.AddError($"--k must be a number or auto, not {given}");
        });
        var command = new Command("cluster", "Clusters the heads on their features and names the clusters.") { heads, features, k,
            algorithm, scale, seed, distances, texts, file, json };
        command.Validators.Add(r =>
        {
            if (r.GetValue(texts) is not null && r.GetValue(json) is null) r.AddError("--texts adds to the report: give --json too.");
        });
        command.SetWork((parsed, _) =>
        {
            var table = HeadTable.Read(parsed.GetValue(heads)!);
            var columns = Names.Given(parsed.GetValue(features));
            var scaling = Enum.Parse<Scaling>(parsed.GetValue(scale)!, ignoreCase: true);
            var how = ClusterAlgorithms.Get(parsed.GetValue(algorithm)!);
            var given = parsed.GetValue(distances) is { } d ? HeadDistanceFile.Read(d) : null;
            int chosen = parsed.GetValue(k) == "auto"
                ? table.SilhouetteByK(columns, scaling, parsed.GetValue(seed), how, given).MaxBy(s => s.Silhouette).K
                : int.Parse(parsed.GetValue(k)!, CultureInfo.InvariantCulture);
            var clustering = table.Cluster(chosen, columns, scaling, parsed.GetValue(seed), how, given);
            var values = parsed.GetValue(texts) is { } t ? TextValues.Read(t) : null;
            var report = parsed.GetValue(json) is null ? null : ClusterReport.Compute(clustering,
                values is null ? null : draw => values.Resample(draw, clustering.Table.Features));
            clustering.Write(parsed.GetValue(file)!);
            if (report is not null) AtomicFile.WriteText(parsed.GetValue(json)!, report);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(file)}: {clustering.Clusters.Count} "
                + $"clusters of {table.Grid} heads, silhouette {clustering.Silhouette:0.000}"));
            NoteLines.Write(clustering.Table.Notes, parsed.GetValue(heads)!, output);
            foreach (var c in clustering.Clusters) output.WriteLine($"  {c.Number}  {c.Name}, {c.Heads.Count} heads "
                + $"({c.MeetRule} of them meet the rule of this name): {c.Evidence}");
        });
        return command;
    }
}
