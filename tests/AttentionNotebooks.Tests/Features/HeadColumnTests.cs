using AttentionNotebooks.Tests.CommandLine;

namespace AttentionNotebooks.Tests.Features;

/// <summary>
/// What a column is and where a table comes from stay with the table through every file, and tables that do not belong together are
/// refused.
/// </summary>
public sealed class HeadColumnTests : IDisposable
{
    private static readonly HeadGrid Grid = new(2, 2);
    private readonly TestFolder folder = new();

    [Fact]
    public void A_column_reads_like_an_array_and_says_what_it_is()
    {
        var column = new HeadColumn("mean_distance", [1, 2, 3, 4]);
        double[] values = column;
        Assert.Equal([1.0, 2, 3, 4], values);
        Assert.Equal((4, 3.0, 10.0), (column.Count, column[2], column.Sum()));
        Assert.Equal(("tokens", MeasureKind.Position, DistanceFeatures.MeanDistance.Definition),
            (column.Unit, column.Kind, column.Definition));
        Assert.Equal(("", MeasureKind.Other), (new HeadColumn("nothing", [1]).Unit, new HeadColumn("nothing", [1]).Kind));
        Assert.Equal(("share", MeasureKind.User), (new HeadColumn("mine", "share", [1]).Unit, new HeadColumn("mine", "share", [1]).Kind));
    }

    [Fact]
    public void The_top_head_is_the_highest_and_the_first_of_equals()
    {
        Assert.Equal(new Head(1, 0), new HeadTable(Grid, ["x"], [[1, 2, 5, 4]]).Top("x"));
        Assert.Equal(new Head(0, 1), new HeadTable(Grid, ["x"], [[1, 5, 5, 4]]).Top("x"));
    }

    [Theory, InlineData(".csv"), InlineData(".parquet"), InlineData(".npz")]
    public void Units_formulas_and_provenance_come_back_from_every_file(string format)
    {
        var from = new Provenance("bert", new string('a', 64), 7, new string('b', 64), Provenance.KitVersion)
        { Options = new Dictionary<string, string> { ["precision"] = "Float32" } };
        var mine = new HeadColumn(new ColumnInfo("mine", "bits", "log₂ A", "me", MeasureKind.User) { Title = "my own", InSynthesis = true },
            [1, 2, 3, 4]);
        var table = new HeadTable(Grid, [new HeadColumn("entropy", [1, 2, 3, 4]), mine], 7, from: from);
        table.Write(folder["heads" + format]);
        var read = HeadTable.Read(folder["heads" + format]);
        Assert.Equal(table.Columns.Select(c => c.Info), read.Columns.Select(c => c.Info));
        Assert.Equal(from, read.From);
        Assert.Equal(7, read.Texts);
        // Without what stands beside it, names are all there is.
        File.Delete(TableNotesFile.Of(folder["heads" + format]));
        var bare = HeadTable.Read(folder["heads" + format]);
        Assert.Equal(("nats", ""), (bare.Column("entropy").Unit, bare.Column("mine").Unit));
        Assert.Null(bare.From);
        Assert.Equal("nats", new HeadTable(Grid, ["gradient"], [[1, 2, 3, 4]]).Column("gradient").Unit); // of a later room
    }

