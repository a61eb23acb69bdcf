namespace AttentionNotebooks.Tests.Data;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Fact]
    public void What_a_killed_process_left_goes_when_the_file_is_written_or_deleted()
    {
        string left = folder.Write($"a.csv.{Guid.NewGuid():N}.part", "half");
        AtomicFile.WriteText(folder["a.csv"], "whole");
        Assert.False(File.Exists(left));
        Assert.Equal("whole", File.ReadAllText(folder["a.csv"]));
        left = folder.Write($"a.csv.{Guid.NewGuid():N}.part", "half");
        AtomicFile.Delete(folder["a.csv"]);
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Other_files_and_files_that_are_being_written_stay()
    {
        string[] others = [folder.Write("a.csv.part", ""), folder.Write($"b.csv.{Guid.NewGuid():N}.part", ""),
            folder.Write("a.csv.mine.part", "")];
        AtomicFile.Write(folder["a.csv"], slow =>
        {
            slow.Write("slow"u8);
            AtomicFile.WriteText(folder["a.csv"], "quick");
            Assert.Equal("quick", File.ReadAllText(folder["a.csv"]));
        });
        Assert.Equal("slow", File.ReadAllText(folder["a.csv"]));
        Assert.All(others, o => Assert.True(File.Exists(o)));
        Assert.Equal(4, Directory.GetFiles(folder.Root).Length);
    }

    [Fact]
    public void A_write_that_fails_leaves_what_was_there()
    {
        AtomicFile.WriteText(folder["a.csv"], "before");
        Assert.Contains("cannot be written (disk full)", Assert.Throws<InputException>(() => AtomicFile.Write(folder["a.csv"], s =>
        {
            s.Write("after"u8);
            throw new IOException("disk full.");
        })).Message, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(folder["a.csv"]));
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    public void Dispose() => folder.Dispose();
}
