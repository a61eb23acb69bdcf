namespace AttentionNotebooks;

/// <summary>Finds and opens the weights of a checkpoint folder under the names that Hugging Face gives them.</summary>
internal static class WeightFolder
{
    public const string Safetensors = "model.safetensors", SafetensorsIndex = Safetensors + ".index.json";
    public const string Torch = "pytorch_model.bin", TorchIndex = Torch + ".index.json";

    /// <summary>Opens the folder's weights; where there are several, safetensors before pickles and one file before shards, as Hugging Face
    /// does.</summary>
    /// <returns>The open weights; the caller disposes them.</returns>
    /// <exception cref="InputException">They are missing or cannot be read.</exception>
    public static IWeightFile Open(string folder)
    {
        foreach (string name in new[] { Safetensors, SafetensorsIndex, Torch, TorchIndex })
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            return name switch
            {
                SafetensorsIndex or TorchIndex => ShardedWeights.Open(path),
                _ => OpenFile(path),
            };
        }
        throw new InputException(folder, null, $"holds no {Safetensors} and no {Torch}, whole or in shards",
            "Take a revision of the checkpoint that has PyTorch weights; weights of TensorFlow (tf_model.h5) and Flax are not read");
    }

    /// <summary>Opens one file of weights by its ending.</summary>
    public static IWeightFile OpenFile(string path) =>
        path.EndsWith(".safetensors", StringComparison.Ordinal) ? SafetensorsFile.Open(path) : TorchFile.Open(path);
}
