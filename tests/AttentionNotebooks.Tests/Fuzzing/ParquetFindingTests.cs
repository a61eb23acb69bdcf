using AttentionNotebooks.Fuzz;

namespace AttentionNotebooks.Tests.Fuzzing;

/// <summary>Parquet files that once kept the library busy, or made it take memory for what is not there.</summary>
public sealed class ParquetFindingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestFolder folder = new();

    [Fact]
    public void A_Parquet_footer_that_counts_more_than_it_holds_is_refused_before_the_library_believes_it()
    {
        byte[] footer = [0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00]; // field 2: a list of 2³¹ − 1 structs
        File.WriteAllBytes(folder["heads.parquet"], [.. "PAR1"u8, .. footer, 8, 0, 0, 0, .. "PAR1"u8]);
        Assert.Equal("footer", Assert.Throws<InputException>(() => HeadTable.Read(folder["heads.parquet"])).Place);
    }

    [Fact]
    public void A_Parquet_footer_that_is_another_Thrift_struct_is_refused_instead_of_keeping_the_library_busy_for_ever()
    {
        File.WriteAllBytes(folder["heads.parquet"],
            Convert.FromHexString("5041523150415231150400000000000000006c61796572563e50415231000000001504194c6c617965721000000050415231"));
        Assert.Equal("footer", Assert.Throws<InputException>(() => HeadTable.Read(folder["heads.parquet"])).Place);
    }

    [Fact]
    public void A_page_offset_into_the_middle_of_a_page_is_refused()
    {
        byte[] file = Written();
        // the first column: its page begins at 4, and then its statistics
        int at = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x26, 0x08, 0x3C]);
        Assert.True(at > 0);
        for (byte offset = 0; offset < 64; offset++)
        {
            if (offset == 4) continue;
            file[at + 1] = (byte)(offset * 2); // zigzag
            Assert.StartsWith("row group 0, column 0", Refusal(file).Place, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_case_of_the_harness_that_pointed_into_a_page_is_refused()
    {
        var target = Targets.All.Single(t => t.Name == "heads-parquet") with { Seeds = [Written()] };
        Refusal(target.Case(1, 4545));
    }

    [Fact]
    public void A_page_that_claims_more_bytes_than_its_chunk_has_is_refused()
    {
        byte[] file = Written();
        int at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x15, 0x00, 0x15]); // a page of data, and then its sizes
        foreach (int field in (int[])[3, 5])
        {
            byte[] broken = [.. file];
            broken[at + field] |= 0x80; // one byte more of the number: the sizes run into what follows
            Assert.StartsWith("row group 0, column 0", Refusal(broken).Place, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_chunk_with_fewer_values_than_it_claims_is_refused_at_its_end()
    {
        byte[] file = File.ReadAllBytes(Repository.Path("tests", "AttentionNotebooks.Tests", "Features", "Golden", "arrow-plain.parquet"));
        // four values are there, says the last page with values
        int at = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x02, 0x00, 0x00, 0x00, 0x08, 0x01]);
        Assert.True(at > 0);
        file[at + 4] = 0x02; // one
        Refusal(file);
    }

    [Theory]
    [InlineData("snappy", "20000005", "8080808004"), InlineData("v2", "28B52FFD2008", "28B52FFDA000000040")]
    public void Compressed_bytes_that_claim_a_gibibyte_are_refused_before_the_library_takes_it(string name, string found, string claim)
    {
        byte[] file = File.ReadAllBytes(Repository.Path("tests", "AttentionNotebooks.Tests", "Features", "Golden",
            $"arrow-{name}.parquet"));
        int at = file.AsSpan().IndexOf(Convert.FromHexString(found));
        Assert.True(at > 0);
        Convert.FromHexString(claim).CopyTo(file, at);
        Assert.Contains("holds 1073741824 bytes compressed, where its header claims", Refusal(file).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "00", 0L), InlineData(1, "FF01", 255L), InlineData(1, "FFFFFFFF0F", 4294967295L), InlineData(1, "8080", null),
        InlineData(1, "", null)]
    // one segment or a window, sizes of 1 and 2 bytes
    [InlineData(6, "28B52FFD2008", 8L), InlineData(6, "28B52FFD60FF00", 511L), InlineData(6, "28B52FFD0000", null),
        InlineData(6, "28B52FFD40000001", 512L)]
    [InlineData(6, "28B52FFDA000000040", 1073741824L), InlineData(6, "28B52FFDE2AABB0000000001000000", 4294967296L),
        InlineData(6, "28B52FFDA00000", null), InlineData(6, "1122334455667788", null)]
    [InlineData(2, "1F8B0800000000000000", null)]
    public void Snappy_and_Zstandard_tell_their_size(long codec, string bytes, long? size) =>
        Assert.Equal(size, CompressedSize.Of(codec, Convert.FromHexString(bytes)));

    [Fact]
    public void What_is_read_ends_where_the_chunk_ends()
    {
        using var stream = new ParquetStream([1, 2, 3, 4, 5, 6, 7, 8], new Dictionary<long, long> { [2] = 4 });
        stream.Seek(2, SeekOrigin.Begin);
        Assert.Equal(3, stream.ReadByte());
        Assert.Equal(1, stream.Read(new byte[8]));
        Assert.Throws<EndOfStreamException>(() => stream.Read(new byte[8]));
        Assert.Throws<EndOfStreamException>(() => stream.ReadByte());
        stream.Position = 5; // where no chunk begins, to the file's end
        Assert.Equal(3, stream.Read(new byte[8], 0, 8));
        Assert.Throws<EndOfStreamException>(() => stream.Read(new byte[8], 0, 8));
        Assert.Equal(0, stream.Read([]));
    }

    public void Dispose() => folder.Dispose();

    private byte[] Written()
    {
        new HeadTable(new HeadGrid(2, 2), ["mean_distance", "entropy"], [[1, 2, 3, 4], [0.5, 0.25, 0, 1]]).Write(folder["whole.parquet"]);
        return File.ReadAllBytes(folder["whole.parquet"]);
    }

    // On a thread of its own: a reader that does not end fails the test instead of holding it.
    private InputException Refusal(byte[] bytes)
    {
        File.WriteAllBytes(folder["heads.parquet"], bytes);
        var reading = Task.Factory.StartNew(() => Record.Exception(() => HeadTable.Read(folder["heads.parquet"])),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(reading.Wait(Patience, TestContext.Current.CancellationToken), "it is still being read");
        return Assert.IsType<InputException>(reading.Result);
    }
}
