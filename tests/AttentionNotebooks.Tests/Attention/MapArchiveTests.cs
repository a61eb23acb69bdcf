using System.IO.Compression;
using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>Saved maps: what is read, and every way in which a file can be broken.</summary>
public class MapArchiveTests
{
    [Fact]
    public void Maps_are_read_back_as_they_were_saved()
    {
        using var folder = new TestFolder();
        var map = Maps.Random(6, 1);
        float[,] read = MapArchive.Open(Save(folder, map)).Maps(0)[0, 0];
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 6; j++) Assert.Equal(map[i, j], read[i, j], 1e-7);
    }

    [Fact]
    public void Features_of_an_archive_are_those_of_its_maps()
    {
        using var folder = new TestFolder();
        var archive = MapArchive.Open(Save(folder, Maps.Previous(8), Maps.Uniform(5)));
        Assert.Equal((7 / 8.0 + 4 / 25.0) / 2, archive.Extract()[0, 0, "previous"], 1e-6);
    }

    [Fact]
    public void Rows_stored_with_few_decimals_are_renormalised()
    {
        using var folder = new TestFolder();
        var row = Maps.Of(3, (_, j) => j == 0 ? 0.3334 : 0.3333);
        row[0, 0] = 0.3399; // sums to 1.0065
        var read = MapArchive.Open(Save(folder, row)).Maps(0)[0, 0];
        Assert.Equal(1, read[0, 0] + read[0, 1] + read[0, 2], 1e-6);
    }

    [Fact]
    public void A_row_that_does_not_sum_to_1_is_named()
    {
        using var folder = new TestFolder();
        var map = Maps.Uniform(4);
        map[2, 1] = 0.75;
        var error = Assert.Throws<InputException>(() => MapArchive.Open(Save(folder, map)).Extract());
        Assert.Contains("entry 000000, layer 0, head 0, row 2: sums to 1.5 instead of 1", error.Message);
    }

    [Theory]
    [InlineData(double.NaN, "holds NaN"), InlineData(-0.25, "holds a negative weight")]
    public void A_weight_that_is_none_is_named(double weight, string problem)
    {
        using var folder = new TestFolder();
        var map = Maps.Uniform(4);
        map[3, 3] = weight;
        Assert.Contains($"layer 0, head 0, row 3: {problem}",
            Assert.Throws<InputException>(() => MapArchive.Open(Save(folder, map)).Extract()).Message);
    }

    [Fact]
    public void A_file_that_is_missing_or_no_archive_is_refused()
    {
        using var folder = new TestFolder();
        Assert.Contains("cannot be opened", Assert.Throws<InputException>(() => MapArchive.Open(folder["none.npz"])).Message);
        Assert.Contains("is not a .npz archive",
            Assert.Throws<InputException>(() => MapArchive.Open(folder.Write("text.npz", "hello"))).Message);
    }

    [Fact]
    public void An_archive_cut_off_anywhere_is_refused()
    {
        using var folder = new TestFolder();
        byte[] whole = File.ReadAllBytes(Save(folder, Maps.Random(7, 3)));
        for (int length = 0; length < whole.Length; length += 37)
        {
            File.WriteAllBytes(folder["cut.npz"], whole[..length]);
            Assert.Throws<InputException>(() => MapArchive.Open(folder["cut.npz"]).Extract());
        }
    }

    [Theory]
    [InlineData(new[] { 1, 1, 4 }, "has shape [1, 1, 4] instead of [layers, heads, T, T]")]
    [InlineData(new[] { 1, 1, 4, 5 }, "has shape [1, 1, 4, 5]")]
    public void Another_shape_is_refused(int[] shape, string problem)
    {
        using var folder = new TestFolder();
        string file = Save(folder, ("000000", shape, new float[shape.Aggregate(1, (a, b) => a * b)]));
        Assert.Contains(problem, Assert.Throws<InputException>(() => MapArchive.Open(file)).Message);
    }

    [Fact]
    public void A_header_that_claims_more_than_the_file_holds_is_refused_before_anything_is_allocated()
    {
        using var folder = new TestFolder();
        string file = Save(folder, ("000000", [1000, 1000, 4, 4], new float[16]));
        Assert.Contains("64 bytes of data where its shape needs 64000000",
            Assert.Throws<InputException>(() => MapArchive.Open(file).Extract()).Message);
    }

    [Fact]
    public void Models_cannot_be_mixed()
    {
        using var folder = new TestFolder();
        string file = Save(folder, ("a", [1, 1, 2, 2], [1, 0, 0, 1]), ("b", [1, 2, 2, 2], [1, 0, 0, 1, 1, 0, 0, 1]));
        Assert.Contains("entry b: has 1 × 2 heads where the entries before it have 1 × 1",
            Assert.Throws<InputException>(() => MapArchive.Open(file)).Message);
    }

    [Theory]
    [InlineData("{\"id\":\"000000\",\"tokens\":[\"[CLS]\",\"[SEP]\"]}", "id 000000: has 2 tokens for a map of 3")]
    [InlineData("{\"id\":\"other\",\"tokens\":null}", "id 000000: is missing")]
    [InlineData("{\"id\":\"000000\"}", "line 1: is not such a record")]
    [InlineData("{\"id\":3,\"tokens\":[]}", "line 1: is not such a record")]
    [InlineData("\n{\"id\"", "line 2: is not such a record")]
    [InlineData("{\"id\":\"000000\",\"tokens\":null}\n{\"id\":\"000000\",\"tokens\":null}", "line 2: repeats the id 000000")]
    public void Tokens_that_do_not_fit_are_refused(string tokens, string problem)
    {
        using var folder = new TestFolder();
        string maps = Save(folder, Maps.Uniform(3)), file = folder.Write("tokens.jsonl", tokens);
        Assert.Contains(problem, Assert.Throws<InputException>(() => MapArchive.Open(maps, file)).Message);
    }

    [Theory]
    [InlineData("[\"cls\",\"word\"]", "id 000000: has 2 roles for a map of 3")]
    [InlineData("[\"cls\",\"noun\",\"sep\"]", "line 1: has the role \"noun\"; known are word, continuation, unknown, cls, sep, pad, mask")]
    [InlineData("[\"cls\",3,\"sep\"]", "line 1: is not such a record")]
    public void Roles_that_do_not_fit_are_refused(string roles, string problem)
    {
        using var folder = new TestFolder();
        string maps = Save(folder, Maps.Uniform(3)), line = $"{{\"id\":\"000000\",\"tokens\":[\"a\",\"b\",\"c\"],\"roles\":{roles}}}";
        string file = folder.Write("tokens.jsonl", line);
        Assert.Contains(problem, Assert.Throws<InputException>(() => MapArchive.Open(maps, file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_are_saved_where_the_spelling_of_tokens_does_not_say_them_and_only_there()
    {
        using var folder = new TestFolder();
        string[] own = ["^", "a", "$"];
        TokenRole[] roles = [TokenRole.Cls, TokenRole.Word, TokenRole.Sep];
        AttentionText[] texts = [new("0", 3, ["[CLS]", "a", "[SEP]"]), new("1", 3, own) { Roles = roles }, new("2", 3, own)];
        MapWriter.Save(new MapsInMemory(new HeadGrid(1, 1), texts, (_, _) => Maps.Uniform(3)), folder["maps.npz"]);
        string tokens = MapWriter.TokensFileOf(folder["maps.npz"]);
        Assert.Equal(
        [
            "{\"id\":\"0\",\"tokens\":[\"[CLS]\",\"a\",\"[SEP]\"]}",
            "{\"id\":\"1\",\"tokens\":[\"^\",\"a\",\"$\"],\"roles\":[\"cls\",\"word\",\"sep\"]}",
            "{\"id\":\"2\",\"tokens\":[\"^\",\"a\",\"$\"]}",
        ], File.ReadAllLines(tokens));
        var read = MapArchive.Open(folder["maps.npz"], tokens);
        Assert.Equal(roles, read.Texts[1].Roles!);
        Assert.Equal([2], read.Texts[1].SepPositions);
        Assert.Empty(read.Texts[2].SepPositions);
        File.WriteAllText(tokens, File.ReadAllText(tokens).Replace("\"cls\"", "\"mask\"", StringComparison.Ordinal));
        Assert.NotEqual(read.Fingerprint, MapArchive.Open(folder["maps.npz"], tokens).Fingerprint);
    }

    [Fact]
    public void Mean_maps_are_no_maps_of_a_text()
    {
        using var folder = new TestFolder();
        MeanMaps.Compute(MapArchive.Open(Save(folder, Maps.Previous(8), Maps.Uniform(5))), 4).Write(folder["mean-maps.npz"]);
        var error = Assert.Throws<InputException>(() => MapArchive.Open(folder["mean-maps.npz"]));
        Assert.Equal((folder["mean-maps.npz"], "entry maps"), (error.InputSource, error.Place));
        Assert.Contains("mean maps over many texts", error.Problem);
        // Tokens say that rows are tokens, and so does an id of another name.
        string tokens = folder.Write("t.jsonl", """{"id": "maps", "tokens": ["a", "b", "c", "d"]}""");
        Assert.Single(MapArchive.Open(folder["mean-maps.npz"], tokens).Texts);
        Assert.Single(MapArchive.Open(Save(folder, Maps.Previous(4))).Texts);
    }

    /// <summary>Saves maps as one layer and one head per text.</summary>
    internal static string Save(TestFolder folder, params double[][,] maps) =>
        Save(folder,
            [.. maps.Select((m, i) => ($"{i:000000}", new[] { 1, 1, m.GetLength(0), m.GetLength(1) }, m.Cast<double>().Select(v => (float)v)
                .ToArray()))]);

    private static string Save(TestFolder folder, params (string Id, int[] Shape, float[] Values)[] entries)
    {
        string file = folder["maps.npz"];
        using var zip = new ZipArchive(File.Create(file), ZipArchiveMode.Create);
        foreach (var (id, shape, values) in entries)
        {
            using var entry = zip.CreateEntry($"{id}.npy").Open();
            NpyArray.Write(entry, shape, values);
        }
        return file;
    }
}
