using AttentionNotebooks.Tests.Attention;
using AttentionNotebooks.Tests.CommandLine;

namespace AttentionNotebooks.Tests.Features;

/// <summary>What a table's numbers do not show is told beside it: planted heads, texts and rows, and that nothing is told where nothing
/// is.</summary>
public sealed class TableNotesTests : IDisposable
{
    private static readonly HeadGrid Grid = new(2, 2);
    private static readonly Head UniformHead = new(0, 0), OneKeyHead = new(1, 0);

    private readonly TestFolder folder = new();

    [Fact]
    public void Heads_that_are_uniform_or_look_at_one_key_everywhere_are_named()
    {
        var notes = Planted(5, 7, 9).Extract().Notes;
        Assert.Equal(UniformHead, Assert.Single(Assert.Single(notes, n => n.Kind == NoteKind.Uniform).Heads));
        Assert.Equal("head 1-0: all weight on one key per query in all 3 texts.",
            Assert.Single(notes, n => n.Kind == NoteKind.OneKey).Text);
        // The identity has the same value of everything but of what the length decides: of [CLS] and [SEP] 1/n, of verticality −ln n.
        var constant = Assert.Single(notes, n => n.Kind == NoteKind.Constant && n.Heads.SequenceEqual([OneKeyHead]));
        Assert.Equal(["mean_distance", "distance_std", "local_2", "entropy", "max_weight", "self", "previous", "next", "globalness",
            "diagonality", "words_share"], constant.Features);
        // Both looks as far ahead as back.
        Assert.Equal("mean_offset: the same in all 3 texts for heads 0-0, 1-0.",
            Assert.Single(notes, n => n.Features.Contains("mean_offset")).Text);
    }

    [Theory]
    [InlineData(0.0, true), InlineData(1e-6, true), InlineData(1e-2, false)]
    public void A_head_is_uniform_only_if_it_is_so_in_every_row_of_every_text(double more, bool uniform)
    {
        var last = Maps.Uniform(9);
        (last[4, 2], last[4, 3]) = (last[4, 2] + more, last[4, 3] - more);
        var table = new MapsInMemory(Grid, Lengths(5, 9), (t, h) => h != UniformHead ? Maps.Random(t == 0 ? 5 : 9, Grid.PositionOf(h))
            : t == 0 ? Maps.Uniform(5) : last).Extract();
        Assert.Equal(uniform, table.Notes.Any(n => n.Kind == NoteKind.Uniform));
    }

    [Fact]
    public void Texts_too_short_for_a_feature_are_counted_for_each_length()
    {
        var notes = Random(1, 2, 3, 6).Extract(Named("mean_distance", "entropy", "local_2", "within_10")).Notes;
        Assert.Equal(
        [
            "1 of 4 texts have fewer than 2 tokens, where nothing a head does shows in mean_distance, entropy; they count in the mean.",
            "3 of 4 texts have fewer than 4 tokens, where nothing a head does shows in local_2; they count in the mean.",
            "4 of 4 texts have fewer than 12 tokens, where nothing a head does shows in within_10; they count in the mean.",
        ], notes.Select(n => n.Text));
    }

    [Fact]
    public void Texts_that_a_feature_leaves_out_are_counted() =>
        Assert.Equal("1 of 3 texts have fewer than 10 tokens and are left out of content_share.",
            Assert.Single(Random(9, 10, 12).Extract(Named("content_share")).Notes).Text);

    [Fact]
    public void A_feature_that_is_the_same_for_all_heads_is_told()
    {
        HeadFeature length = new("length", "tokens", (a, t) => t.Lengths.expand(a.shape[0], a.shape[1])),
            one = new("one", "share", (a, t) => (t.Lengths / t.Lengths).expand(a.shape[0], a.shape[1]));
        Assert.Equal(["one: the same in all 2 texts and for every head.", "length: the same for every head."], Random(6, 8)
            .Extract([length, one]).Notes.Select(n => n.Text));
        Assert.Equal(["one: the same in all 2 texts and for every head."], Random(6, 6).Extract([one]).Notes.Select(n => n.Text));
    }

    [Fact]
    public void One_text_has_no_spread_and_ordinary_texts_have_no_note()
    {
        Assert.Equal(["There is one text: how the values change from text to text is not known."], Random(6)
            .Extract().Notes.Select(n => n.Text));
        Assert.Empty(Random(6, 9, 7).Extract().Notes);
    }

