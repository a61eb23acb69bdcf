using System.Diagnostics;

namespace AttentionNotebooks.Fuzz;

/// <summary>A case that ended otherwise than a reader may.</summary>
/// <param name="Target">The kind of file.</param>
/// <param name="Number">The case's number.</param>
/// <param name="Problem">What happened.</param>
/// <param name="Bytes">The file.</param>
public sealed record Finding(string Target, int Number, string Problem, byte[] Bytes);

/// <summary>What came of a target's cases; of those refused, <paramref name="Placed"/> named the place in the file.</summary>
public sealed record FuzzResult(FuzzTarget Target, int Cases, int Accepted, int Refused, int Placed, TimeSpan Slowest, long MostBytes,
    IReadOnlyList<Finding> Findings);

/// <summary>Runs cases one after the other and judges each.</summary>
/// <param name="seed">Decides the cases.</param>
/// <param name="wholeProcess">Whether nothing else runs in this process, so that its memory, its folder and its children are the
/// case's.</param>
public sealed class FuzzRun(int seed, bool wholeProcess)
{
    /// <summary>What a case may take.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>What a case may allocate, managed and in tensors, and by how much the process may grow meanwhile.</summary>
    public const long MostMemory = 256L << 20;

    /// <summary>After what time a case is left to itself.</summary>
    public TimeSpan Hung { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Runs a target's cases in a folder of their own.</summary>
    public FuzzResult Run(FuzzTarget target, int cases, int from = 0)
    {
        string root = Directory.CreateTempSubdirectory("attention-notebooks-fuzz-").FullName, folder = Own(root)[1];
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, target.File), home = Environment.CurrentDirectory;
        // what writes to a name without a folder writes here
        if (wholeProcess) Environment.CurrentDirectory = Directory.CreateDirectory(Own(root)[2]).FullName;
        foreach (var (name, bytes) in target.Beside) File.WriteAllBytes(Path.Combine(folder, name), bytes);
        try
        {
            // The unchanged files first: they must be accepted, and what is compiled on first use is compiled.
            var findings = new List<Finding>();
            foreach (byte[] bytes in target.Seeds)
            {
                var plain = Judged(target, path, bytes);
                if ((plain.Problem ?? plain.Refusal) is { } why)
                    findings.Add(new Finding(target.Name, -1, $"the unchanged file is refused: {why}", bytes));
            }
            int accepted = 0, refused = 0, placed = 0;
            var slowest = TimeSpan.Zero;
            long most = 0;
            for (int i = from; i < from + cases; i++)
            {
                byte[] bytes = target.Case(seed, i);
                var outcome = Judged(target, path, bytes);
                // a pause of the machine does not repeat itself
                if (outcome.Time > MostTime && outcome.Time < Hung) outcome = Judged(target, path, bytes);
                if (outcome.Problem is null && outcome.Time > MostTime)
                    outcome = outcome with { Problem = $"took {outcome.Time.TotalSeconds:0.0} s" };
                if (outcome.Problem is null && outcome.Bytes > MostMemory)
                    outcome = outcome with { Problem = $"took {outcome.Bytes >> 20} MiB" };
                if (outcome.Problem is null && outcome.Grown > MostMemory)
                    outcome = outcome with { Problem = $"grew the process by {outcome.Grown >> 20} MiB" };
                if (Stray(root, folder, target) is { } stray) outcome = outcome with { Problem = $"wrote {stray}" };
                if (outcome.Problem is { } problem) findings.Add(new Finding(target.Name, i, problem, bytes));
                else if (outcome.Refusal is null) accepted++;
                else
                {
                    refused++;
                    if (outcome.Place is not null) placed++;
                }
                if (outcome.Time > slowest) slowest = outcome.Time;
                most = Math.Max(most, outcome.Bytes);
                // its thread still runs: what follows would be measured beside it
                if (outcome.Time >= Hung) return new FuzzResult(target, i - from + 1, accepted, refused, placed, slowest, most, findings);
            }
            return new FuzzResult(target, cases, accepted, refused, placed, slowest, most, findings);
        }
        finally
        {
            if (wholeProcess) Environment.CurrentDirectory = home;
            Directory.Delete(root, recursive: true);
        }
    }

    private sealed record Outcome(string? Refusal, string? Place, string? Problem, TimeSpan Time, long Bytes, long Grown);

    private Outcome Judged(FuzzTarget target, string path, byte[] bytes)
    {
        var work = Task.Factory.StartNew(() => Try(target, path, bytes), TaskCreationOptions.LongRunning);
        return work.Wait(Hung) ? work.Result : new Outcome(null, null, $"hung: still running after {Hung.TotalSeconds} s", Hung, 0, 0);
    }

    private Outcome Try(FuzzTarget target, string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var watch = wholeProcess ? ProcessWatch.Start() : null;
        long before = Allocated(), native = 0;
        var clock = Stopwatch.StartNew();
        string? refusal = null, place = null, problem = null;
        try { native = target.Read(path); }
        catch (InputException e)
        {
            (refusal, place) = (e.Message, e.Place);
            // The file itself, its folder, or a file beside it: never a message without a place to look at.
            if (!e.InputSource.Contains(Path.GetDirectoryName(path)!, StringComparison.Ordinal))
                problem = $"is refused without its file: {e.Message}";
        }
        catch (Exception e)
        {
            problem =
            $"{e.GetType().Name}: {e.Message.Split('\n')[0]} "
            + $"{e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("AttentionNotebooks", StringComparison.Ordinal))?.Trim()}";
        }
        var took = clock.Elapsed;
        long allocated = Allocated() - before + native;
        if (watch?.HasStartedAProcess == true) problem = "started a process";
        return new Outcome(refusal, place, problem, took, allocated, watch?.Grown ?? 0);
    }

    // Within the tests other threads allocate too; alone, what a library does on other threads counts.
    private long Allocated() => wholeProcess ? GC.GetTotalAllocatedBytes() : GC.GetAllocatedBytesForCurrentThread();

    private static string? Stray(string root, string folder, FuzzTarget target) =>
        Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).FirstOrDefault(d => !Own(root).Contains(d))
        ?? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
        .FirstOrDefault(f => Path.GetDirectoryName(f) != folder
            || (Path.GetFileName(f) != target.File && target.Beside.All(b => b.Name != Path.GetFileName(f))))
        ?? (File.Exists(BinaryMutation.Outside) ? BinaryMutation.Outside : null);

    // The case's folder lies two deep, so that what climbs out of it lands in what is looked through.
    private static string[] Own(string root) => [Path.Combine(root, "a"), Path.Combine(root, "a", "in"), Path.Combine(root, "current")];
}
