using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>A model that predicts classes, in Hugging Face's layout: a <see cref="Checkpoint"/> with a head for classes, such as
/// <c>classifier.weight</c> and <c>classifier.bias</c>, and the classes' names (<c>id2label</c>) in config.json.</summary>
public sealed class ClassifierCheckpoint : IDisposable
{
    private const string
        Remedy = "Take a model that was fine-tuned to predict classes (…ForSequenceClassification), or make one with attn fine-tune";

    private readonly bool _owns;

    private ClassifierCheckpoint(Checkpoint encoder, BertForSequenceClassification model, IReadOnlyList<string> labels, bool owns)
    {
        Encoder = encoder;
        Model = model;
        Labels = labels;
        _owns = owns;
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
    public IReadOnlyList<string> UnusedKeys => [.. Encoder.UnusedKeys.Except(HeadKeys(Config))];

    /// <summary>Whether the checkpoint has a head for classes. A head with one output predicts a number and is none.</summary>
    /// <exception cref="InputException">config.json or the file of weights is damaged.</exception>
    public static bool IsIn(Checkpoint checkpoint) => Lacking(checkpoint) is null;

    /// <summary>Loads a fine-tuned model. The weights become float32 whatever the file holds.</summary>
    /// <param name="device">Where the weights shall live; the CPU unless given.</param>
    /// <exception cref="InputException">A file is missing or damaged (<see cref="Checkpoint.Load"/>), the model has no head for
    /// classes, or its head does not fit.</exception>
    public static ClassifierCheckpoint Load(string folder, Device? device = null)
    {
        var encoder = Checkpoint.Load(folder, device);
        try { return Of(encoder, owns: true); }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>The head of a checkpoint that is loaded already, upon its own weights: they are shared, and stay when this is
    /// disposed.</summary>
    /// <param name="checkpoint">The model; its folder is read again for the head. It must outlive the result.</param>
    /// <exception cref="InputException">It has no head for classes, or its head does not fit.</exception>
    public static ClassifierCheckpoint Of(Checkpoint checkpoint) => Of(checkpoint, owns: false);

    private static ClassifierCheckpoint Of(Checkpoint encoder, bool owns)
    {
        string config = Path.Combine(encoder.Folder, BertConfig.FileName);
        using var file = WeightFolder.Open(encoder.Folder);
        if (Lacking(encoder, file) is { } lack)
            throw new InputException(lack.InConfig ? config : file.Path, lack.Place, lack.Problem,
                $"{ModelTasks.Able(encoder)}. {Remedy}");
        var (_, named) = ClassLabels.Of(encoder.Folder);
        int classes = Classes(file, encoder.Config);
        if (named is not null && named.Count != classes)
            throw new InputException(config, "id2label", $"names {named.Count} classes, but the classifier has {classes}",
                "Take config.json and the weights from the same checkpoint");
        var model = new BertForSequenceClassification(encoder.Model.Bert, classes);
        try
        {
            Fill(file, model);
            model.eval();
            return new ClassifierCheckpoint(encoder, model, named ?? ClassLabels.Unnamed(classes), owns);
        }
        catch
        {
            model.DisposeHead();
            throw;
        }
    }

    /// <summary>Puts a new head upon a BERT that was loaded: a copy of its weights, a classifier with starting weights, and a new pooler
    /// where the head reads one and there is none.</summary>
    /// <param name="start">The model; not changed.</param>
    /// <param name="labels">The classes' names, at least 2.</param>
    /// <param name="seed">Decides the head's weights.</param>
    /// <exception cref="InputException">There are fewer than two classes, or two share a name.</exception>
    public static ClassifierCheckpoint Create(Checkpoint start, IReadOnlyList<string> labels, int seed = 0)
    {
        if (labels.Distinct().Count() != labels.Count || labels.Count < 2)
            throw new InputException("labels", null, $"are {string.Join(", ", labels)}", "Give two classes at least, each its own name");
        bool readsPooler = start.Config.Family.ClassifierOf(start.Config).ReadsPooler;
        var plain = new BertForMaskedLM(start.Config, withPooler: readsPooler, withHead: false);
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
        return new ClassifierCheckpoint(new Checkpoint(start.Folder, start.Config, start.Tokenizer, plain, []), model, [.. labels],
            owns: true);
    }

    /// <summary>Writes the model as an ordinary Hugging Face folder: config.json with the classes' names, the tokenizer's files,
    /// model.safetensors, and what says how tokens become a text (<c>1_Pooling</c>, <c>N_Dense</c>) where the folder of the model that
    /// it came from has any.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <param name="halfPrecision">Whether to round the weights to float16, which halves the file.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Save(string folder, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var type = halfPrecision ? ScalarType.Float16 : ScalarType.Float32;
        var tensors = Model.named_parameters().Select(p => KeyValuePair.Create(FileKey(Config, p.name), p.parameter.to_type(type)))
            .ToList();
        SafetensorsFile.Write(Path.Combine(folder, WeightFolder.Safetensors), tensors,
            new Dictionary<string, string> { ["format"] = "pt" });
        Tokenizer.Save(folder);
        Config.Write(Path.Combine(folder, BertConfig.FileName), halfPrecision ? "float16" : "float32", Config.Family.ClassifierClass,
            Labels);
        PoolingFile.Copy(Encoder.Folder, folder);
    }

    /// <summary>Disposes the model; of one that shares the weights of a checkpoint (<see cref="Of(Checkpoint)"/>), the head.</summary>
    public void Dispose()
    {
        if (!_owns)
        {
            Model.DisposeHead();
            return;
        }
        Model.Dispose();
        Encoder.Dispose();
    }

    // Why a checkpoint predicts no classes; nothing where it does. A head whose shapes do not fit is damaged, not lacking.
    private static Lack? Lacking(Checkpoint encoder, IWeightFile? file = null)
    {
        var (family, layout) = (encoder.Config.Family, encoder.Config.Family.ClassifierOf(encoder.Config));
        var (architectures, _) = ClassLabels.Of(encoder.Folder);
        if (architectures.Count > 0 && !architectures.Contains(family.ClassifierClass))
            return new Lack(true, "architectures", $"is {string.Join(", ", architectures)}, which does not predict classes");
        if (HeadKeys(encoder.Config).FirstOrDefault(k => !encoder.UnusedKeys.Contains(k)) is { } missing)
            return new Lack(false, null, $"has no {missing}, so it cannot predict classes");
        if (layout.ReadsPooler && encoder.Model.Bert.Pooler is null)
            return new Lack(false, null, "has no bert.pooler.*, which the classifier reads");
        string key = layout.FileKey("classifier.weight");
        using var opened = file is null ? WeightFolder.Open(encoder.Folder) : null;
        return (file ?? opened!).ShapeOf(key) is [< 2, _]
            ? new Lack(false, $"tensor {key}", "has one output: a number is predicted, not a class") : null;
    }

    private static string FileKey(BertConfig config, string parameter) => parameter.StartsWith("bert.", StringComparison.Ordinal)
        ? config.Family.FileKey(parameter) : config.Family.ClassifierOf(config).FileKey(parameter);

    // What of the head the encoder does not hold.
    private static string[] HeadKeys(BertConfig config)
    {
        var layout = config.Family.ClassifierOf(config);
        return [.. layout.Parameters.Select(layout.FileKey)];
    }

    private static int Classes(IWeightFile file, BertConfig config)
    {
        var layout = config.Family.ClassifierOf(config);
        string weightKey = layout.FileKey("classifier.weight"), biasKey = layout.FileKey("classifier.bias");
        var (weight, bias) = (file.ShapeOf(weightKey), file.ShapeOf(biasKey));
        if (weight.Count != 2 || weight[1] != config.HiddenSize || bias.Count != 1 || bias[0] != weight[0])
            throw new InputException(file.Path, null,
                $"{weightKey} is [{string.Join(", ", weight)}] and {biasKey} [{string.Join(", ", bias)}], not [C, {config.HiddenSize}] "
                    + $"and [C]", "Take config.json and the weights from the same checkpoint");
        string[] own = [.. layout.Parameters.Where(p => !p.StartsWith("classifier.", StringComparison.Ordinal))];
        long[] Wanted(string parameter) => parameter == "dense.weight" ? [config.HiddenSize, config.HiddenSize] : [config.HiddenSize];
        if (own.Any(p => !file.ShapeOf(layout.FileKey(p)).SequenceEqual(Wanted(p))))
        {
            throw new InputException(file.Path, null,
                string.Join(" and ", own.Select((p, i) =>
                    $"{layout.FileKey(p)} {(i == 0 ? "is " : "")}[{string.Join(", ", file.ShapeOf(layout.FileKey(p)))}]"))
                    + $", not {string.Join(" and ", own.Select(p => $"[{string.Join(", ", Wanted(p))}]"))}",
                "Take config.json and the weights from the same checkpoint");
        }
        return (int)weight[0];
    }

    private static void Fill(IWeightFile file, BertForSequenceClassification model)
    {
        using var noGradients = no_grad();
        foreach (var (name, parameter) in model.named_parameters().Where(p => !p.name.StartsWith("bert.", StringComparison.Ordinal)))
        {
            using var scope = NewDisposeScope();
            string key = FileKey(model.Config, name);
            parameter.copy_(file.Read(key));
            if (!parameter.isfinite().all().Value<bool>())
                throw new InputException(file.FileOf(key), $"tensor {key}", "holds values that are not finite",
                    "The weights are damaged; download the checkpoint again");
        }
    }

    /// <param name="InConfig">Whether config.json says so, and not the weights.</param>
    private sealed record Lack(bool InConfig, string? Place, string Problem);
}
