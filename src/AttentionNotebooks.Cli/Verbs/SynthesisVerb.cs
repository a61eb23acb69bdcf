using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn synthesis</c>: what each cluster does, from the files that the other verbs wrote.</summary>
internal static class SynthesisVerb
{
    public static Command Create(TextWriter output)
    {
        var heads = new Option<string>("--heads")
        { Description = "A head table of attn features.", HelpName = "heads.csv", Required = true };
        var clusters = new Option<string>("--clusters")
        { Description = "The clusters, as attn cluster wrote them.", HelpName = "clusters.csv", Required = true };
        var clusteredOn = new Option<string>("--clustered-on")
        {
            Description =
                "The columns that the heads were clustered on, comma-separated; they are marked, since clusters differ in them by "
                + "construction. Default: the columns that attn cluster takes by itself.",
            HelpName = "a,b"
        };
        var functions = new Option<string?>("--functions")
        { Description = "Relations, as attn functions wrote them.", HelpName = "functions.csv" };
        var atLeast = new Option<int>("--dependents")
        { Description = "Pass over relations with fewer dependents.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var importance = new Option<string?>("--importance")
        { Description = "How much heads matter, as attn importance wrote it.", HelpName = "importance.csv" };
        var measure = new Option<string?>("--measure")
        {
            Description =
                "Which columns of --heads and --importance, comma-separated (and layer, best relation), instead of the usual ones.",
            HelpName = "a,b"
        };
        var report = OutFile.Also("--report", "Also write what each cluster does in plain words.", "F.md", OutFile.Markdown);
        var draws = new Option<int>("--draws")
        {
            Description = "Draws for the intervals, and shufflings for the p-values; with N the least p-value is 1/(N + 1), however many "
                + "clusters and measures there are.",
            HelpName = "N",
            DefaultValueFactory = _ => ClusterSynthesis.DefaultDraws,
        };
        draws.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 100 or > 100_000) r.AddError("--draws takes 100 to 100000."); });
        var seed = new Option<int>("--seed") { Description = "Decides the draws and shufflings.", HelpName = "S" };
        var file = new OutFile("A row per cluster and measure.", "synthesis.csv", [OutFile.Csv]);
        var command =
            new Command("synthesis",
                "What each cluster does: its heads against all others in position, special tokens, syntax, importance and layer, with "
                    + "effect sizes, intervals and controls.")
                    { heads, clusters, clusteredOn, functions, atLeast, importance, measure, report, draws, seed, file };
        command.SetWork((parsed, _) =>
        {
            string headFile = parsed.GetValue(heads)!, clusterFile = parsed.GetValue(clusters)!;
            var table = HeadTable.Read(headFile);
            var assigned = ClusterAssignment.Read(clusterFile, table.Grid);
            Provenance.RequireSame((headFile, table.Grid, table.From), (clusterFile, assigned.Grid, assigned.From));
            var groups = HeadGroups.Of(assigned);
            string[] made = parsed.GetValue(clusteredOn) is { } list ? Names.Of(list)
                : [.. HeadClusters.DefaultFeatures(table)], named = Names.Of(parsed.GetValue(measure));
            foreach (string column in made) table.Column(column); // refuses a name that the table does not have
            List<HeadColumn> measures = [.. named.Length == 0 ? table.ForSynthesis() : [LayerNumber.Of(table.Grid), .. table.Columns]];
            if (parsed.GetValue(functions) is { } relations)
            {
                Provenance.RequireSame((headFile, table.Grid, table.From), (relations, table.Grid, Provenance.Read(relations)));
                measures.Add(RelationGains.Read(relations, table.Grid, parsed.GetValue(atLeast)));
            }
            if (parsed.GetValue(importance) is { } important)
            {
                var matters = ImportanceFile.Read(important);
                HeadTable.RequireSame((headFile, table), (important, matters));
                HeadColumn[] compared = [.. matters.Columns.Where(c => c.Info.InSynthesis
                    && c.Kind is MeasureKind.Importance or MeasureKind.Norm or MeasureKind.User)];
                string[] known = [.. MeasureCatalogue.Importance.SelectMany(m => m.Columns).Where(c => c.InSynthesis).Select(c => c.Name)];
                if (named.Length == 0 && compared.Length == 0)
                    throw new InputException(important, "line 1", $"has none of the columns {string.Join(", ", known)}",
                        "Write it with attn importance, or name columns with --measure");
                measures.AddRange(named.Length == 0 ? compared : matters.Columns);
            }
            measures = [.. measures.DistinctBy(m => m.Name)];
            if (named.Length > 0) measures = [.. named.Distinct().Select(new HeadTable(table.Grid, measures).Column)];
            var synthesis = ClusterSynthesis.Compute(table.Grid, groups, measures, parsed.GetValue(draws), parsed.GetValue(seed),
                made);
            synthesis.WriteCsv(parsed.GetValue(file)!);
            if (parsed.GetValue(report) is { } words) AtomicFile.WriteText(words, synthesis.ToMarkdown());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{parsed.GetValue(file)}: {groups.Count} clusters × {measures.Count} measures"));
            for (int c = 0; c < groups.Count; c++) output.WriteLine(synthesis.Describe(c));
        });
        return command;
    }
}
