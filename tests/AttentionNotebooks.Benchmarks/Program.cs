using System.Globalization;
using AttentionNotebooks;
using AttentionNotebooks.Benchmarks;
using AttentionNotebooks.Benchmarks.Compare;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

const string Usage = """
    compare [--only TABLE,TABLE,…] [--rounds N] [--texts N] [--out DIR]
        us and the peers in turn; tables: extraction, onnx, padding, distances, clustering, laboratory, commands, memory, notebooks
        with --out each table goes into DIR/TABLE.md too, and tables that lie there already are left out
    profile [fp32|bf16] [--texts N]
        where the time of an extraction goes
    micro [--filter '*KMeans*']
        micro-benchmarks (BenchmarkDotNet)
    """;

// As attn does, before anything loads libtorch.
OpenMp.WaitPassively();
NativeHeap.Keep();
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
int Number(string name, int otherwise) => int.Parse(Option(name) ?? $"{otherwise}", CultureInfo.InvariantCulture);

switch (args.FirstOrDefault())
{
    case "compare":
        return Compare();
    case "profile":
        Profile.Run(args.ElementAtOrDefault(1) == "bf16" ? Precision.Bf16 : Precision.Fp32, Number("--texts", 32));
        return 0;
    case "micro":
        BenchmarkSwitcher.FromAssembly(typeof(Profile).Assembly)
            .Run(args[1..], DefaultConfig.Instance.WithArtifactsPath(Repository.Path("artifacts/benchmarks"))
                .WithOptions(ConfigOptions.DisableOptimizationsValidator));
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

int Compare()
{
    int rounds = Number("--rounds", 5), texts = Number("--texts", 48);
    var tables = new Dictionary<string, Func<Report>>
    {
        ["extraction"] = () => ExtractionRows.Measure(texts, rounds),
        ["onnx"] = () => OnnxRows.Measure(texts, rounds),
        ["padding"] = () => PaddingRows.Measure(4 * texts, Math.Min(rounds, 2)),
        ["distances"] = () => DistanceRows.Measure(rounds),
        ["clustering"] = () => ClusteringRows.Measure(rounds),
        ["laboratory"] = () => LaboratoryRows.Measure(Math.Min(rounds, 3), savedTexts: 1000, savedTokens: 32),
        ["commands"] = () => CommandRows.Measure(rounds),
        ["memory"] = () => CommandRows.Memory(),
        ["notebooks"] = CommandRows.Notebooks,
    };
    string[] wanted = Option("--only")?.Split(',') ?? [.. tables.Keys];
    if (wanted.FirstOrDefault(w => !tables.ContainsKey(w)) is { } unknown)
    {
        Console.Error.WriteLine($"there is no table \"{unknown}\"; tables: {string.Join(", ", tables.Keys)}");
        return 2;
    }
    foreach (string name in wanted)
    {
        string? file = Option("--out") is { } folder ? Path.Combine(folder, $"{name}.md") : null;
        if (file is not null && File.Exists(file)) continue;
        string table = tables[name]().ToString();
        Console.WriteLine(table);
        if (file is null) continue;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, table);
    }
    return 0;
}
