using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Bert.Hub;
using AttentionNotebooks.Tests.Calibration;
using AttentionNotebooks.Tests.Training.FineTuning;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>
/// Every verb that writes a file, twice, each time in a process of its own: the same bytes. One thing differs from run to run by
/// nature: the pages of attn run tell how long their notebook took. And the same with one thread and with two.
/// </summary>
public sealed partial class DeterminismTests : IDisposable
{
    // Float32's rounding of what a model computes, seen through a mean over texts of values of a few tokens.
    private const double BetweenThreadCounts = 1e-6;

    // What writes no file.
    private static readonly string[] WithoutFiles = ["doctor"];

    private readonly TestFolder folder = new();

    private static readonly string[] All =
    [
        "features --model {model} --text {texts} --features all --out {out}/heads.csv",
        "features --model {model} --text {texts} --intervals {out}/intervals.csv --out {out}/heads.npz",
        "features --model {model} --text {texts} --out {out}/heads.parquet",
        "features --model {model} --text {texts} --shard 1/3 --out {out}/1.sums",
        // enough that a last bit which depends on where operands lie in memory shows
        "features --model {demo} --text {many} --out {out}/heads.csv",
        "merge {shards} --out {out}/heads.csv",
        "text-features --model {model} --text {texts} --out {out}/texts.npz",
        "maps --model {model} --text {texts} --limit 5 --out {out}/maps.npz",
        "mean-maps --model {model} --text {texts} --out {out}/mean.npz",
        "distances --model {model} --text {texts} --metric js --out {out}/d.npz",
        "distances --model {model} --text {texts} --metric correlation --shard 0/2 --out {out}/0.sums",
        "profile {heads} {values} --features mean_distance,entropy --chart {out}/p.html --out {out}/p.csv",
        "cluster --heads {heads} --k auto --out {out}/clusters.csv --json {out}/clusters.json",
        "cluster --heads {heads} --k 4 --algorithm gmm --out {out}/clusters.csv",
        "cluster --heads {heads} --k 4 --algorithm spectral --out {out}/clusters.csv",
        "compare {heads} {model} --text {texts} --draws 19 --matches {out}/m.csv --profiles {out}/p.csv --out {out}/page.md",
        "compare {model} {model} --text {texts} --limit 20 --draws 19 --k 2 --changes {out}/c.csv --out {out}/page.md",
        "functions --model {demo} --conllu {treebank} --limit 30 --held-out --summary {out}/summary.csv --out {out}/functions.csv",
        "token-types --model {demo} --text {texts} --limit 30 --position {out}/position.csv --out {out}/types.csv",
        "ablate --model {model} --text {texts} --limit 40 --by layer --out {out}/ablation.csv",
        "ablate --model {model} --task pairs --items {pairs} --by layer --out {out}/ablation.csv",
        "importance --model {model} --task retrieval --items {pairs} --candidates 3 --agreement {out}/agreement.csv --out "
            + "{out}/importance.csv",
        "importance --model {model} --text {texts} --limit 40 --agreement {out}/agreement.csv --out {out}/importance.csv",
        "explain --heads {heads} --importance {importance} --permutations 19 --draws 100 --coefficients {out}/c.csv --predicted "
            + "{out}/p.csv --out {out}/report.json",
        "prune --model {deep} --text {few} --steps 2 --random-orders 2 --json {out}/p.json --out {out}/p.csv",
        "synthesis --heads {heads} --clusters {clusters} --importance {importance} --report {out}/page.md --out {out}/s.csv",
        "probe --model {demo} --conllu {treebank} --limit 40 --epochs 2 --dimensions 4 --out {out}/probe.csv",
        "coreference --model {model} --documents {documents} --out {out}/c.csv",
        "describe --model {demo} --text {texts} --limit 20 --out {out}/page.md",
        "train-demo --text {sentences} --layers 2 --heads 3 --hidden 12 --intermediate 8 --positions 16 --vocabulary 80 --steps 8 "
            + "--batch-tokens 64 --out {out}/bert",
        "fine-tune --model {toy} --train {train} --dev {dev} --text-column words --label-column order --epochs 2 --batch-tokens 128 --out "
            + "{out}/tuned",
        "calibrate --model {model} --task masked --text {few} --clusters {own-clusters} --seeds 2 --epochs 2 --report {out}/r.csv --json "
            + "{out}/r.json --out {out}/calibration.json",
        "calibrate --model {model} --task pairs --items {pairs} --pooling cls --clusters {own-clusters} --seeds 1 --epochs 2 --out "
            + "{out}/calibration.json",
        "fold --model {model} --calibration {calibration} --out {out}/folded",
        "export-checkpoint --model {onnx} --out {out}/plain",
        "make-demo-data --out {out}",
        "run {notebook} --out {out}",
        "export {notebook} --to cs --out {out}/one.cs",
        "export {notebook} --to dib --out {out}/one.dib",
        "download {repository} --out {out}/model",
    ];

