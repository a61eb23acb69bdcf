using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert;

/// <summary>A BERT from a folder in Hugging Face's layout: <c>config.json</c>, <c>vocab.txt</c>, <c>model.safetensors</c>.</summary>
public sealed class Checkpoint : IDisposable
{
    private const string WeightsName = "model.safetensors", ConfigName = "config.json";
    private const string HeadKey = "cls.predictions.transform.dense.weight", PoolerKey = "bert.pooler.dense.weight";

    private Checkpoint(string folder, BertConfig config, WordPieceTokenizer tokenizer, BertForMaskedLM model, IReadOnlyList<string> unused)
    {
        Folder = folder;
        Config = config;
        Tokenizer = tokenizer;
        Model = model;
        UnusedKeys = unused;
    }

    /// <summary>The folder as it was given.</summary>
    public string Folder { get; }

    /// <summary>The model's sizes.</summary>
    public BertConfig Config { get; }

    /// <summary>The tokenizer over the checkpoint's vocabulary.</summary>
    public WordPieceTokenizer Tokenizer { get; }

    /// <summary>The model, in evaluation mode.</summary>
    public BertForMaskedLM Model { get; }

    /// <summary>Whether the checkpoint has the masked-LM head.</summary>
    public bool HasMaskedLmHead => Model.HasHead;

    /// <summary>Tensors of the file that this model has no place for, such as a fine-tuned classifier.</summary>
    public IReadOnlyList<string> UnusedKeys { get; }

    /// <summary>Loads a checkpoint. The weights become float32 whatever the file holds.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the weights shall live; the CPU unless given.</param>
    /// <returns>The checkpoint; disposing it disposes the model.</returns>
    /// <exception cref="InputException">A file is missing or damaged, the vocabulary does not fit, or tensors are missing, misshapen or not finite.</exception>
    public static Checkpoint Load(string folder, Device? device = null)
    {
        if (!Directory.Exists(folder)) throw new InputException(folder, null, "is no folder", "Name the folder of a BERT checkpoint: config.json, vocab.txt and model.safetensors");
        string weights = Path.Combine(folder, WeightsName);
        if (!File.Exists(Path.Combine(folder, ConfigName)))
            throw new InputException(folder, null, "holds no config.json, so it is no checkpoint", "Name the folder of a BERT checkpoint: config.json, vocab.txt and model.safetensors");
        var config = BertConfig.Read(Path.Combine(folder, ConfigName));
        var tokenizer = WordPieceTokenizer.Load(folder, config);
        if (!File.Exists(weights))
            throw new InputException(folder, null, "holds no model.safetensors", "Take a revision of the checkpoint that has it, or convert the weights with save_pretrained(safe_serialization=True)");
        using var file = SafetensorsFile.Open(weights);
        var keys = KeysByParameter(file);
        var model = new BertForMaskedLM(config, keys.ContainsKey(PoolerKey), keys.ContainsKey(HeadKey));
        try
        {
            var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
            CheckShapes(weights, file, keys, parameters);
            Fill(weights, file, keys, parameters);
            model.eval();
            if (device is not null && device.type != DeviceType.CPU) model.to(device);
            var unused = keys.Where(k => !parameters.ContainsKey(k.Key)).Select(k => k.Value).Order(StringComparer.Ordinal).ToList();
            return new Checkpoint(folder, config, tokenizer, model, unused);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model in Hugging Face's layout: config.json, vocab.txt, tokenizer_config.json, model.safetensors.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="halfPrecision">Whether to round the weights to float16, which halves the file.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Save(string folder, BertForMaskedLM model, WordPieceTokenizer tokenizer, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var type = halfPrecision ? ScalarType.Float16 : ScalarType.Float32;
        var tensors = model.named_parameters().Select(p => KeyValuePair.Create(p.name, p.parameter.to_type(type))).ToList();
        SafetensorsFile.Write(Path.Combine(folder, WeightsName), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        tokenizer.Save(folder);
        model.Config.Write(Path.Combine(folder, ConfigName), halfPrecision ? "float16" : "float32", model.HasHead ? "BertForMaskedLM" : "BertModel");
    }

    /// <summary>Disposes the model.</summary>
    public void Dispose() => Model.Dispose();

    // File keys under the names that the model's parameters have. Checkpoints of a bare BertModel leave the prefix
    // out; files converted from TensorFlow call the normalisation's parameters gamma and beta; older ones keep the
    // row of positions 0, 1, 2 …, which is no weight.
    private static Dictionary<string, string> KeysByParameter(SafetensorsFile file)
    {
        var keys = new Dictionary<string, string>();
        foreach (string key in file.Entries.Keys.Order(StringComparer.Ordinal))
        {
            if (key.EndsWith("position_ids", StringComparison.Ordinal)) continue;
            string name = key;
            if (name.EndsWith("LayerNorm.gamma", StringComparison.Ordinal)) name = name[..^5] + "weight";
            else if (name.EndsWith("LayerNorm.beta", StringComparison.Ordinal)) name = name[..^4] + "bias";
            if (name.StartsWith("embeddings.", StringComparison.Ordinal) || name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith("pooler.", StringComparison.Ordinal)) name = "bert." + name;
            if (!keys.TryAdd(name, key)) throw new InputException(file.Path, $"tensor {key}", $"is the same weight as {keys[name]}", "Keep one of the two");
        }
        // The decoder is tied: its weight is the word embeddings', its bias the head's.
        keys.Remove("cls.predictions.decoder.weight");
        if (keys.Remove("cls.predictions.decoder.bias", out string? bias)) keys.TryAdd("cls.predictions.bias", bias);
        return keys;
    }

    private static void CheckShapes(string path, SafetensorsFile file, Dictionary<string, string> keys, Dictionary<string, Parameter> parameters)
    {
        var missing = parameters.Keys.Where(p => !keys.ContainsKey(p)).ToList();
        var wrong = parameters.Where(p => keys.TryGetValue(p.Key, out string? key) && !file.Entries[key].Shape.SequenceEqual(p.Value.shape))
            .Select(p => $"{keys[p.Key]} is [{string.Join(", ", file.Entries[keys[p.Key]].Shape)}], not [{string.Join(", ", p.Value.shape)}]").ToList();
        if (missing.Count + wrong.Count == 0) return;
        var problems = new List<string>();
        if (missing.Count > 0) problems.Add($"{missing.Count} of {parameters.Count} tensors are missing: {Listed(missing)}");
        if (wrong.Count > 0) problems.Add($"{wrong.Count} have the wrong shape: {Listed(wrong)}");
        throw new InputException(path, null, string.Join("; ", problems), "Take config.json and model.safetensors from the same BERT checkpoint");
    }

    private static void Fill(string path, SafetensorsFile file, Dictionary<string, string> keys, Dictionary<string, Parameter> parameters)
    {
        using var noGradients = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            using var scope = NewDisposeScope();
            parameter.copy_(file.Read(keys[name]));
            if (!parameter.isfinite().all().item<bool>())
                throw new InputException(path, $"tensor {keys[name]}", "holds values that are not finite", "The weights are damaged; download the checkpoint again");
        }
    }

    private static string Listed(List<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}
