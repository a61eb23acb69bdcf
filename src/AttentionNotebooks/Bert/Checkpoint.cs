using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A model from a folder in Hugging Face's layout: <c>config.json</c>, the tokenizer's files, and the weights as
/// <c>model.safetensors</c> or <c>pytorch_model.bin</c>, whole or in shards, or as <c>model.onnx</c>, which needs no
/// <c>config.json</c>. A message about an unknown family lists those that are read.
/// </summary>
/// <example><code>
/// var model = Checkpoint.Load(Kit.DataPath("demo-bert"));   // any folder in Hugging Face's layout
/// $"{model.Name}: {model.Config.Grid} heads, {model.Tokenizer.VocabularySize} word pieces"
/// </code></example>
public sealed class Checkpoint : IDisposable
{
    internal Checkpoint(string folder, BertConfig config, TextTokenizer tokenizer, BertForMaskedLM model, IReadOnlyList<string> unused)
    {
        Folder = folder;
        Config = config;
        Tokenizer = tokenizer;
        Model = model;
        UnusedKeys = unused;
    }

    /// <summary>The folder as it was given; of a packaged encoder, where it lies.</summary>
    public string Folder { get; }

    /// <summary>The model's sizes.</summary>
    public BertConfig Config { get; }

    /// <summary>What the model is called: its folder's name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));

    /// <summary>The tokenizer over the checkpoint's vocabulary.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>The model, in evaluation mode.</summary>
    public BertForMaskedLM Model { get; }

    /// <summary>What of the model all that looks at attention needs.</summary>
    public IEncoder Encoder => Model.Bert;

    /// <summary>Whether the checkpoint has the masked-LM head.</summary>
    public bool HasMaskedLmHead => Model.HasHead;

    /// <summary>Makes sure that the model can name hidden words.</summary>
    /// <exception cref="InputException">The checkpoint has no masked-LM head.</exception>
    public void RequireMaskedLmHead()
    {
        if (!HasMaskedLmHead)
            throw new InputException(Folder, null, "has no masked-LM head (cls.predictions.*), so it cannot name hidden words",
                $"{ModelTasks.Able(this)}; for hidden words take a checkpoint with such a head, such as bert-base-uncased");
    }

    /// <summary>
    /// Tensors of the file that this model has no place for, such as a fine-tuned classifier (<see cref="ClassifierCheckpoint"/> reads
    /// some).
    /// </summary>
    public IReadOnlyList<string> UnusedKeys { get; }

    /// <summary>Loads a checkpoint. The weights become float32 whatever the file holds.</summary>
    /// <param name="folder">The folder, or the name of an encoder that came with the build (<see cref="PackagedEncoders"/>).</param>
    /// <param name="device">Where the weights shall live; the CPU unless given.</param>
    /// <returns>The checkpoint; disposing it disposes the model.</returns>
    /// <exception cref="InputException">A file is missing or damaged, the vocabulary does not fit, or tensors are missing, misshapen or not
    /// finite.</exception>
    public static Checkpoint Load(string folder, Device? device = null)
    {
        folder = PackagedEncoders.Resolve(folder);
        if (!Directory.Exists(folder)) throw new InputException(folder, null, "is no folder", WeightFolder.Contents);
        var (config, weights) = WeightFolder.Settings(folder);
        using var opened = weights;
        var tokenizer = TextTokenizer.Load(folder, config);
        using var file = weights ?? WeightFolder.Open(folder);
        var names = WeightNames.Match(file, config);
        var model = new BertForMaskedLM(config, names.WithPooler, names.WithHead, withPairHead: names.WithPairHead);
        try
        {
            Fill(file, names, model);
            model.eval();
            if (device is not null && device.type != DeviceType.CPU) model.to(device);
            return new Checkpoint(folder, config, tokenizer, model, names.Unused);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model in Hugging Face's layout: config.json, the tokenizer's files, model.safetensors, under the names of the
    /// model's family.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <param name="halfPrecision">Whether to round the weights to float16, which halves the file.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Save(string folder, BertForMaskedLM model, TextTokenizer tokenizer, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var type = halfPrecision ? ScalarType.Float16 : ScalarType.Float32;
        var family = model.Config.Family;
        var tensors = model.named_parameters().Select(p => KeyValuePair.Create(family.FileKey(p.name), p.parameter.to_type(type))).ToList();
        SafetensorsFile.Write(Path.Combine(folder, WeightFolder.Safetensors), tensors,
            new Dictionary<string, string> { ["format"] = "pt" });
        tokenizer.Save(folder);
        model.Config.Write(Path.Combine(folder, BertConfig.FileName), halfPrecision ? "float16" : "float32", model.HasPairHead
            ? family.PreTrainingClass : model.HasHead ? family.MaskedLmClass : family.EncoderClass);
    }

    /// <summary>Disposes the model.</summary>
    public void Dispose() => Model.Dispose();

    private static void Fill(IWeightFile file, WeightNames names, BertForMaskedLM model)
    {
        using var noGradients = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var scope = NewDisposeScope();
            string key = names.ByParameter[name];
            parameter.copy_(file.Read(key));
            if (!parameter.isfinite().all().Value<bool>())
                throw new InputException(file.FileOf(key), $"tensor {key}", "holds values that are not finite",
                    "The weights are damaged; download the checkpoint again");
        }
    }
}
