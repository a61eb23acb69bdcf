namespace AttentionNotebooks;

/// <summary>Finds and opens the weights of a checkpoint folder under the names that Hugging Face gives them.</summary>
internal static class WeightFolder
{
    public const string Safetensors = "model.safetensors", SafetensorsIndex = Safetensors + ".index.json";
    public const string Onnx = "model.onnx", OnnxFolder = "onnx";
    public const string Torch = "pytorch_model.bin", TorchIndex = Torch + ".index.json";
    public const string Contents = "Name the folder of a checkpoint: config.json, the tokenizer's files and the weights";

    private static readonly string[] Names = [Safetensors, SafetensorsIndex, Torch, TorchIndex];

    /// <summary>Opens the folder's weights; where there are several, safetensors before pickles before ONNX, and one file before
    /// shards.</summary>
    /// <returns>The open weights; the caller disposes them.</returns>
    /// <exception cref="InputException">They are missing or cannot be read.</exception>
    public static IWeightFile Open(string folder) => TorchWeights(folder) ?? (OnnxPath(folder) is { } path
        ? OnnxCheckpoint.Open(path, Path.Combine(folder, BertConfig.FileName)).Weights : throw Missing(folder));

    /// <summary>Reads the settings of a folder: config.json, or what the graph of its ONNX file says.</summary>
    /// <returns>The settings, and the weights where they had to be opened, which the caller disposes.</returns>
    /// <exception cref="InputException">They are missing or cannot be read, or config.json and the graph contradict each
    /// other.</exception>
    public static (BertConfig Config, IWeightFile? Weights) Settings(string folder)
    {
        string config = Path.Combine(folder, BertConfig.FileName);
        if (OnnxPath(folder) is { } path && !HasTorchWeights(folder)) return OnnxCheckpoint.Open(path, config);
        if (!File.Exists(config) && !HasTorchWeights(folder) && OtherOnnx(folder) is not null) throw Missing(folder);
        if (!File.Exists(config))
            throw new InputException(folder, null, $"holds no {BertConfig.FileName}, so it is no checkpoint", Contents);
        return (BertConfig.Read(config), null);
    }

    private static bool HasTorchWeights(string folder) => Names.Any(n => File.Exists(Path.Combine(folder, n)));

    private static string? OnnxPath(string folder) =>
        new[] { Path.Combine(folder, Onnx), Path.Combine(folder, OnnxFolder, Onnx) }.FirstOrDefault(File.Exists);

    private static IWeightFile? TorchWeights(string folder)
    {
        foreach (string name in Names)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            return name switch
            {
                SafetensorsIndex or TorchIndex => ShardedWeights.Open(path),
                _ => OpenFile(path),
            };
        }
        return null;
    }

    // An ONNX file under another name, in the folder or in onnx/.
    private static string? OtherOnnx(string folder) => new[] { folder, Path.Combine(folder, OnnxFolder) }.Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*.onnx").Order(StringComparer.Ordinal)).Select(f => Path.GetRelativePath(folder, f))
        .FirstOrDefault();

    private static InputException Missing(string folder)
    {
        string? other = OtherOnnx(folder);
        return new InputException(folder, null, $"holds no {Safetensors} and no {Torch}, whole or in shards, and no {Onnx}",
            other is not null ? $"Rename {other} to {Onnx} if it holds the model in float32, float16 or bfloat16"
            : "Take a revision of the checkpoint that has PyTorch weights or an ONNX file; weights of TensorFlow (tf_model.h5) and Flax "
                + "are not read");
    }

    /// <summary>Opens one file of weights by its ending.</summary>
    public static IWeightFile OpenFile(string path) => Path.GetExtension(path) switch
    {
        ".safetensors" => SafetensorsFile.Open(path),
        ".onnx" => OnnxCheckpoint.Open(path, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, BertConfig.FileName)).Weights,
        _ => TorchFile.Open(path),
    };
}
