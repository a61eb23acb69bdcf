using System.Diagnostics;
using System.Globalization;
using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The verbs that write tables, models and data twice, each time in a process of its own; and the same with one thread and with two.</summary>
public sealed class DeterminismTests : IDisposable
{
    // Float32's rounding of what a model computes, seen through a mean over texts of values of a few tokens.
    private const double BetweenThreadCounts = 1e-6;

    private readonly TestFolder folder = new();

    public static TheoryData<string> Commands { get; } =
    [
        "features --model {model} --text {texts} --features all --out {out}/heads.csv",
        "features --model {model} --text {texts} --intervals {out}/intervals.csv --out {out}/heads.npz",
        "features --model {model} --text {texts} --out {out}/heads.parquet",
        "features --model {model} --text {texts} --shard 1/3 --out {out}/1.sums",
        "features --model {demo} --text {many} --out {out}/heads.csv", // enough that a last bit which depends on where operands lie in memory shows
        "text-features --model {model} --text {texts} --out {out}/texts.npz",
        "maps --model {model} --text {texts} --limit 5 --out {out}/maps.npz",
        "mean-maps --model {model} --text {texts} --out {out}/mean.npz",
        "distances --model {model} --text {texts} --metric js --out {out}/d.npz",
        "cluster --heads {heads} --k auto --out {out}/clusters.csv --json {out}/clusters.json",
        "cluster --heads {heads} --k 4 --algorithm gmm --out {out}/clusters.csv",
        "cluster --heads {heads} --k 4 --algorithm spectral --out {out}/clusters.csv",
        "functions --model {demo} --conllu {treebank} --limit 30 --out {out}/functions.csv",
        "token-types --model {demo} --text {texts} --limit 30 --out {out}/types.csv",
        "ablate --model {model} --text {texts} --limit 40 --by layer --out {out}/ablation.csv",
        "importance --model {model} --text {texts} --limit 40 --out {out}/importance.csv",
        "train-demo --text {sentences} --layers 2 --heads 3 --hidden 12 --intermediate 8 --positions 16 --vocabulary 80 --steps 8 --batch-tokens 64 --out {out}/bert",
        "make-demo-data --out {out}",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_verb_run_twice_writes_the_same_files(string command)
    {
        var first = await Run(command, "first");
        var second = await Run(command, "second");
        Assert.NotEmpty(first);
        Assert.Equal(first.Keys.Order(), second.Keys.Order());
        foreach (var (name, bytes) in first) Assert.True(bytes.AsSpan().SequenceEqual(second[name]), $"{name} differs");
    }

    [Fact]
    public async Task Thread_counts_differ_in_rounding_alone()
    {
        const string command = "features --model {demo} --text {texts} --out {out}/heads.csv";
        double[][] tables = [.. new[] { await Run(command, "one", 1), await Run(command, "two", 2) }.Select(f => System.Text.Encoding.UTF8.GetString(f["heads.csv"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .SelectMany(l => l.Split(',')).Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray())];
        double most = tables[0].Zip(tables[1], (a, b) => Math.Abs(a - b)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {most:G3}");
        Assert.InRange(most, 0, BetweenThreadCounts);
    }

    public void Dispose() => folder.Dispose();

    private async Task<Dictionary<string, byte[]>> Run(string command, string name, int? threads = null)
    {
        string target = Directory.CreateDirectory(folder[name]).FullName;
        string[] arguments = [.. command.Split(' ').Select(a => a.Replace("{out}", target, StringComparison.Ordinal) switch
        {
            "{model}" => Model(),
            "{texts}" => Texts(),
            "{many}" => folder.Write("many.txt", string.Concat(Enumerable.Repeat(File.ReadAllText(Repository.Path("data", "texts", "sentences.txt")).Trim() + "\n", 40))),
            "{sentences}" => Sentences(),
            "{demo}" => Repository.Path("data", "demo-bert"),
            "{heads}" => Repository.Path("data", "bert-base", "heads.csv"),
            "{treebank}" => Repository.Path("data", "treebank", "demo.conllu"),
            var other => other,
        })];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (threads is { } n) start.Environment["OMP_NUM_THREADS"] = $"{n}";
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        Assert.True(process.ExitCode == 0, await error);
        return Directory.GetFiles(target, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(target, f), File.ReadAllBytes);
    }

    private string Model()
    {
        if (!Directory.Exists(folder["model"])) BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        return folder["model"];
    }

    private string Texts()
    {
        var random = new Random(5);
        return folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, 300).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(3, 12)).Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)])))));
    }

    private string Sentences()
    {
        var random = new Random(9);
        string[] nouns = ["dog", "cat", "bird", "horse"], verbs = ["barks", "purrs", "sings", "runs"];
        return folder.Write("text.txt", string.Join('\n', Enumerable.Range(0, 1050).Select(_ => $"The {nouns[random.Next(4)]} {verbs[random.Next(4)]} in the old garden. A {nouns[random.Next(4)]} {verbs[random.Next(4)]} too.")));
    }
}
