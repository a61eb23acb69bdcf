using AttentionNotebooks.Bert.Families;
using AttentionNotebooks.Bert.Files;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert;

/// <summary>
/// A model from a folder in Hugging Face's layout: <c>config.json</c>, the tokenizer's files, and the weights as
/// <c>model.safetensors</c> or <c>pytorch_model.bin</c>, whole or in shards. BERT, DistilBERT, ELECTRA and RoBERTa.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private const string ConfigName = "config.json", Contents = "Name the folder of a checkpoint: config.json, the tokenizer's files and the weights";
    private const string HeadName = "cls.predictions.transform.dense.weight", PoolerName = "bert.pooler.dense.weight";

    private Checkpoint(string folder, BertConfig config, TextTokenizer tokenizer, BertForMaskedLM model, IReadOnlyList<string> unused)
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
    public TextTokenizer Tokenizer { get; }

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
        if (!Directory.Exists(folder)) throw new InputException(folder, null, "is no folder", Contents);
        if (!File.Exists(Path.Combine(folder, ConfigName))) throw new InputException(folder, null, "holds no config.json, so it is no checkpoint", Contents);
        var config = BertConfig.Read(Path.Combine(folder, ConfigName));
        var tokenizer = TextTokenizer.Load(folder, config);
        using var file = WeightFolder.Open(folder);
        var family = ModelFamily.Of(config.ModelType)!;
        var keys = KeysByParameter(file, family, config);
        var (withPooler, withHead) = (keys.ContainsKey(PoolerName), keys.ContainsKey(HeadName));
        // Shapes are compared before memory is taken: a config.json that lies costs nothing.
        using (var outline = new BertForMaskedLM(config, withPooler, withHead, META)) CheckShapes(file, family, keys, Shapes(outline));
        var model = new BertForMaskedLM(config, withPooler, withHead);
        try
        {
            var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
            Fill(file, keys, parameters);
            model.eval();
            if (device is not null && device.type != DeviceType.CPU) model.to(device);
            var used = keys.Where(k => parameters.ContainsKey(k.Key)).Select(k => k.Value).ToHashSet();
            var unused = file.Keys.Where(k => !used.Contains(k) && !Repeats(k, family)).Order(StringComparer.Ordinal).ToList();
            return new Checkpoint(folder, config, tokenizer, model, unused);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model in Hugging Face's layout: config.json, the tokenizer's files, model.safetensors, under the names of the model's family.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="halfPrecision">Whether to round the weights to float16, which halves the file.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Save(string folder, BertForMaskedLM model, TextTokenizer tokenizer, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var type = halfPrecision ? ScalarType.Float16 : ScalarType.Float32;
        var family = ModelFamily.Of(model.Config.ModelType)!;
        var tensors = model.named_parameters().Select(p => KeyValuePair.Create(family.FileKey(p.name), p.parameter.to_type(type))).ToList();
        SafetensorsFile.Write(Path.Combine(folder, WeightFolder.Safetensors), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        tokenizer.Save(folder);
        model.Config.Write(Path.Combine(folder, ConfigName), halfPrecision ? "float16" : "float32", model.HasHead ? family.MaskedLmClass : family.EncoderClass);
    }

    /// <summary>Disposes the model.</summary>
    public void Dispose() => Model.Dispose();

    // File keys under the names that the model's parameters have. Files of a bare encoder leave the prefix out; files
    // converted from TensorFlow call the normalisation's parameters gamma and beta.
    private static Dictionary<string, string> KeysByParameter(IWeightFile file, ModelFamily family, BertConfig config)
    {
        var parameters = new Dictionary<string, string>();
        using (var outline = new BertForMaskedLM(config, withPooler: true, withHead: true, META))
        {
            foreach (string name in Shapes(outline).Keys) parameters.Add(family.FileKey(name), name);
        }
        var keys = new Dictionary<string, string>();
        foreach (string key in file.Keys.Order(StringComparer.Ordinal))
        {
            if (Repeats(key, family)) continue;
            string name = Plain(key);
            if (!parameters.TryGetValue(name, out string? parameter) && !parameters.TryGetValue(family.Prefix + name, out parameter)) continue;
            if (!keys.TryAdd(parameter, key)) throw new InputException(file.FileOf(key), $"tensor {key}", $"is the same weight as {keys[parameter]}", "Keep one of the two");
        }
        // The head's bias may stand under the decoder's name only.
        foreach (var (alias, target) in family.Tied)
        {
            if (target is not null && file.Keys.Contains(alias)) keys.TryAdd(parameters[target], alias);
        }
        return keys;
    }

    private static Dictionary<string, long[]> Shapes(BertForMaskedLM model) => model.named_parameters().ToDictionary(p => p.name, p => p.parameter.shape);

    private static string Plain(string key)
    {
        if (key.EndsWith("LayerNorm.gamma", StringComparison.Ordinal)) return key[..^5] + "weight";
        return key.EndsWith("LayerNorm.beta", StringComparison.Ordinal) ? key[..^4] + "bias" : key;
    }

    // Tensors that say nothing of their own: the tied decoder, and the row of positions 0, 1, 2 … (and of segments) that older files keep.
    private static bool Repeats(string key, ModelFamily family) => family.Tied.ContainsKey(key)
        || key.EndsWith("embeddings.position_ids", StringComparison.Ordinal) || key.EndsWith("embeddings.token_type_ids", StringComparison.Ordinal);

    private static void CheckShapes(IWeightFile file, ModelFamily family, Dictionary<string, string> keys, Dictionary<string, long[]> parameters)
    {
        var missing = parameters.Keys.Where(p => !keys.ContainsKey(p)).Select(family.FileKey).ToList();
        var wrong = parameters.Where(p => keys.TryGetValue(p.Key, out string? key) && !file.ShapeOf(key).SequenceEqual(p.Value))
            .Select(p => $"{keys[p.Key]} is [{string.Join(", ", file.ShapeOf(keys[p.Key]))}], not [{string.Join(", ", p.Value)}]").ToList();
        if (missing.Count + wrong.Count == 0) return;
        var problems = new List<string>();
        if (missing.Count > 0) problems.Add($"{missing.Count} of {parameters.Count} tensors are missing: {Listed(missing)}");
        if (wrong.Count > 0) problems.Add($"{wrong.Count} have the wrong shape: {Listed(wrong)}");
        throw new InputException(file.Path, null, string.Join("; ", problems), "Take config.json and the weights from the same checkpoint");
    }

    private static void Fill(IWeightFile file, Dictionary<string, string> keys, Dictionary<string, Parameter> parameters)
    {
        using var noGradients = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            using var scope = NewDisposeScope();
            parameter.copy_(file.Read(keys[name]));
            if (!parameter.isfinite().all().item<bool>())
                throw new InputException(file.FileOf(keys[name]), $"tensor {keys[name]}", "holds values that are not finite", "The weights are damaged; download the checkpoint again");
        }
    }

    private static string Listed(List<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}
