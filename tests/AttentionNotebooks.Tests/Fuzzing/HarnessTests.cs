using System.Diagnostics;
using AttentionNotebooks.Fuzz;

namespace AttentionNotebooks.Tests.Fuzzing;

/// <summary>What the harness does not let a reader do, shown by readers that do it.</summary>
public class HarnessTests
{
    private static FuzzResult Run(Func<string, long> read, int cases = 1) =>
        new FuzzRun(seed: 1, wholeProcess: false) { Hung = TimeSpan.FromSeconds(3) }
        .Run(new FuzzTarget("made-up", "a.txt", ["good"u8.ToArray()], path => File.ReadAllText(path) == "good" ? 0
            : read(path), (_, b) => [.. b, 1], ["x"], _ => [1], []), cases);

    private static string Problem(Func<string, long> read) => Assert.Single(Run(read).Findings).Problem;

    [Fact]
    public void A_refusal_with_the_files_name_is_counted_and_so_is_its_place()
    {
        var result = Run(path => throw new InputException(path, "line 1", "is broken", "Mend it"), cases: 5);
        Assert.Equal((5, 0, 5, 5, 0), (result.Cases, result.Accepted, result.Refused, result.Placed, result.Findings.Count));
        Assert.Equal(0, Run(path => throw new InputException(path, null, "is broken", "Mend it"), cases: 5).Placed);
    }

    [Fact]
    public void Success_is_counted() => Assert.Equal(5, Run(_ => 0, cases: 5).Accepted);

    [Fact]
    public void An_exception_of_no_type_of_ours_is_found() =>
        Assert.StartsWith("InvalidOperationException: untyped", Problem(_ => throw new InvalidOperationException("untyped")),
            StringComparison.Ordinal);

    [Fact]
    public void A_refusal_without_its_file_is_found() =>
        Assert.StartsWith("is refused without its file",
            Problem(_ => throw new InputException("some file", "line 1", "is broken", "Mend it")), StringComparison.Ordinal);

    [Fact]
    public void More_than_a_second_is_found()
    {
        string problem = Problem(_ =>
        {
            Thread.Sleep(1200);
            return 0;
        });
        Assert.Matches(@"^took [12]\.[0-9] s$", problem);
    }

    [Fact]
    public void A_reader_that_does_not_end_is_found_and_the_last()
    {
        var result = Run(_ =>
        {
            Thread.Sleep(6000);
            return 0;
        }, cases: 5);
        Assert.Equal(1, result.Cases);
        Assert.StartsWith("hung", Assert.Single(result.Findings).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_256_MiB_of_managed_memory_is_found()
    {
        string problem = Problem(_ =>
        {
            GC.KeepAlive(new byte[300 << 20]);
            return 0;
        });
        Assert.StartsWith("took 300 MiB", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_256_MiB_of_tensors_is_found() =>
        Assert.StartsWith("took 300 MiB", Problem(_ => 300L << 20), StringComparison.Ordinal);

    [Theory]
    [InlineData("b.txt"), InlineData("../b.txt"), InlineData("../../b.txt")]
    public void A_file_written_is_found(string name)
    {
        string? written = null;
        string problem = Problem(path =>
        {
            File.WriteAllText(written = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, name)), "");
            return 0;
        });
        Assert.StartsWith($"wrote {written}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_refuses_an_unchanged_file_is_found()
    {
        var target = new FuzzTarget("made-up", "a.txt", ["good"u8.ToArray()],
            path => throw new InputException(path, null, "is broken", "Mend it"), (_, b) => b, ["x"], _ => [1], []);
        Assert.Contains("the unchanged file is refused", Assert.Single(new FuzzRun(1, wholeProcess: false).Run(target, 0).Findings).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_started_and_memory_taken_beside_the_managed_heap_are_seen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what is asked for stands in /proc");
        var watch = ProcessWatch.Start()!;
        unsafe
        {
            const int size = 300 << 20;
            void* block = System.Runtime.InteropServices.NativeMemory.Alloc(size);
            new Span<byte>(block, size).Fill(1);
            System.Runtime.InteropServices.NativeMemory.Free(block);
        }
        Assert.InRange(watch.Grown, 256L << 20, 4096L << 20);
        using (var process = Process.Start("true")) process.WaitForExit();
        Assert.True(watch.HasStartedAProcess);
    }
}
