namespace AttentionNotebooks.Tests.Data;

/// <summary>The common reader and writer of small tables.</summary>
public sealed class CsvTableTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void What_is_written_is_read_again_with_commas_quotes_line_breaks_and_the_last_bit()
    {
        string[] texts = ["plain", "[CLS], and more", "say \"it\"", "two\nlines", "", "\"", ",", " spaces "];
        double[] numbers = [0.1 + 0.2, -1e-300, double.MaxValue, 1, 0, 1.0 / 3, 2e16, 4];
        var text = new CsvText("name", "value", "place");
        for (int i = 0; i < texts.Length; i++) text.Add(texts[i], numbers[i], i);
        text.Write(_folder["t.csv"]);
        var table = CsvTable.Read(_folder["t.csv"], "", ["value", "name"]);
        Assert.Equal(["name", "value", "place"], table.Columns);
        Assert.Equal(texts, table.Rows.Select(r => r.Text("name")));
        Assert.Equal(numbers, table.Rows.Select(r => r.Number("value")));
        Assert.Equal(Enumerable.Range(0, texts.Length), table.Rows.Select(r => r.Whole("place")));
    }

    [Fact]
    public void A_field_is_quoted_only_where_it_must_be_and_no_value_is_an_empty_field()
    {
        var text = new CsvText("a", "b").Add("x y", null).Add("x,y", 0.5).Add(new Head(1, 2), -3);
        Assert.Equal("a,b\nx y,\n\"x,y\",0.5\n1-2,-3\n", text.ToString());
        Assert.Throws<ArgumentException>(() => text.Add("too few"));
    }

    [Fact]
    public void Columns_are_found_by_name_in_any_order_and_empty_lines_are_skipped()
    {
        var rows = CsvTable.Read(_folder.Write("t.csv", "head,more,layer\r\n\r\n3,x,7\r\n\r\n"), "", ["layer", "head"]).Rows;
        Assert.Equal(new Head(7, 3), Assert.Single(rows).Head());
    }

    [Fact]
    public void Commas_beyond_the_last_column_belong_to_it_where_the_reader_says_so()
    {
        string file = _folder.Write("t.csv", "cluster,name\n0,[CLS], and more\n1,\"quoted, too\"\n2,\"next\", and more\n3,\n");
        Assert.Equal(["[CLS], and more", "quoted, too", "\"next\", and more", ""],
            CsvTable.Read(file, "", ["name"], lastMayHoldCommas: true).Rows.Select(r => r.Text("name")));
        Assert.Contains("line 2: has 3 fields where the header has 2",
            Assert.Throws<InputException>(() => CsvTable.Read(file, "", ["name"])).Message);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a\n1\n", "line 1: has no column b")]
    [InlineData("a,b,a\n", "line 1: names the column a twice")]
    [InlineData("a,b\n1,2\n1\n", "line 3: has 1 fields where the header has 2")]
    [InlineData("a,b\n1,\"open\n2,3\n", "line 2: has a quote that is not closed")]
    [InlineData("a,b\n\"x\"y,3\n", "line 2: has text after the quoted field \"x\"")]
    [InlineData("a,b\n1,two\n", "line 2, column b: has \"two\" where a number from 0 on belongs")]
    [InlineData("a,b\n1,-2\n", "line 2, column b: has \"-2\" where a number from 0 on belongs")]
    [InlineData("a,b\n1,2.5\n", "line 2, column b: has \"2.5\" where a number from 0 on belongs")]
    public void What_is_wrong_is_named_with_file_line_column_and_what_stands_there(string content, string expected)
    {
        string file = _folder.Write("t.csv", content);
        int Read() => CsvTable.Read(file, "Write it again", ["a", "b"]).Rows.Sum(r => r.Whole("b"));
        string message = Assert.Throws<InputException>(() => Read()).Message;
        Assert.Contains("t.csv", message);
        Assert.Contains(expected, message);
        Assert.EndsWith("Write it again.", message);
    }

    [Fact]
    public void A_quote_that_is_never_closed_does_not_swallow_a_large_file()
    {
        string file = _folder.Write("t.csv", "a,b\n\"" + string.Concat(Enumerable.Repeat("1,2\n", 200_000)));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Contains("line 2: has a quote that is not closed",
            Assert.Throws<InputException>(() => CsvTable.Read(file, "", ["a", "b"])).Message);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public void A_number_that_is_not_finite_is_refused_and_an_empty_field_is_not_a_number()
    {
        var row = CsvTable.Read(_folder.Write("t.csv", "a,b,c\nNaN,,Infinity\n"), "", ["a"]).Rows[0];
        Assert.True(double.IsNaN(row.NumberOrNaN("a")) && double.IsNaN(row.NumberOrNaN("b")));
        Assert.Contains("column a: has \"NaN\", which is not a finite number",
            Assert.Throws<InputException>(() => row.Number("a")).Message);
        Assert.Contains("column c: has \"Infinity\"", Assert.Throws<InputException>(() => row.NumberOrNaN("c")).Message);
        Assert.Contains("line 1: has no column d", Assert.Throws<InputException>(() => row.Text("d")).Message);
    }

    [Fact]
    public void Fewer_items_lie_evenly_over_the_file()
    {
        Assert.Equal([0, 2, 5, 7], Enumerable.Range(0, 10).ToArray().Evenly(4));
        Assert.Equal([0, 1, 2], new[] { 0, 1, 2 }.Evenly(int.MaxValue));
        Assert.Equal([0], Enumerable.Range(0, 10).ToArray().Evenly(1));
    }

    public void Dispose() => _folder.Dispose();
}
