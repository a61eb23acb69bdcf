using System.Diagnostics;
using System.Text.RegularExpressions;
using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>
/// A disk without space and a folder that may not be written to: a verb ends with exit code 1 and one line that names the file, the
/// cause and the remedy; the files that were there are as they were, and no temporary one is left. Both are real, a small file system
/// of the test's own.
/// </summary>
public sealed partial class FullDiskTests : IDisposable
{
    private const string NoSpace = "No space left on device", ReadOnly = "Read-only file system",
        Training =
            "--layers 2 --heads 3 --hidden 12 --intermediate 8 --positions 16 --vocabulary 80 --steps 8 --evaluate-every 2 --batch-tokens "
            + "64";

    private readonly TestFolder folder = new();

    public static TheoryData<string> Commands { get; } =
    [
        "features --model {model} --text {texts} --out {out}/heads.csv",
        "features --model {model} --text {texts} --save-every 0 --out {out}/heads.parquet",
        "features --model {model} --text {texts} --shard 0/2 --out {out}/0.sums",
        "features --model {model} --text {texts} --intervals {out}/intervals.csv --out {out}/heads.npz",
        "merge {shards} --out {out}/heads.csv",
        "distances --model {model} --text {texts} --metric w1 --out {out}/d.npz",
        "text-features --model {model} --text {texts} --out {out}/texts.npz",
        "maps --model {model} --text {texts} --limit 20 --out {out}/maps.npz",
        "profile {heads} --features mean_distance --chart {out}/p.html --out {out}/p.csv",
        "cluster --heads {heads} --k 4 --out {out}/clusters.csv --json {out}/clusters.json",
        "train-demo --text {sentences} " + Training + " --out {out}/bert",
        "run {notebook} --out {out}",
        "export {notebook} --to cs --out {out}/one.cs",
        "make-demo-data --out {out}",
        "make-demo-data --text {out}/text.txt --sentences 2000",
    ];

    [Theory, MemberData(nameof(Commands))]
    public async Task On_a_full_disk_a_verb_says_so_and_loses_nothing(string command)
    {
        using var disk = SmallDisk.Mount(folder["disk"]);
        var whole = await Undisturbed(command);
        var before = Earlier(disk, whole.Keys);
        disk.Fill(pagesLeft: 0);
        Refused(await Attn(command, disk.Root), disk, NoSpace);
        Same(before, disk.Files());

        // With some pages, so that the space ends in the middle of a file: each is the earlier or the new one, and whole.
        int largest = whole.Values.Max(b => b.Length);
        // training saves what it has meanwhile: see below
        if (largest <= SmallDisk.Page || command.StartsWith("train-demo", StringComparison.Ordinal)) return;
        disk.Fill(pagesLeft: largest / 2 / SmallDisk.Page);
        Refused(await Attn(command, disk.Root), disk, NoSpace);
        var after = disk.Files();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        foreach (var (name, bytes) in after)
            Assert.True(bytes.AsSpan().SequenceEqual(before[name])
                || KillTests.Timeless(bytes) == KillTests.Timeless(whole[name]), $"{name} is neither what was there nor what was to come");
    }

    [Theory, MemberData(nameof(Commands))]
    public async Task In_a_read_only_folder_a_verb_says_so_and_loses_nothing(string command)
    {
        using var disk = SmallDisk.Mount(folder["disk"]);
        var before = Earlier(disk, ["heads.csv", "heads.csv.partial"]);
        disk.Close();
        Refused(await Attn(command, disk.Root), disk, ReadOnly);
        Same(before, disk.Files());
    }

    [Theory]
    [InlineData("features --model nowhere --text nowhere --out {out}/new/heads.csv"),
        InlineData("train-demo --text nowhere --out {out}/bert"), InlineData("distances --maps nowhere --metric js --out {out}/d.npz")]
    public async Task A_read_only_folder_is_told_before_the_work(string command)
    {
        using var disk = SmallDisk.Mount(folder["disk"]);
        disk.Close();
        Refused(await Attn(command, disk.Root), disk, ReadOnly);
    }

