using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>A BERT that predicts classes, in Hugging Face's layout: a <see cref="Checkpoint"/> with <c>classifier.weight</c>,
/// <c>classifier.bias</c> and the classes' names (<c>id2label</c>) in config.json.</summary>
public sealed class ClassifierCheckpoint : IDisposable
{
    /// <summary>Hugging Face's class for such a model.</summary>
    public const string Architecture = nameof(BertForSequenceClassification);

    private const string WeightKey = "classifier.weight", BiasKey = "classifier.bias",
        Remedy = $"Take a BERT that was fine-tuned to predict classes ({Architecture}), or make one with attn fine-tune";

    private ClassifierCheckpoint(Checkpoint encoder, BertForSequenceClassification model, IReadOnlyList<string> labels)
    {
        Encoder = encoder;
        Model = model;
        Labels = labels;
    }

    /// <summary>The same model without its head, as all that looks at attention takes it. It shares the weights and is disposed with
    /// this.</summary>
    public Checkpoint Encoder { get; }

    /// <summary>The model, in evaluation mode.</summary>
    public BertForSequenceClassification Model { get; }

    /// <summary>The classes' names, by number.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The model's sizes.</summary>
    public BertConfig Config => Model.Config;

    /// <summary>The tokenizer over the checkpoint's vocabulary.</summary>
    public TextTokenizer Tokenizer => Encoder.Tokenizer;

    /// <summary>Tensors of the file that this model has no place for, such as a masked-LM head.</summary>
    public IReadOnlyList<string> UnusedKeys => [.. Encoder.UnusedKeys.Where(k => k is not (WeightKey or BiasKey))];