    public static TheoryData<string> Commands => [.. All];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_verb_run_twice_writes_the_same_files(string command)
    {
        await using var hub = new FakeHub();
        (string, string)[] ofHub = [("HF_ENDPOINT", hub.Hub.Address.ToString()), ("HF_HOME", folder["home"])];
        var first = await Run(command, "first", ofHub);
        var second = await Run(command, "second", ofHub);
        Assert.NotEmpty(first);
        Assert.Equal(first.Keys.Order(), second.Keys.Order());
        bool pages = command.StartsWith("run ", StringComparison.Ordinal);
        foreach (var (name, bytes) in first)
            Assert.True(pages ? KillTests.Timeless(bytes) == KillTests.Timeless(second[name])
                : bytes.AsSpan().SequenceEqual(second[name]), $"{name} differs");
    }

    [Fact]
    public async Task No_verb_is_left_out()
    {
        string help = (await Shell.Attn("--help")).Output;
        string[] verbs = [.. help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1).Select(l => Verb().Match(l))
            .Where(m => m.Success).Select(m => m.Groups[1].Value)];
        Assert.Contains("features", verbs);
        Assert.Equal(verbs.Order(), All.Select(c => c.Split(' ')[0]).Concat(WithoutFiles).Distinct().Order());
    }

    [Theory]
    [InlineData("features --model {demo} --text {texts} --out {out}/t.npz"),
        InlineData("distances --model {demo} --text {texts} --limit 60 --metric js --out {out}/t.npz"),
            InlineData("distances --model {demo} --text {texts} --limit 60 --metric w1 --out {out}/t.npz")]
    public async Task Thread_counts_differ_in_rounding_alone(string command)
    {
        double[][] tables = new double[2][];
        for (int i = 0; i < 2; i++)
        {
            await Run(command, $"{i}", [("OMP_NUM_THREADS", $"{i + 1}"), ("MKL_NUM_THREADS", $"{i + 1}")]);
            tables[i] = [.. Npz.Read(folder[$"{i}", "t.npz"], "").SelectMany(e => e.Array.Values)];
        }
        double most = tables[0].Zip(tables[1], (a, b) => Math.Abs(a - b)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {most:G3}");
        Assert.InRange(most, 0, BetweenThreadCounts);
    }

    public void Dispose() => folder.Dispose();

    private async Task<Dictionary<string, byte[]>> Run(string command, string name, (string Name, string Value)[] environment)
    {
        string target = Directory.CreateDirectory(folder[name]).FullName;
        List<string> arguments = [];
        foreach (string part in command.Split(' '))
        {
            string whole = part.Replace("{out}", target, StringComparison.Ordinal);
            arguments.AddRange(whole.StartsWith('{') ? await Input(whole) : [whole]);
        }
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        Assert.True(process.ExitCode == 0, await error);
        return Directory.GetFiles(target, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(target, f), File.ReadAllBytes);
    }

    // What a command is given, made when it is first asked for.
    private async Task<string[]> Input(string name) => name switch
    {
        "{model}" => [Model()],
        "{deep}" => [Deep()],
        "{toy}" => [Toy()],
        "{onnx}" => [Onnx()],
        "{demo}" => [Repository.Path("data", "demo-bert")],
        "{heads}" => [Repository.Path("data", "bert-base", "heads.csv")],
        "{values}" => [Repository.Path("data", "bert-base", "texts.npz")],
        "{treebank}" => [Repository.Path("data", "treebank", "demo.conllu")],
        "{texts}" => [Texts()],
        "{few}" => [folder.Write("few.txt", string.Join('\n', Enumerable.Range(0, 3).SelectMany(_ => RandomBert.Texts)))],
        "{many}" =>
            [folder.Write("many.txt", string.Concat(
                Enumerable.Repeat(File.ReadAllText(Repository.Path("data", "texts", "sentences.txt")).Trim() + "\n", 40)))],
        "{sentences}" => [Sentences()],
        "{shards}" => [await Made("0.sums", "features", "--model", Model(), "--text", Texts(), "--shard", "0/2"),
            await Made("1.sums", "features", "--model", Model(), "--text", Texts(), "--shard", "1/2")],
        "{clusters}" => [await Made("clusters.csv", "cluster", "--heads", Repository.Path("data", "bert-base", "heads.csv"), "--k", "4")],
        "{own-clusters}" => [folder.Write("own.csv",
            "layer,head,cluster,name\n" + string.Concat(new HeadGrid(3, 4).All()
                .Select((h, i) => $"{h.Layer},{h.Index},{i % 3},broad\n")))],
        "{importance}" => [Importance()],
        "{documents}" => [folder.Write("documents.tsv",
            "document\twords\tmentions\n" + string.Concat(Enumerable.Range(0, 12)
                .Select(i =>
                    $"d{i}\tthe {(i % 2 == 0 ? "cat" : "dog")} , a dog sat , the cat\t0-1:e1:nominal 3-4:e2:nominal 7-8:e1:nominal\n")))],
        "{train}" => [ToyTask.Texts(120, 1).Write(folder["train.tsv"])],
        "{dev}" => [ToyTask.Texts(40, 2).Write(folder["dev.tsv"])],
        "{pairs}" => [folder.Write("pairs.tsv", "sentence1\tsentence2\tlabel\n" + string.Concat(Enumerable.Range(0, 24)
            .Select(i => $"the cat {(i % 3 == 0 ? "sat" : "play")} , dog {new string('a', i + 1)}\t"
                + $"a cat , {new string('a', i + 1)}\t{i / 2 % 2}\n")))],
        "{calibration}" => [Calibration()],
        "{notebook}" => [folder.Write("one.dib",
            "#!csharp\n\nint x = 20;\n\n#!csharp\n\nforeach (int i in Enumerable.Range(0, x)) Console.WriteLine(i);\nx * 2 + 2\n")],
        "{repository}" => [FakeHub.Repository],
        _ => throw new ArgumentException(name),
    };

    private async Task<string> Made(string name, params string[] command)
    {
        if (!File.Exists(folder[name])) Assert.Equal(0, (await Shell.Attn([.. command, "--out", folder[name]])).Code);
        return folder[name];
    }

    private string Deep()
    {
        if (Directory.Exists(folder["deep"])) return folder["deep"];
        using var model = BertFixtures.Model(BertFixtures.Config(layers: 5)); // 20 heads: the fewest that importance can be explained of
        AttentionNotebooks.Checkpoint.Save(folder["deep"], model,
            AttentionNotebooks.WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        return folder["deep"];
    }

    private string Onnx()
    {
        Directory.CreateDirectory(folder["onnx"]);
        foreach (string file in new[] { "model.onnx", "model.onnx.data" })
            File.Copy(Path.Combine(OnnxGolden.Folder("bert-dynamo-external"), file), folder["onnx", file], overwrite: true);
        folder.Write(Path.Combine("onnx", "vocab.txt"), string.Join('\n', OnnxGolden.Words(120)));
        return folder["onnx"];
    }

    private string Toy()
    {
        if (!Directory.Exists(folder["toy"])) ToyTask.Model(folder["toy"]).Dispose();
        return folder["toy"];
    }

    private string Importance()
    {
        var random = new Random(3);
        return folder.Write("importance.csv", "layer,head,gradient\n"
            + string.Concat(new HeadGrid(12, 12).All()
                .Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Layer},{h.Index},{random.NextDouble():R}\n"))));
    }

    private string Calibration()
    {
        var grid = new HeadGrid(3, 4);
        new ModelCalibration(grid, [.. grid.All().Select((_, i) => new HeadCalibration(1 / (0.5 + i / 12.0), Gate: 1 + i / 24.0))])
            .Write(folder["given.json"]);
        return folder["given.json"];
    }

    private string Model()
    {
        if (!Directory.Exists(folder["model"])) BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        return folder["model"];
    }

    private string Texts()
    {
        var random = new Random(5);
        return folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, 300)
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

    [GeneratedRegex(@"^  ([a-z][a-z-]*)\b")]
    private static partial Regex Verb();
}
