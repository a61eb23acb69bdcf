using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Statistics;

/// <summary>At their defaults, and in the shipped notebooks, tests by draws could find something: their least p-value is below 0.05, also
/// after the correction for as many tests as the shipped files make.</summary>
public class EveryTestCanRejectTests
{
    private static readonly string[] Drawn = ["draws", "shuffles", "permutations", "random-groups", "random-orders"];

    public static TheoryData<string> Tables => [.. new[] { "bert-base", "minilm" }
        .SelectMany(folder => Directory.GetFiles(Repository.Path("data", folder), "heads*.csv")).Order(StringComparer.Ordinal)
        .Select(f => Path.GetRelativePath(Repository.Path("data"), f))];

    [Fact]
    public void Every_number_of_draws_that_the_library_takes_by_default_is_enough()
    {
        var defaults = typeof(ClusterSynthesis).Assembly.GetExportedTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .SelectMany(m => m.GetParameters()).Where(p => p.HasDefaultValue && p.ParameterType == typeof(int) && Drawn.Contains(p.Name))
            .ToArray();
        Assert.True(defaults.Length > 10);
        Assert.All(defaults, p => Assert.True(LeastPValue.Of((int)p.DefaultValue!) < LeastPValue.Level, $"{p.Member.DeclaringType}.{p}"));
    }

    [Fact]
    public void Every_number_of_draws_that_a_verb_takes_by_default_is_enough()
    {
        var options = Cli.Attn.Commands(TextWriter.Null, TextWriter.Null).Subcommands
            .SelectMany(c => c.Options.OfType<Option<int>>().Where(o => Drawn.Contains(o.Name.TrimStart('-')))
                .Select(o => (Verb: c.Name, Option: o))).ToArray();
        Assert.Equal(["ablate --random-groups", "compare --draws", "explain --draws", "explain --permutations", "synthesis --draws"],
            options.Select(o => $"{o.Verb} {o.Option.Name}").Order(StringComparer.Ordinal));
        Assert.All(options, o => Assert.True(LeastPValue.Of((int)o.Option.GetDefaultValue()!) < LeastPValue.Level, o.ToString()));
    }

    [Theory, MemberData(nameof(Tables))]
    public void Every_shipped_table_of_heads_can_show_something_however_it_is_clustered(string file)
    {
        var table = HeadTable.Read(Repository.Path("data", file));
        for (int k = 2; k <= 8; k++)
        {
            var clusters = table.Cluster(k);
            var groups = HeadGroups.Of(clusters);
            // As many measures as the verb takes at most: those of the table, relations, and all measures of importance.
            HeadColumn[] measures = [.. clusters.AllFeatures.ForSynthesis(), .. MeasureCatalogue.Importance.SelectMany(m => m.Columns)
                .Where(c => c.InSynthesis)
                .Select((c, i) => new HeadColumn(c, [.. table.Grid.All().Select((_, h) => Math.Sin(h * (i + 2)))]))];
            var synthesis = ClusterSynthesis.Compute(table.Grid, groups, [.. measures.DistinctBy(m => m.Name)]);
            Assert.Null(synthesis.TooFewDraws());
            // Each cluster that more than a few heads make up can be told apart; the kit says of the others that they cannot.
            Assert.All(synthesis.Cells.Where(c => groups[c.Cluster].Heads.Count >= 4),
                c => Assert.True(c.LeastAdjusted < LeastPValue.Level || c.Function.Kind == MeasureKind.Layer, $"k = {k}: {c}"));
            Assert.True(LeastPValue.Of(AblationOptions.DefaultRandomGroups) < LeastPValue.Level);
            Assert.Contains(groups, g => RandomGroups.Count(table.Grid, g.Heads) > 1 / LeastPValue.Level);
        }
        Assert.All(HeadGroups.Layers(table.Grid), g =>
            Assert.True(RandomGroups.Count(table.Grid, g.Heads, GroupMatch.Size) > 1 / LeastPValue.Level));
        foreach (int features in new[] { HeadClusters.DefaultFeatures(table).Count, table.Features.Count })
        {
            Assert.True(LeastPValue.Of(FeatureEffects.ShufflesFor(features), features) < LeastPValue.Level);
            Assert.True(LeastPValue.Of(FeatureAgreement.ShufflesFor(features), features) < LeastPValue.Level);
        }
    }

    [Fact]
    public void So_can_pruning_in_any_number_of_orders_and_the_shipped_experiments()
    {
        for (int orders = 1; orders <= MeasureCatalogue.Importance.Count() + 1; orders++)
            Assert.True(LeastPValue.Of(new PruningOptions().RandomOrdersFor(orders), orders) < LeastPValue.Level);
        foreach (string file in Directory.GetFiles(Repository.Path("data", "experiments"), "prune.*.json"))
        {
            var figures = PruningFigures.Read(file);
            Assert.True(LeastPValue.Of(figures.RandomOrders, figures.Comparisons.Count(c => double.IsFinite(c.PValue)))
                < LeastPValue.Level, file);
        }
        foreach (string file in Directory.GetFiles(Repository.Path("data", "experiments"), "calibrate.*.json"))
            Assert.True(LeastPValue.Of(PairedComparison.Flips, ExperimentFigures.Read(file).Comparisons.Count) < LeastPValue.Level, file);
    }

    [Fact]
    public void No_notebook_asks_for_too_few()
    {
        int found = 0;
        foreach (string file in Directory.GetFiles(Repository.Path("notebooks"), "*.ipynb"))
            foreach (var cell in NotebookReader.Read(file).Cells.Where(c => c.Type == CellType.Code))
                foreach (Match match in Regex.Matches(cell.Source,
                    @"(?:draws|shuffles|permutations|RandomOrders): (\d+)|RandomGroups = (\d+)|Kit\.Parameter\(""orders"", (\d+)"))
                {
                    int draws = int.Parse(match.Groups.Values.Skip(1).Single(g => g.Success).Value, CultureInfo.InvariantCulture);
                    // Three orders are corrected together; clusters are corrected without a factor.
                    int tests = match.Groups[3].Success ? 3 : 1;
                    Assert.True(LeastPValue.Of(draws, tests) < LeastPValue.Level, $"{Path.GetFileName(file)}: {match.Value}");
                    found++;
                }
        Assert.True(found > 5, $"{found}");
    }
}
