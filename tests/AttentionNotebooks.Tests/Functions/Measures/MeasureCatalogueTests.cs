namespace AttentionNotebooks.Tests.Functions.Measures;

/// <summary>One catalogue of all that measures heads: every measure keeps what it declares, and a name is all that is needed.</summary>
[Collection(Runner.NotebookCollection.Name)] // registers measures of its own, which belong to the process
public sealed class MeasureCatalogueTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Fact]
    public void Every_measure_gives_the_columns_that_it_declares()
    {
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 8);
        var context = new MeasureContext(new LiveAttention(model, task.Texts)) { Task = task };
        foreach (var measure in MeasureCatalogue.Shipped.Where(m => (m.Needs & ~context.Has) == 0 && m.Name != "stability"))
        {
            var columns = measure.Measure(context);
            Assert.NotEmpty(columns);
            Assert.All(columns, c =>
            {
                Assert.Contains(c.Info, measure.Columns);
                Assert.Equal(PlantedBert.Grid.Count, c.Count);
                Assert.True(c.Unit.Length > 0 && c.Definition.Length > 0 && c.Source.Length > 0, c.Name);
            });
        }
        Assert.Equal(MeasureCatalogue.Shipped.Count, MeasureCatalogue.Shipped.Select(m => m.Name).Distinct().Count());
    }

    [Fact]
    public void Measures_of_syntax_are_those_of_the_treebank()
    {
        using var model = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        var (source, trees, _) = TreebankAttention.Of(model, ConllU.Read(Repository.Path("data", "treebank", "demo.conllu")).Take(60));
        var columns = MeasureCatalogue.Measure(new MeasureContext(source) { Treebank = trees }, "relations", "uuas", "position_driven");
        Assert.Equal(["best relation", "uuas", "position_driven", "content_driven"], columns.Select(c => c.Name));
        Assert.Equal(BestRelation.Of(source.Grid, DependencyRelations.Score(source, trees)).Values, columns[0].Values);
        Assert.Equal(UndirectedAttachment.Measure(source, trees).ByHead.Select(p => p.Value), columns[1].Values);
        Assert.Equal(PositionAndContent.Measure(source).Content, columns[3].Values);
        Assert.Contains("needs a treebank", Assert.Throws<InputException>(() =>
            MeasureCatalogue.Measure(new MeasureContext(source), "uuas")).Message, StringComparison.Ordinal);
        Assert.Contains("Give a task", Assert.Throws<InputException>(() =>
            MeasureCatalogue.Measure(new MeasureContext(source), "gradient")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_or_a_measure_is_named_and_a_wrong_name_gets_a_suggestion()
    {
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 8);
        var context = new MeasureContext(new LiveAttention(model, task.Texts)) { Task = task };
        var table = MeasureCatalogue.Table(context, ["ablation", "entropy", "within_7", "first_order"]);
        Assert.Equal(["ablation", "ablation_size", "entropy", "within_7", "first_order"], table.Features);
        Assert.Equal(PlantedBert.Planted, table.Top("ablation"));
        Assert.Equal(context.Source.Extract([ConcentrationFeatures.Entropy]).Column("entropy").Values, table.Column("entropy").Values);
        Assert.NotNull(table.From!.ModelHash);
        Assert.Contains("Did you mean gradient?", Assert.Throws<InputException>(() => MeasureCatalogue.Measure(context, "gradint")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_registered_measure_takes_part_until_it_is_forgotten_and_cannot_take_a_known_name()
    {
        var grid = new HeadGrid(2, 2);
        var source = new Features.MapsInMemory(grid, [new AttentionText("0", 5, null), new AttentionText("1", 6, null)],
            (t, h) => Features.Maps.Random(5 + t, 10 * t + grid.PositionOf(h)));
        UserMeasures.Add(new HeadFeature("mine", "share", (a, t) => t.OnDiagonal(2)));
        UserMeasures.Add("index", "heads", h => h.Index);
        UserMeasures.Add(new HeadColumn("given", "points", [4, 3, 2, 1]));
        UserMeasures.Add(new HeadColumn("larger", "points", [1, 2, 3, 4, 5]));
        var table = source.Extract();
        Assert.Equal(["mine", "index", "given"], table.Features.TakeLast(3));
        Assert.Equal(["share", "heads", "points"], table.Columns.TakeLast(3).Select(c => c.Unit));
        Assert.Equal([0.0, 1, 0, 1], table.Column("index").Values);
        Assert.Equal(table.Column("mine").Values, MeasureCatalogue.Measure(new MeasureContext(source), "mine")[0].Values);
        Assert.Contains(FeatureCatalogue.For(source).Families, f => f.Name == FeatureCatalogue.UserFamily);
        Assert.Contains("mine", HeadClusters.DefaultFeatures(table));
        Assert.Contains("is a measure of the kit", Assert.Throws<InputException>(() => UserMeasures.Add("gradient", "", _ => 0)).Message,
            StringComparison.Ordinal);
        UserMeasures.Clear();
        Assert.DoesNotContain("mine", source.Extract().Features);
    }

    public void Dispose()
    {
        UserMeasures.Clear();
        folder.Dispose();
    }
}
