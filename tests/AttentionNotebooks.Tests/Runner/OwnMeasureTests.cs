using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>A measure of one's own, registered in one line of a cell, takes part in everything that follows.</summary>
[Collection(NotebookCollection.Name)]
public sealed class OwnMeasureTests : IDisposable
{
    private const string Line = "Kit.Measure(\"commas\", \"share\", (a, t) => t.OnKeys(a, t.MarkTokens(token => token == \",\")))";
    private readonly NotebookBench bench = new();

    [Fact]
    public void One_line_is_found_in_table_grid_clustering_synthesis_explaining_and_pruning()
    {
        string printed = Printed(
            Line,
            """
            var table = source.Extract();
            var column = table.Column("commas");
            Console.WriteLine($"table {column.Unit} {column.Kind} {column.Max() > column.Min()}");
            Console.WriteLine($"grid {Kit.Plot.HeadGrid(table, "commas").ToJson().Contains("commas (share)")}");
            var clusters = table.Cluster(4);
            Console.WriteLine($"clustering {clusters.Table.Features.Contains("commas")}");
            var synthesis = ClusterSynthesis.Compute(clusters, draws: 50);
            Console.WriteLine($"synthesis {synthesis[0, "commas"].Function.Unit} {synthesis[0, "commas"].Clustered}");
            """,
            """
            double[] importance = [.. table.Column("commas").Select((v, i) => 3 * v + 0.0001 * (i * 7 % 11))];
            var model2 = ImportanceModel.Fit(table, importance, permutations: 19, draws: 100);
            Console.WriteLine($"explain {model2.Effects.Single(e => e.Feature == "commas").Spearman > 0.9}");
            var task = new MaskedWords(model, texts.Take(12).ToArray());
            var pruned = PruningStudy.Run(model, TaskPart.All(task), [column], new PruningOptions(Steps: 2, RandomOrders: 1));
            Console.WriteLine($"prune {pruned.Curves[0].Name} {pruned.Curves[0].Removed.Count}");
            """);
        Assert.Equal(
        [
            "table share User True", "grid True", "clustering True", "synthesis share True", "explain True", "prune commas 3",
        ], printed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_function_of_the_head_and_numbers_from_elsewhere_are_measures_too()
    {
        string printed = Printed(
            "Kit.Measure(\"parity\", \"0 or 1\", h => h.Index % 2); Kit.Measure(\"given\", \"points\", Enumerable.Range(0, "
                + "source.Grid.Count).Select(i => (double)i).ToArray());",
            "var table = source.Extract();\nConsole.WriteLine($\"{table[0, 1, \"parity\"]} {table.Column(\"parity\").Unit} {table[1, 0, "
                + "\"given\"] == source.Grid.Heads} {table.Column(\"given\").Unit}\");");
        Assert.Equal("1 0 or 1 True points", printed.Trim());
    }

    [Fact]
    public void A_name_of_the_kit_is_refused_and_the_next_notebook_starts_without_measures()
    {
        Assert.Contains("is a measure of the kit", bench.Failure([.. SetUp(), Line.Replace("commas", "entropy")]).Message,
            StringComparison.Ordinal);
        bench.Outputs([.. SetUp(), Line]);
        Assert.Equal("False", Printed("Console.WriteLine(source.Extract().Features.Contains(\"commas\"));").Trim());
    }

    public void Dispose()
    {
        UserMeasures.Clear();
        bench.Dispose();
    }

    private string Printed(params string[] cells)
    {
        var run = bench.Run([.. SetUp(), .. cells]);
        Assert.Null(run.Failure?.OneLine);
        return string.Concat(run.Cells.SelectMany(c => c.Outputs).OfType<StreamOutput>().Select(o => o.Text));
    }

    private static string[] SetUp() =>
    [
        $"#load \"{Repository.Path("notebooks", "kit.csx").Replace('\\', '/')}\"\nusing AttentionNotebooks;\nKit.Start()",
        """
        var model = Checkpoint.Load(Kit.DataPath("demo-bert"));
        var texts = TextFile.Texts(Kit.DataPath("texts/sentences.txt")).Take(24).ToArray();
        var source = new LiveAttention(model, texts);
        """,
    ];
}