    [Theory]
    [InlineData("features --model {model} --text {many} --save-every 0 --resume --out {out}/heads.csv", "", "heads.csv.partial")]
    [InlineData("train-demo --text {sentences} " + Training + " --out {out}/bert", " --resume", "bert/training-state.safetensors")]
    public async Task What_was_done_when_the_disk_was_full_is_gone_on_from_when_it_has_space(string command, string resume, string state)
    {
        using var disk = SmallDisk.Mount(folder["disk"]);
        var whole = await Undisturbed(command);
        // From what the result takes upwards, until the state fits once: saved anew, it needs its space a second time.
        int pages = whole.Values.Sum(b => b.Length / SmallDisk.Page + 1);
        for (; !File.Exists(Path.Combine(disk.Root, state)); pages += Math.Max(1, pages / 4))
        {
            foreach (string leftover in Directory.GetFileSystemEntries(disk.Root)) // of a run without space even for the state
            {
                if (Directory.Exists(leftover)) Directory.Delete(leftover, recursive: true);
                else File.Delete(leftover);
            }
            disk.Fill(pages);
            Refused(await Attn(command, disk.Root), disk, NoSpace);
        }
        disk.Empty();
        var (code, error) = await Attn(command + resume, disk.Root);
        Assert.True(code == 0, error);
        Same(whole, disk.Files());
    }

    public void Dispose() => folder.Dispose();

    private async Task<Dictionary<string, byte[]>> Undisturbed(string command)
    {
        string target = Directory.CreateDirectory(folder["whole"]).FullName;
        var (code, error) = await Attn(command, target);
        Assert.True(code == 0, error);
        return Directory.GetFiles(target, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(target, f), File.ReadAllBytes);
    }

    private static Dictionary<string, byte[]> Earlier(SmallDisk disk, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            string path = Path.Combine(disk.Root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, $"what was in {name} before");
        }
        return disk.Files();
    }

    private static void Refused((int Code, string Error) end, SmallDisk disk, string cause)
    {
        Assert.True(end.Code == 1, $"exit code {end.Code}: {end.Error}");
        string line = Assert.Single(end.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            l => l.StartsWith("attn:", StringComparison.Ordinal));
        Assert.StartsWith($"attn: {disk.Root}", line, StringComparison.Ordinal);
        Assert.Contains(cause, line, StringComparison.Ordinal);
        Assert.Matches(Remedy(), line);
    }

    private static void Same(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, bytes) in expected)
            Assert.True(KillTests.Timeless(bytes) == KillTests.Timeless(actual[name]), $"{name} is another");
    }

    // What changes the whole process, in one of its own.
    private async Task<(int Code, string Error)> Attn(string command, string target)
    {
        string[] arguments = [.. command.Split(' ').SelectMany(a => Argument(a.Replace("{out}", target, StringComparison.Ordinal)))];
        if (arguments[0] is not ("train-demo" or "run"))
        {
            var (code, _, error) = await Shell.Attn(arguments);
            return (code, error);
        }
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), message = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        return (process.ExitCode, await message);
    }

    private string[] Argument(string argument) => argument switch
    {
        "{model}" => [Model()],
        "{texts}" => [Texts(300)],
        "{many}" => [Texts(4000)],
        "{heads}" => [Repository.Path("data", "bert-base", "heads.csv")],
        "{sentences}" => [Sentences()],
        "{notebook}" => [folder.Write("one.dib", "#!csharp\n\nEnumerable.Range(0, 2000)\n")],
        "{shards}" => [.. Enumerable.Range(0, 2).Select(Shard)],
        var other => [other],
    };

    private string Model()
    {
        if (!Directory.Exists(folder["model"])) BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        return folder["model"];
    }

    private string Texts(int count)
    {
        var random = new Random(count);
        return folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, count)
            .Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(2, 5))
                .Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)])))));
    }

    private string Shard(int i)
    {
        string file = folder[$"{i}.sums"];
        Assert.Equal(0, Shell.Attn("features", "--model", Model(), "--text", Texts(300), "--shard", $"{i}/2", "--out", file).Result.Code);
        return file;
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

    [GeneratedRegex(@"\. (Choose|Free|Give|Make) [^.]*\.$")]
    private static partial Regex Remedy();
}
