using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Bert.Hub;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>
/// The real process, killed again and again: at random moments of its time, and at random ones of what it does to its
/// folder. What has a final name is whole, and the run that is let go on at last leaves the undisturbed run's files byte
/// for byte and no others. <c>ATTENTION_NOTEBOOKS_KILLS</c> says how many kills per verb (2 unless given).
/// </summary>
public sealed partial class KillTests : IDisposable
{
    private const int MostInARow = 5;
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("ATTENTION_NOTEBOOKS_KILLS")
        ?? "2", CultureInfo.InvariantCulture);

    private readonly TestFolder folder = new();

    [Fact]
    public Task Features_of_a_model()
    {
        string[] command = ["features", "--model", Model(), "--text", Texts(4000), "--save-every", "0.02", "--resume", "--out"];
        return Survives("features", o => [.. command, Path.Combine(o, "heads.csv")], (name, file, whole) =>
        {
            if (name == "heads.csv.partial") AttentionNotebooks.FeatureState.Read(file);
            else Assert.Equal(whole[name], File.ReadAllBytes(file));
        });
    }

    [Fact]
    public async Task Merging_shards()
    {
        string[] shards = [folder["0.sums"], folder["1.sums"]];
        for (int i = 0; i < 2; i++)
            Assert.Equal(0, (await Shell.Attn("features", "--model", Model(), "--text", Texts(200), "--features", "all", "--shard",
                $"{i}/2", "--out", shards[i])).Code);
        await Survives("merge", o => ["merge", .. shards, "--out", Path.Combine(o, "heads.csv")],
            (name, file, whole) => Assert.Equal(whole[name], File.ReadAllBytes(file)));
    }

    [Fact]
    public Task Training()
    {
        string[] command = ["train-demo", "--text", Sentences(), "--layers", "2", "--heads", "3", "--hidden", "12", "--intermediate", "8",
            "--positions", "16", "--vocabulary", "80", "--steps", "40", "--evaluate-every", "4", "--batch-tokens", "64", "--fp32", "--out"];
        return Survives("train-demo", o => File.Exists(Path.Combine(o, "training-state.safetensors")) ? [.. command, o, "--resume"]
            : [.. command, o], (name, file, whole) =>
        {
            if (name.EndsWith(".safetensors", StringComparison.Ordinal)) SafetensorsFile.Open(file).Dispose();
            else if (name == "README.md") Assert.EndsWith("text.txt\n", File.ReadAllText(file), StringComparison.Ordinal);
            else Assert.Equal(whole[name], File.ReadAllBytes(file));
        });
    }

    [Fact]
    public async Task Downloading()
    {
        await using var hub = new FakeHub();
        hub.Files["model.safetensors"] = FakeHub.Bytes(8_000_000, 1);
        await Survives("download", o => ["download", FakeHub.Repository, "--out", Path.Combine(o, "model")],
            (name, file, whole) =>
            {
                if (!name.StartsWith("model.download", StringComparison.Ordinal))
                    Assert.Equal(whole[name], File.ReadAllBytes(file));
            },
            ("HF_ENDPOINT", hub.Hub.Address.ToString()), ("HF_HOME", folder["home"]));
    }

    [Fact]
    public Task Running_a_notebook()
    {
        string notebook = folder.Write("one.dib",
            "#!csharp\n\nint x = 20;\n\n#!csharp\n\nforeach (int i in Enumerable.Range(0, x)) Console.WriteLine(i);\nx * 2 + 2\n");
        return Survives("run", o => ["run", notebook, "--out", o],
            (name, file, whole) => Assert.Equal(Timeless(whole[name]), Timeless(File.ReadAllBytes(file))));
    }

    public void Dispose() => folder.Dispose();

    // Runs undisturbed once; then starts, kills, looks and starts again until all kills are spent.
    private async Task Survives(string verb, Func<string, string[]> command, Action<string, string, Dictionary<string, byte[]>> check,
        params (string Name, string Value)[] environment)
    {
        var random = new Random(11);
        string undisturbed = Directory.CreateDirectory(folder["whole"]).FullName;
        var (code, error, events, time, _) = await Run(command(undisturbed), undisturbed, null, int.MaxValue, environment);
        Assert.True(code == 0, error);
        var whole = Files(undisturbed);
        int killed = 0, leftovers = 0, runs = 0;
        while (killed < Kills)
        {
            string target = Directory.CreateDirectory(folder[$"run{runs++}"]).FullName;
            for (int inARow = random.Next(1, MostInARow + 1); inARow > 0 && killed < Kills; inARow--)
            {
                // At a moment of its time, or right after one of its changes of the folder.
                bool byTime = random.Next(2) == 0;
                var end = await Run(command(target), target, byTime ? time * random.NextDouble() : null, byTime ? int.MaxValue
                    : random.Next(1, Math.Max(2, events)), environment);
                if (!end.Killed)
                {
                    Assert.True(end.Code == 0, $"{verb}: {end.Error}");
                    break;
                }
                killed++;
                foreach (string file in Directory.GetFiles(target, "*", SearchOption.AllDirectories))
                {
                    string name = Path.GetRelativePath(target, file);
                    if (Temporary().IsMatch(name)) leftovers++;
                    else check(name, file, whole);
                }
            }
            var last = await Run(command(target), target, null, int.MaxValue, environment);
            Assert.True(last.Code == 0, $"{verb}: {last.Error}");
            var files = Files(target);
            Assert.Equal(whole.Keys.Order(), files.Keys.Order());
            foreach (var (name, bytes) in whole)
                Assert.True(Timeless(bytes) == Timeless(files[name]), $"{verb}: {name} differs from the undisturbed run's");
            Directory.Delete(target, recursive: true);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{verb}: {killed} kills in {runs} runs, {leftovers} temporary files left and cleaned, 0 files that differ");
    }

    private static async Task<(int Code, string Error, int Events, TimeSpan Time, bool Killed)> Run(string[] arguments, string target,
        TimeSpan? killAfter, int killAtEvent, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var watcher = new FileSystemWatcher(target)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
            InternalBufferSize = 1 << 16
        };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        int events = 0;
        void Seen(object? sender, FileSystemEventArgs e) { if (Interlocked.Increment(ref events) == killAtEvent) Kill(process); }
        watcher.Created += Seen;
        watcher.Changed += Seen;
        watcher.Renamed += Seen;
        watcher.Deleted += Seen;
        watcher.EnableRaisingEvents = true;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        var ended = process.WaitForExitAsync();
        if (killAfter is { } moment && await Task.WhenAny(ended, Task.Delay(moment)) != ended) Kill(process);
        await ended;
        await output;
        return (process.ExitCode, await error, events, clock.Elapsed, process.ExitCode == 128 + 9);
    }

    private static void Kill(Process process)
    {
        try { process.Kill(); }
        catch (InvalidOperationException) { /* it had ended */ }
    }

    private static Dictionary<string, byte[]> Files(string target) =>
        Directory.GetFiles(target, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(target, f), File.ReadAllBytes);

    // Pages tell how long a notebook took: the one thing in which two runs differ.
    internal static string Timeless(byte[] bytes) => Durations().Replace(System.Text.Encoding.Latin1.GetString(bytes), "> s<");

    private string Model()
    {
        if (!Directory.Exists(folder["model"])) BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        return folder["model"];
    }

    private string Texts(int count)
    {
        var random = new Random(count);
        return folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, count)
            .Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(3, 12))
                .Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)])))));
    }

    private string Sentences()
    {
        var random = new Random(9);
        string[] nouns = ["dog", "cat", "bird", "horse"], verbs = ["barks", "purrs", "sings", "runs"];
        return folder.Write("text.txt", string.Join('\n', Enumerable.Range(0, 1050)
            .Select(_ =>
                $"The {nouns[random.Next(4)]} {verbs[random.Next(4)]} in the old garden. A {nouns[random.Next(4)]} "
                + $"{verbs[random.Next(4)]} too.")));
    }

    [GeneratedRegex(@"\.[0-9a-f]{32}\.part$|^model\.download")]
    private static partial Regex Temporary();

    [GeneratedRegex(@"(?<=>)[0-9.]+ s<|(?<=· )[0-9.]+ s<")]
    private static partial Regex Durations();
}