    /// <summary>Loads a fine-tuned BERT. The weights become float32 whatever the file holds.</summary>
    /// <param name="device">Where the weights shall live; the CPU unless given.</param>
    /// <exception cref="InputException">A file is missing or damaged (<see cref="Checkpoint.Load"/>), the model is no BERT with a head for
    /// classes, or its head does not fit.</exception>
    public static ClassifierCheckpoint Load(string folder, Device? device = null)
    {
        var encoder = Checkpoint.Load(folder, device);
        try
        {
            CheckFamily(encoder, "read");
            folder = encoder.Folder;
            string config = Path.Combine(folder, BertConfig.FileName);
            var (architectures, named) = File.Exists(config) ? ClassLabels.Read(config) : ([], null);
            if (architectures.Count > 0 && !architectures.Contains(Architecture))
                throw new InputException(config, "architectures", $"is {string.Join(", ", architectures)}", Remedy);
            using var file = WeightFolder.Open(folder);
            if (!file.Keys.Contains(WeightKey) || !file.Keys.Contains(BiasKey))
                throw new InputException(file.Path, null, $"has no {WeightKey} with {BiasKey}, so it cannot predict classes", Remedy);
            if (encoder.Model.Bert.Pooler is null)
                throw new InputException(file.Path, null, "has no bert.pooler.*, which the classifier reads", Remedy);
            int classes = Classes(file, encoder.Config);
            if (named is not null && named.Count != classes)
                throw new InputException(config, "id2label", $"names {named.Count} classes, but the classifier has {classes}",
                    "Take config.json and the weights from the same checkpoint");
            var model = new BertForSequenceClassification(encoder.Model.Bert, classes);
            Fill(file, model);
            model.eval();
            return new ClassifierCheckpoint(encoder, model, named ?? ClassLabels.Unnamed(classes));
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder holds such a model, as its settings say, or, without any, its weights.</summary>
    internal static bool IsIn(string folder)
    {
        string config = Path.Combine(folder, BertConfig.FileName);
        if (File.Exists(config)) return ClassLabels.Read(config).Architectures.Contains(Architecture);
        using var file = WeightFolder.Open(folder);
        return file.Keys.Contains(WeightKey);
    }

    /// <summary>Puts a new head upon a BERT that was loaded: a copy of its weights, a classifier with starting weights, and a new pooler
    /// where it has none.</summary>
    /// <param name="start">The model; not changed.</param>
    /// <param name="labels">The classes' names, at least 2.</param>
    /// <param name="seed">Decides the head's weights.</param>
    /// <exception cref="InputException">The model is of another family, whose heads for classes are built otherwise, there are fewer than
    /// two classes, or two share a name.</exception>
    public static ClassifierCheckpoint Create(Checkpoint start, IReadOnlyList<string> labels, int seed = 0)
    {
        CheckFamily(start, "made");
        if (labels.Distinct().Count() != labels.Count || labels.Count < 2)
            throw new InputException("labels", null, $"are {string.Join(", ", labels)}", "Give two classes at least, each its own name");
        var plain = new BertForMaskedLM(start.Config, withPooler: true, withHead: false);
        using (no_grad())
        {
            var sources = start.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
            foreach (var (name, parameter) in plain.named_parameters())
                if (sources.TryGetValue(name, out var source)) parameter.copy_(source);
        }
        var model = new BertForSequenceClassification(plain.Bert, labels.Count);
        model.InitializeHead(seed, poolerToo: start.Model.Bert.Pooler is null);
        plain.eval();
        model.eval();
        return new ClassifierCheckpoint(new Checkpoint(start.Folder, start.Config, start.Tokenizer, plain, []), model, [.. labels]);
    }

    /// <summary>Writes the model as an ordinary Hugging Face folder: config.json with the classes' names, the tokenizer's files,
    /// model.safetensors.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <param name="halfPrecision">Whether to round the weights to float16, which halves the file.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Save(string folder, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var type = halfPrecision ? ScalarType.Float16 : ScalarType.Float32;
        var tensors = Model.named_parameters().Select(p => KeyValuePair.Create(p.name, p.parameter.to_type(type))).ToList();
        SafetensorsFile.Write(Path.Combine(folder, WeightFolder.Safetensors), tensors,
            new Dictionary<string, string> { ["format"] = "pt" });
        Tokenizer.Save(folder);
        Config.Write(Path.Combine(folder, "config.json"), halfPrecision ? "float16" : "float32", Architecture, Labels);
    }

    /// <summary>Disposes the model.</summary>
    public void Dispose()
    {
        Model.Dispose();
        Encoder.Dispose();
    }

    // The classifiers of other families have two maps, with activations of their own.
    private static void CheckFamily(Checkpoint checkpoint, string done)
    {
        if (checkpoint.Config.Family.ClassifiesPooledState) return;
        throw new InputException(checkpoint.Folder, "config.json, model_type",
            $"is \"{checkpoint.Config.ModelType}\", whose head for classes is not {done} here", "Take a BERT");
    }

    private static int Classes(IWeightFile file, BertConfig config)
    {
        var (weight, bias) = (file.ShapeOf(WeightKey), file.ShapeOf(BiasKey));
        if (weight.Count != 2 || weight[1] != config.HiddenSize || bias.Count != 1 || bias[0] != weight[0])
            throw new InputException(file.Path, null,
                $"{WeightKey} is [{string.Join(", ", weight)}] and {BiasKey} [{string.Join(", ", bias)}], not [C, {config.HiddenSize}] "
                    + $"and [C]", "Take config.json and the weights from the same checkpoint");
        return weight[0] >= 2 ? (int)weight[0] : throw new InputException(file.Path, $"tensor {WeightKey}",
            "has one output: a number is predicted, not a class", Remedy);
    }

    private static void Fill(IWeightFile file, BertForSequenceClassification model)
    {
        using var noGradients = no_grad();
        foreach (var (name, parameter) in model.named_parameters().Where(p => p.name is WeightKey or BiasKey))
        {
            using var scope = NewDisposeScope();
            parameter.copy_(file.Read(name));
            if (!parameter.isfinite().all().Value<bool>())
                throw new InputException(file.FileOf(name), $"tensor {name}", "holds values that are not finite",
                    "The weights are damaged; download the checkpoint again");
        }
    }
}
