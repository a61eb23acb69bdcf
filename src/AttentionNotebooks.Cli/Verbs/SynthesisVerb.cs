using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn synthesis</c>: what each cluster does, from the files that the other verbs wrote.</summary>
internal static class SynthesisVerb
{
    // What attn importance writes and can be compared between heads of one model.
    private static readonly string[] ImportanceColumns = ["gradient", "first_order", "attention_gradient", "norm_mass"];

    public static Command Create(TextWriter output)
    {
        var heads = new Option<string>("--heads") { Description = "A head table of attn features.", HelpName = "heads.csv", Required = true };
        var clusters = new Option<string>("--clusters") { Description = "The clusters, as attn cluster wrote them.", HelpName = "clusters.csv", Required = true };
        var clusteredOn = new Option<string>("--clustered-on") { Description = "The columns that the clusters were made from, with commas between; they are marked, since clusters differ in them by construction. Default: the columns that attn cluster takes by itself.", HelpName = "a,b" };
        var functions = new Option<string?>("--functions") { Description = "Relations, as attn functions wrote them.", HelpName = "functions.csv" };
        var atLeast = new Option<int>("--dependents") { Description = "Pass over relations with fewer dependents.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var importance = new Option<string?>("--importance") { Description = "How much heads matter, as attn importance wrote it.", HelpName = "importance.csv" };
        var report = new Option<string?>("--report") { Description = "Also write what each cluster does in plain words.", HelpName = "F.md" };
        var seed = new Option<int>("--seed") { Description = "Decides the draws and shufflings.", HelpName = "S" };
        var file = new Option<string>("--out") { Description = "A row per cluster and measure.", HelpName = "synthesis.csv", Required = true };
        var command = new Command("synthesis", "What each cluster does: its heads against all others in position, special tokens, syntax, importance and layer, with effect sizes, intervals and controls.") { heads, clusters, clusteredOn, functions, atLeast, importance, report, seed, file };
        command.SetWork((parsed, _) =>
        {
            var table = HeadTable.Read(parsed.GetValue(heads)!);
            var groups = HeadGroups.Read(parsed.GetValue(clusters)!, table.Grid);
            var made = parsed.GetValue(clusteredOn)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? HeadClusters.DefaultFeatures(table);
            List<HeadFunction> measures = [.. HeadFunction.OfTable(table, made.ToHashSet())];
            if (parsed.GetValue(functions) is { } relations) measures.Add(RelationGains.Read(relations, table.Grid, parsed.GetValue(atLeast)));
            if (parsed.GetValue(importance) is { } important)
            {
                var matters = HeadTable.Read(important);
                string[] known = [.. ImportanceColumns.Where(matters.Features.Contains)];
                if (known.Length == 0) throw new InputException(important, "line 1", $"has none of the columns {string.Join(", ", ImportanceColumns)}", "Write it with attn importance");
                measures.AddRange(known.Select(c => HeadFunction.OfImportance(matters, c, c == "norm_mass" ? "length" : "nats")));
            }
            var synthesis = ClusterSynthesis.Of(table.Grid, groups, measures, seed: parsed.GetValue(seed));
            synthesis.WriteCsv(parsed.GetValue(file)!);
            if (parsed.GetValue(report) is { } words) AtomicFile.WriteText(words, synthesis.ToMarkdown());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(file)}: {groups.Count} clusters × {measures.Count} measures"));
            for (int c = 0; c < groups.Count; c++) output.WriteLine(synthesis.Describe(c));
        });
        return command;
    }
}
