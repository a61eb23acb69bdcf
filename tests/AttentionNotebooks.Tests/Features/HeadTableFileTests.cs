namespace AttentionNotebooks.Tests.Features;

/// <summary>Head tables in every format: what is written reads back to the same bits, and what is broken is refused.</summary>
public class HeadTableFileTests
{
    private static readonly HeadTable Table =
        new(new HeadGrid(2, 3), ["mean_distance", "entropy"], [[1, 2, 3, 4, 5, 6], [0.1, 1.0 / 3, Math.PI, 1e-17, -1e300, 0]]);

    public static TheoryData<string> Formats => [.. HeadTableFile.Endings];

    [Theory, MemberData(nameof(Formats))]
    public void Reads_back_to_the_same_bits_and_leaves_nothing_else(string format)
    {
        using var folder = new TestFolder();
        Table.Write(folder["heads" + format]);
        Same(Table, HeadTable.Read(folder["heads" + format]));
        Assert.Equal(["heads" + format], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Theory, MemberData(nameof(Formats))]
    public void The_same_table_gives_the_same_bytes(string format)
    {
        using var folder = new TestFolder();
        Table.Write(folder["a" + format]);
        Table.Write(folder["b" + format]);
        Assert.Equal(File.ReadAllBytes(folder["a" + format]), File.ReadAllBytes(folder["b" + format]));
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_file_cut_off_or_garbled_anywhere_is_read_or_refused_by_name(string format)
    {
        using var folder = new TestFolder();
        Table.Write(folder["whole" + format]);
        byte[] whole = File.ReadAllBytes(folder["whole" + format]);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] broken = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1) broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            string file = folder["broken" + format];
            File.WriteAllBytes(file, broken);
            try { HeadTable.Read(file); } // a flipped bit of a number is still a number
            catch (InputException e)
            {
                Assert.Equal(file, e.InputSource);
                refused++;
            }
        }
        Assert.InRange(refused, 100 - (format == ".csv" ? 60 : 5), 200);
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_missing_file_is_named(string format) =>
        Assert.Contains("cannot be opened", Assert.Throws<InputException>(() => HeadTable.Read("nowhere/heads" + format)).Message);

    [Fact]
    public void Goes_through_a_data_frame_and_back()
    {
        var frame = Table.ToDataFrame();
        Assert.Equal(["layer", "head", "mean_distance", "entropy"], frame.Columns.Select(c => c.Name));
        Assert.Equal(6, frame.Rows.Count);
        Same(Table, frame.OrderByDescending("entropy").ToHeadTable()); // rows in another order
        frame["head"][0] = 1;
        Assert.Contains("a second time", Assert.Throws<InputException>(() => frame.ToHeadTable()).Message);
        frame.Columns.Remove("layer");
        Assert.Contains("has the columns head, mean_distance, entropy", Assert.Throws<InputException>(() => frame.ToHeadTable()).Message);
    }

    [Fact]
    public void The_real_BERT_goes_through_every_format()
    {
        using var folder = new TestFolder();
        var bert = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
        foreach (string format in HeadTableFile.Endings)
        {
            bert.Write(folder["heads" + format]);
            Assert.Equal(bert.ToCsv(), HeadTable.Read(folder["heads" + format]).ToCsv());
        }
        Assert.Equal(bert.ToCsv(), bert.ToDataFrame().ToHeadTable().ToCsv());
    }

    /// <summary>Written by Golden/make.mjs: another implementation, with dictionaries, compression, nulls allowed and pages of both
    /// versions.</summary>
    [Theory, InlineData("plain"), InlineData("snappy"), InlineData("v2")]
    public void Reads_the_Parquet_of_Arrow(string name)
    {
        var table = HeadTable.Read(Repository.Path("tests", "AttentionNotebooks.Tests", "Features", "Golden", $"arrow-{name}.parquet"));
        Same(new HeadTable(new HeadGrid(2, 2), ["mean_distance", "entropy"], [[1, 2, 2, 1], [0.5, 0.25, 0, 1]]), table);
    }

    private static void Same(HeadTable expected, HeadTable actual)
    {
        Assert.Equal(expected.Grid, actual.Grid);
        Assert.Equal(expected.Features, actual.Features);
        foreach (string f in expected.Features) Assert.Equal(expected.Column(f), actual.Column(f));
    }
}
