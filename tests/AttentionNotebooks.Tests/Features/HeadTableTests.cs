namespace AttentionNotebooks.Tests.Features;

public class HeadTableTests
{
    private static readonly HeadTable Table =
        new(new HeadGrid(2, 2), ["mean_distance", "entropy"], [[1, 2, 3, 4], [0.1, 1.0 / 3, Math.PI, 1e-17]]);

    [Fact]
    public void Csv_reads_back_to_the_same_bits()
    {
        using var folder = new TestFolder();
        Table.Write(folder["heads.csv"]);
        var back = HeadTable.Read(folder["heads.csv"]);
        Assert.Equal(Table.Grid, back.Grid);
        foreach (string f in Table.Features) Assert.Equal(Table.Column(f), back.Column(f));
        Assert.Equal(["heads.csv"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void Rows_may_come_in_any_order()
    {
        using var folder = new TestFolder();
        Assert.Equal([1.0, 2.0], HeadTable.Read(folder.Write("t.csv", "layer,head,x\n0,1,2\n0,0,1\n")).Column("x"));
    }

    [Theory]
    [InlineData("", "holds no head")]
    [InlineData("a,b,c\n", "line 1: does not begin with the columns layer, head")]
    [InlineData("layer,head,x\n0,0\n", "line 2: has 2 fields where the header has 3")]
    [InlineData("layer,head,x\n0,0,one\n", "line 2: has \"one\" for x")]
    [InlineData("layer,head,x\n0,0,NaN\n", "line 2: has \"NaN\" for x")]
    [InlineData("layer,head,x\n0,-1,1\n", "line 2: does not begin with a layer and a head")]
    [InlineData("layer,head,x\n0,0,1\n0,0,1\n", "line 3: gives head 0-0 a second time")]
    [InlineData("layer,head,x\n0,0,1\n1,1,1\n", "has 2 heads, which do not fill 2 layers of 2")]
    [InlineData("layer,head,x\n99999999,99999999,1\n", "has 1 heads, which do not fill")]
    public void A_broken_file_is_refused_with_its_line(string text, string problem)
    {
        using var folder = new TestFolder();
        string file = folder.Write("broken.csv", text);
        var error = Assert.Throws<InputException>(() => HeadTable.Read(file));
        Assert.Contains(problem, error.Message);
        Assert.Equal(file, error.InputSource);
    }

    [Fact]
    public void A_misspelt_feature_gets_a_suggestion() =>
        Assert.Contains("Did you mean entropy?", Assert.Throws<InputException>(() => Table.Column("entorpy")).Message);

    [Fact]
    public void A_head_outside_the_grid_is_refused() =>
        Assert.Contains("the last head is 1-1", Assert.Throws<InputException>(() => Table[2, 0, "entropy"]).Message);

    [Fact]
    public void Highest_and_lowest()
    {
        Assert.Equal(new Head(1, 1), Table.Highest("mean_distance", 1).Single().Head);
        Assert.Equal(new Head(0, 0), Table.Lowest("mean_distance", 1).Single().Head);
    }

    [Fact]
    public void With_adds_and_replaces_a_column()
    {
        Assert.Equal(["mean_distance", "entropy", "mine"], Table.With("mine", [1, 1, 1, 2]).Features);
        Assert.Equal(9, Table.With("entropy", [9, 9, 9, 9])[0, 0, "entropy"]);
    }

    [Theory]
    [InlineData("7-9", 7, 9), InlineData("0-0", 0, 0)]
    public void Heads_are_written_layer_head(string text, int layer, int index)
    {
        Assert.Equal(new Head(layer, index), Head.Parse(text));
        Assert.Equal(text, new Head(layer, index).ToString());
    }

    [Theory]
    [InlineData("7"), InlineData("7-"), InlineData("a-b"), InlineData("-1-2")]
    public void Other_texts_are_no_heads(string text) => Assert.Throws<InputException>(() => Head.Parse(text));
}