    [Fact]
    public void Rows_of_saved_maps_that_do_not_sum_to_1_are_counted_and_the_farthest_is_named()
    {
        double[,] rounded = Maps.Random(6, 1), exact = Maps.Random(8, 2);
        rounded[2, 3] += 0.004;
        rounded[5, 0] += 0.011;
        var archive = MapArchive.Open(MapArchiveTests.Save(folder, exact, rounded));
        Assert.Equal(
            "2 of 14 rows of the maps do not sum to 1 (farthest: 1.011 at entry 000001, layer 0, head 0, row 5); each was divided "
                + "by its sum.", Assert.Single(archive.Extract().Notes).Text);
        using var distances = new HeadDistanceReducer(archive.Grid, HeadDistance.JensenShannon);
        archive.Visit(distances);
        Assert.StartsWith("2 of 14 rows", Assert.Single(distances.Notes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_resumed_runs_and_recorded_values_tell_the_same_notes()
    {
        double[][,] maps = [.. Enumerable.Range(0, 7).Select(i => i == 3 ? Maps.Uniform(4) : Maps.Random(3 + i, i))];
        (maps[2][0, 0], maps[5][1, 1]) = (maps[2][0, 0] + 0.003, maps[5][1, 1] + 0.003); // as far: the first is named
        var archive = MapArchive.Open(MapArchiveTests.Save(folder, maps));
        var options = new VisitOptions(TokensPerBatch: 10);
        var features = FeatureCatalogue.For(archive).Parse("all", archive).Where(f => f.Statistic is null || f.LeavesOutShorter is false)
            .ToArray();
        string[] whole = [.. archive.Extract(features, options).Notes.Select(n => n.Text)];
        Assert.NotEmpty(whole);
        Assert.Equal(whole, archive.Record(features, options).ToTable().Notes.Select(n => n.Text));
        Assert.Equal(whole, archive.Extract(features).Notes.Select(n => n.Text));
        string[] files = [.. Enumerable.Range(0, 3).Select(s => folder[$"{s}.sums"])];
        for (int s = 0; s < 3; s++)
            ResumableExtraction.Extract(archive, features, options with { Shard = s, Shards = 3 }, folder["state"], resume: false)
                .Write(files[s]);
        Assert.Equal(whole, FeatureState.Merge(files).Notes.Select(n => n.Text));
    }

    [Fact]
    public void Distances_tell_of_constant_heads_and_single_tokens_through_shards_too()
    {
        var source = Planted(1, 5, 7);
        var options = new VisitOptions(TokensPerBatch: 5);
        for (int s = 0; s < 2; s++)
        {
            using var part = new HeadDistanceReducer(Grid, HeadDistance.Correlation);
            source.Visit(part, options with { Shard = s, Shards = 2 });
            new DistanceState("run", s, 2, part).Write(folder[$"{s}"]);
        }
        using var merged = DistanceState.Merge([folder["1"], folder["0"]]);
        Assert.Equal(
        [
            "head 0-0: the same weight on every key in all 2 texts.", "head 1-0: all weight on one key per query in all 2 texts.",
            "1 of 3 texts have fewer than 2 tokens, where nothing a head does shows in correlation; they count in the mean.",
        ], merged.Notes.Select(n => n.Text));
    }

    [Theory]
    [InlineData("heads.csv"), InlineData("heads.parquet"), InlineData("heads.npz")]
    public void Notes_lie_beside_the_table_and_are_read_with_it(string name)
    {
        var table = Planted(3, 5, 7).Extract();
        table.Write(folder[name]);
        var read = HeadTable.Read(folder[name]);
        Assert.Equal(table.Notes.Select(n => (n.Kind, n.Text, n.Count, n.Of)), read.Notes.Select(n => (n.Kind, n.Text, n.Count, n.Of)));
        // Of another table that lies there now they are not the notes.
        string notes = File.ReadAllText(TableNotesFile.Of(folder[name]));
        Random(6, 9).Extract().Write(folder[name]);
        Assert.Empty(HeadTable.Read(folder[name]).Notes);
        File.WriteAllText(TableNotesFile.Of(folder[name]), notes);
        Assert.Empty(HeadTable.Read(folder[name]).Notes);
        File.WriteAllText(TableNotesFile.Of(folder[name]), notes[..(notes.Length / 2)]);
        Assert.Contains("is damaged", Assert.Throws<InputException>(() => HeadTable.Read(folder[name])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_table_has_the_notes_of_its_columns()
    {
        var part = Planted(3, 5, 7).Extract().Select("local_2", "cls");
        Assert.Equal([NoteKind.Uniform, NoteKind.OneKey, NoteKind.TooShort, NoteKind.Constant], part.Notes.Select(n => n.Kind));
        Assert.All(part.Notes.Skip(2), n => Assert.Equal(["local_2"], n.Features));
        Assert.Equal(2, part.With("local_2", new double[Grid.Count]).Notes.Count); // another column of that name is not what they are about
    }

    [Fact]
    public void A_notebook_shows_the_first_notes_and_counts_the_rest()
    {
        Assert.Contains("both counted from 0. Note: head 0-0: the same weight on every key in all 3 texts. Note: head 1-0: all weight",
            CoreFormatters.Table(Planted(5, 7, 9).Extract(Named("self"))).Note, StringComparison.Ordinal);
        var many = Planted(1, 3, 9).Extract();
        Assert.True(many.Notes.Count > 4);
        Assert.EndsWith($" {many.Notes.Count - 4} more notes are in .Notes.", CoreFormatters.Table(many).Note, StringComparison.Ordinal);
        Assert.EndsWith("both counted from 0.", CoreFormatters.Table(Random(6, 9).Extract()).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_tells_the_notes_below_the_table()
    {
        string maps = MapArchiveTests.Save(folder, Maps.Uniform(5), Maps.Uniform(3), Maps.Uniform(7));
        var (code, output, error) = await Shell.Attn("features", "--maps", maps, "--features", "self,local_2", "--out",
            folder["heads.csv"]);
        Assert.True(code == 0, error);
        string[] told = [
            "  note: head 0-0: the same weight on every key in all 3 texts.",
            "  note: 1 of 3 texts have fewer than 4 tokens, where nothing a head does shows in local_2; they count in the mean.",
            $"  notes are in {folder["heads.csv"]}.notes.json",
        ];
        Assert.Equal(told, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
        for (int s = 0; s < 2; s++)
            Assert.Equal(0, (await Shell.Attn("features", "--maps", maps, "--features", "self,local_2", "--shard", $"{s}/2", "--out",
                folder[$"{s}"])).Code);
        Assert.Equal(told, (await Shell.Attn("merge", folder["0"], folder["1"], "--out", folder["heads.csv"])).Output.Split('\n',
            StringSplitOptions.RemoveEmptyEntries).Skip(1));
        Assert.Contains(told[0], (await Shell.Attn("distances", "--maps", maps, "--metric", "js", "--out", folder["d.npz"])).Output,
            StringComparison.Ordinal);
        Assert.True(File.Exists(TableNotesFile.Of(folder["d.npz"])));
    }

    [Fact]
    public async Task Mean_maps_and_values_per_text_carry_the_notes_of_their_maps()
    {
        string maps = MapArchiveTests.Save(folder, Maps.Uniform(5), Maps.Uniform(3), Maps.Uniform(7));
        foreach (string verb in (string[])["mean-maps", "text-features"])
            Assert.Contains("  note: head 0-0: the same weight on every key in all 3 texts.",
                (await Shell.Attn(verb, "--maps", maps, "--out", folder[$"{verb}.npz"])).Output, StringComparison.Ordinal);
        Assert.Equal([NoteKind.Uniform], MeanMaps.Read(folder["mean-maps.npz"]).Notes.Select(n => n.Kind));
        Assert.Equal(HeadFeatures.Extract(MapArchive.Open(maps),
            StandardFeatures.PerText).Notes.Select(n => n.Text),
                TextValues.Read(folder["text-features.npz"]).ToTable().Notes.Select(n => n.Text));
    }

    public void Dispose() => folder.Dispose();

    private static AttentionText[] Lengths(params int[] lengths) => [.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))];

    private static MapsInMemory Random(params int[] lengths) =>
        new(Grid, Lengths(lengths), (t, h) => Maps.Random(lengths[t], 10 * t + Grid.PositionOf(h)));

    // Head 0-0 is uniform, head 1-0 the identity, the others are ordinary.
    private static MapsInMemory Planted(params int[] lengths) => new(Grid, Lengths(lengths), (t, h) =>
        h == UniformHead ? Maps.Uniform(lengths[t]) : h == OneKeyHead ? Maps.Identity(lengths[t])
        : Maps.Random(lengths[t], 10 * t + Grid.PositionOf(h)));

    private static HeadFeature[] Named(params string[] names)
    {
        var catalogue = new FeatureCatalogue(TokenCounts.Of([]));
        return [.. names.Select(catalogue.Get)];
    }
}
