using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

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
        var algorithm = new Option<string>("--algorithm") { Description = string.Join("; ", ClusterAlgorithms.All.Select(a => $"{a.Name}: {a.Method}")) + ".", DefaultValueFactory = _ => ClusterAlgorithms.KMeans.Name };
        var scale = new Option<string>("--scale") { Description = "How to scale the columns first.", DefaultValueFactory = _ => "zscore" };
        var seed = new Option<int>("--seed") { Description = "Decides all random choices.", DefaultValueFactory = _ => 0 };
        var distances = new Option<string?>("--distances") { Description = $"What attn distances wrote: cluster on it instead of the columns ({string.Join(", ", ClusterAlgorithms.All.Where(a => a.TakesDistances).Select(a => a.Name))}).", HelpName = "d.npz" };
        var texts = new Option<string?>("--texts") { Description = "What attn text-features wrote: adds the stability over texts to the report.", HelpName = "texts.npz" };
        var file = new Option<string>("--out") { Description = "layer,head,cluster,name.", HelpName = "clusters.csv", Required = true };
        var json = new Option<string?>("--json") { Description = "Figures of the clustering, and how far it holds.", HelpName = "r.json" };
        algorithm.AcceptOnlyFromAmong([.. ClusterAlgorithms.All.Concat(ClusterAlgorithms.Accord).Select(a => a.Name)]);
        scale.AcceptOnlyFromAmong("zscore", "none", "robust", "rank");
        k.Validators.Add(r =>
        {
            string given = r.GetValueOrDefault<string>();
            if (given != "auto" && !int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _)) r.AddError($"--k must be a number or auto, not {given}");
        });
        var command = new Command("cluster", "Clusters the heads on their features and names the clusters.") { heads, features, k, algorithm, scale, seed, distances, texts, file, json };
        command.Validators.Add(r => { if (r.GetValue(texts) is not null && r.GetValue(json) is null) r.AddError("--texts adds to the report: give --json too."); });
        command.SetAction(parsed =>
        {
            var table = HeadTable.Read(parsed.GetValue(heads)!);
            var columns = parsed.GetValue(features)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var scaling = Enum.Parse<Scaling>(parsed.GetValue(scale)!, ignoreCase: true);
            var how = ClusterAlgorithms.Get(parsed.GetValue(algorithm)!);
            var given = parsed.GetValue(distances) is { } d ? ReadDistances(d) : null;
            int chosen = parsed.GetValue(k) == "auto"
                ? table.Silhouettes(columns, scaling, parsed.GetValue(seed), how, given).MaxBy(s => s.Silhouette).K
                : int.Parse(parsed.GetValue(k)!, CultureInfo.InvariantCulture);
            var clustering = table.Cluster(chosen, columns, scaling, parsed.GetValue(seed), how, given);
            var report = parsed.GetValue(json) is null ? null : ClusterReport.Of(clustering, parsed.GetValue(texts) is { } t ? TextValues.Read(t) : null);
            AtomicFile.WriteText(parsed.GetValue(file)!, Csv(clustering));
            if (report is not null) AtomicFile.WriteText(parsed.GetValue(json)!, JsonSerializer.Serialize(report, Indented) + "\n");
            output.WriteLine(FormattableString.Invariant($"{parsed.GetValue(file)}: {clustering.Clusters.Count} clusters of {table.Grid} heads, silhouette {clustering.Silhouette:0.000}"));
            NoteLines.Write(clustering.Table.Notes, parsed.GetValue(heads)!, output);
            foreach (var c in clustering.Clusters) output.WriteLine($"  {c.Number}  {c.Name}, {c.Heads.Count} heads: {c.Evidence}");
        });
        return command;
    }

    private static double[,] ReadDistances(string file)
    {
        const string MakeAgain = "Write it with attn distances";
        var (_, array) = Npz.Read(file, MakeAgain).FirstOrDefault(e => e.Name == "distances");
        if (array is null || array.Shape.Length != 2 || array.Shape[0] != array.Shape[1])
            throw new InputException(file, "entry distances", array is null ? "is missing" : $"has shape [{string.Join(", ", array.Shape)}] instead of [heads, heads]", MakeAgain);
        var distances = new double[array.Shape[0], array.Shape[0]];
        Buffer.BlockCopy(array.Values, 0, distances, 0, Buffer.ByteLength(array.Values));
        return distances;
    }

    private static string Csv(HeadClustering clustering)
    {
        var text = new StringBuilder("layer,head,cluster,name\n");
        foreach (var head in clustering.Grid.All())
            text.Append(CultureInfo.InvariantCulture, $"{head.Layer},{head.Index},{clustering[head].Number},{clustering[head].Name}\n");
        return text.ToString();
    }
}
