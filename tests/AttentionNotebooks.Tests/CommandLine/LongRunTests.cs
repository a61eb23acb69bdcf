using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>
/// Long runs keep no more than short ones: memory of a process that goes through many texts, live tensors batch by batch, and
/// both over notebooks run one after another. <c>ATTENTION_NOTEBOOKS_LONG</c> says how many texts (1,200 unless given); one
/// notebook is run for every 400.
/// </summary>
public sealed partial class LongRunTests : IDisposable
{
    private const int TextsPerNotebook = 400;

    // From the first quarter on: what allocators keep for the largest batch, which comes last because texts go by length. 19 MB
    // over 20,000 texts, 2 MB over 60,000.
    private const long MoreForTexts = 64 << 20;

    // What a notebook's compiled cells leave, since .NET does not unload the assemblies of scripts: 0.05 MB of managed memory
    // and 0.5 MB of the process for each of 50.
    private const long MorePerNotebook = 3 << 20;

    private static readonly int Texts = int.Parse(Environment.GetEnvironmentVariable("ATTENTION_NOTEBOOKS_LONG")
        ?? "1200", CultureInfo.InvariantCulture);

    private readonly TestFolder folder = new();

    [Fact]
    public async Task Memory_stays_flat_over_many_texts()
    {
        BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "attn.dll"), "features", "--model", folder["model"], "--text",
                folder.Write("texts.txt", string.Join('\n', Some(Texts))), "--features", "all", "--out", folder["heads.csv"]])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        List<long> sizes = [];
        var ended = process.WaitForExitAsync();
        while (await Task.WhenAny(ended, Task.Delay(20)) != ended)
        {
            process.Refresh();
            try { sizes.Add(process.WorkingSet64); }
            catch (InvalidOperationException) { break; } // it has just ended
        }
        await ended;
        Assert.True(process.ExitCode == 0, await error);
        Assert.Contains($"means over {Texts} texts", await output, StringComparison.Ordinal);
        // In time, which goes evenly over the texts but for the start.
        sizes.RemoveAll(s => s == 0);
        long[] quarters = [.. new[] { 0.25, 0.5, 0.75, 1 }.Select(q => sizes[Math.Max(0, (int)(q * sizes.Count) - 1)])];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Texts} texts: {string.Join(", ", quarters.Select(Megabytes))} at 25, 50, 75 and 100 %");
        // in a short run the first quarter is the start
        if (Texts >= 10_000) Assert.InRange(quarters[3] - quarters[0], long.MinValue, MoreForTexts);
        Assert.InRange(quarters[3], 0, 1L << 30);
    }

    [Fact]
    public void Every_batch_leaves_the_tensors_that_it_found()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var source = new LiveAttention(model, Some(Texts));
        var reducer = new FeatureReducer(source.Grid, FeatureCatalogue.For(source).Parse(FeatureCatalogue.Everything, source));
        List<long> live = [DisposeScopeManager.Statistics.ThreadTotalLiveCount];
        source.Visit(reducer, new VisitOptions(TokensPerBatch: 256),
            new After(() => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount)));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Texts} texts in {live.Count - 1} batches: {live.Distinct().Count()} different counts of live tensors, {live[0]} to "
                + $"{live[^1]}");
        Assert.True(live.Count > Texts / 100);
        Assert.Single(live.Distinct());
        Assert.Equal(Texts, reducer.Texts);
    }

    [Fact]
    public async Task Notebooks_in_a_row_leave_no_tensors_and_little_memory()
    {
        BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        string[] notebooks = [.. Enumerable.Range(0, Math.Max(3, Texts / TextsPerNotebook)).Select(i => folder.Write($"n{i:000}.dib", $$"""
            #!csharp

            #r "{{Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll")}}"
            #r "{{Path.Combine(AppContext.BaseDirectory, "AttentionNotebooks.dll")}}"
            using AttentionNotebooks;

            #!csharp

            using (var model = Checkpoint.Load(@"{{folder["model"]}}")) 
                new LiveAttention(model, ["the cat sat", "a dog played , the cat sat"]).Extract();
            long live = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount; // a cell has a thread of its own

            #!csharp

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            Console.WriteLine($"live {live} managed {GC.GetTotalMemory(true)} resident {Environment.WorkingSet} "
                + $"assemblies {AppDomain.CurrentDomain.GetAssemblies().Length}");
            """))];
        string output = Directory.CreateDirectory(folder["out"]).FullName;
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "attn.dll"), "run", .. notebooks, "--out", output])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error + await said);
        var measured = notebooks.Select(n => Measured()
            .Match(File.ReadAllText(Path.Combine(output, Path.GetFileNameWithoutExtension(n) + ".ipynb"))))
            .Select(m => m.Groups.Values.Skip(1).Select(g => long.Parse(g.Value, CultureInfo.InvariantCulture)).ToArray())
            .Select(m => (Live: m[0], Managed: m[1], Resident: m[2], Assemblies: m[3])).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{notebooks.Length} notebooks; at 1, 25, 50, 75 and 100 %: "
            + string.Join("; ", new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(q => measured[(int)(q * (measured.Length - 1))])
                .Select(m =>
                    $"{m.Live} live tensors, {Megabytes(m.Managed)} managed, {Megabytes(m.Resident)} resident, {m.Assemblies} "
                    + $"assemblies")));
        Assert.All(measured, m => Assert.Equal(0, m.Live));
        // What does stay is an assembly for each of the two cells that compute: those of scripts cannot be unloaded.
        Assert.All(measured.Skip(2).Zip(measured.Skip(1)), pair => Assert.Equal(2, pair.First.Assemblies - pair.Second.Assemblies));
        // The first loads libtorch and the compiler.
        Assert.InRange(measured[^1].Managed - measured[1].Managed, long.MinValue, (measured.Length - 2) * MorePerNotebook);
    }

    public void Dispose() => folder.Dispose();

    private static string[] Some(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ =>
            string.Join(' ', Enumerable.Range(0, random.Next(3, 12)).Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)])))];
    }

    private static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / (double)(1 << 20):0.0} MB");

    private sealed class After(Action what) : IProgress<VisitProgress>
    {
        public void Report(VisitProgress value) => what();
    }

    [GeneratedRegex(@"live ([0-9]+) managed ([0-9]+) resident ([0-9]+) assemblies ([0-9]+)")]
    private static partial Regex Measured();
}