    [Theory, InlineData("heads.xlsx", "ends in .xlsx", 2), InlineData("heads", "has no ending", 1)]
    public async Task A_suffix_that_is_not_written_is_refused_with_those_that_are(string name, string said, int exitCode)
    {
        var error = Assert.Throws<InputException>(() => new HeadTable(Grid, ["x"], [[1, 2, 3, 4]]).Write(folder[name]));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains(".csv, .parquet or .npz", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, Assert.Throws<InputException>(() => HeadTable.Read(folder[name])).Message, StringComparison.Ordinal);
        var (code, _, line) = await Shell.Attn("features", "--model", "nowhere", "--text", "nowhere", "--out", folder[name]);
        Assert.Equal(exitCode, code);
        Assert.Contains(".csv", line, StringComparison.Ordinal); // before any work: the model is nowhere
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Tables_of_other_heads_or_models_are_refused_in_one_line_and_unknown_origins_are_not()
    {
        HeadTable Of(HeadGrid grid, string? model) =>
            new HeadTable(grid, ["x"], [new double[grid.Count]])
            .Of(model is null ? null : new Provenance(model, model + new string('0', 60)));
        HeadTable a = Of(Grid, "aaaa"), b = Of(Grid, "bbbb"), small = Of(new HeadGrid(1, 2), "cccc");
        string Message(HeadTable first, HeadTable second) =>
            Assert.Throws<InputException>(() => HeadTable.RequireSame(("heads.csv", first), ("clusters.csv", second))).Message;
        Assert.Equal(
            "clusters.csv: is of 2 × 2 heads of model bbbb (bbbb0000), heads.csv is of model aaaa (aaaa0000). Give both of the same model.",
                Message(a, b));
        Assert.Equal(
            "clusters.csv: is of 1 × 2 heads of model cccc (cccc0000), heads.csv of 2 × 2 heads of model aaaa (aaaa0000). Give both of "
                + "the same model.", Message(a, small));
        Assert.Contains("is of 1 × 2 heads, heads.csv of 2 × 2 heads", Message(Of(Grid, null), Of(new HeadGrid(1, 2), null)),
            StringComparison.Ordinal);
        HeadTable.RequireSame(("a", a), ("again", Of(Grid, "aaaa")), ("unknown", Of(Grid, null)));
        Assert.Throws<InputException>(() => a.With(b));
    }

    [Fact]
    public void A_table_of_a_live_model_names_model_and_texts_and_another_precision_is_no_other_model()
    {
        using var model = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        string[] texts = ["the old man", "a boat"];
        var origin = new LiveAttention(model, texts).Extract().From!;
        Assert.Equal(("demo-bert", 2, Provenance.KitVersion), (origin.Model, origin.Texts, origin.Version));
        Assert.Contains("mean_distance", origin.Options["features"], StringComparison.Ordinal);
        Assert.Equal(origin, new LiveAttention(model, texts).Record().ToTable().From);
        Assert.NotEqual(origin.TextsHash, new LiveAttention(model, ["the old man", "a dog"]).Extract().From!.TextsHash);
        Assert.False(origin.IsOfAnotherModel(origin with
        { ModelHash = "other", Options = new Dictionary<string, string> { ["precision"] = "BFloat16" } }));
        Assert.True(origin.IsOfAnotherModel(origin with { ModelHash = "other" }));
    }

    [Fact]
    public void Texts_of_which_one_has_no_tokens_have_no_hash()
    {
        AttentionText known = new("0", 3, ["[CLS]", "dog", "[SEP]"]), bare = new("1", 3, null);
        Provenance From(params AttentionText[] texts) =>
            new MapsInMemory(Grid, texts, (t, h) => Maps.Random(3, 10 * t + Grid.PositionOf(h))).Record().ToTable().From!;
        Assert.NotNull(From(known).TextsHash);
        Assert.Null(From(known, bare).TextsHash);
        Assert.Equal(2, From(known, bare).Texts);
    }

    [Fact]
    public void Values_per_text_come_with_the_table_and_are_drawn_again()
    {
        var source = new MapsInMemory(Grid, [.. Enumerable.Range(0, 3).Select(t => new AttentionText($"{t}", 4 + t, null))],
            (t, h) => Maps.Random(4 + t, 10 * t + Grid.PositionOf(h)));
        var column = source.Record().ToTable().Column("entropy");
        Assert.Equal(3, column.PerText!.Count);
        Assert.Equal(source.Record().Mean([0, 2, 2]).Column("entropy").Values, column.Over([0, 2, 2]));
        Assert.Contains("no values per text", Assert.Throws<InputException>(() => source.Extract().Column("entropy").Over([0])).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
