using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A kind of checkpoint that the one encoder of <see cref="BertModel"/> can run: what its configuration and its tensors
/// are called, and where it differs from BERT.
/// </summary>
internal abstract class ModelFamily
{
    // Everything that this kit knows of a family stands in the family's own file; here is only the list.
    private static readonly ModelFamily[] All =
    [
        new BertFamily(), new DistilBertFamily(), new ElectraFamily(), new RobertaFamily(),
        new MpnetFamily(), new ModernBertFamily(),
    ];

    /// <summary>The family of a model that does not name one.</summary>
    public static ModelFamily Default => All[0];

    /// <summary>The families' names in a sentence.</summary>
    public static string Supported { get; } = string.Join(", ", All.Select(f => $"\"{f.ModelType}\""));

    /// <summary>The name in <c>model_type</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>What stands before the encoder's tensors; files of a bare encoder leave it out.</summary>
    public abstract string Prefix { get; }

    /// <summary>Hugging Face's class for a model with the masked-LM head.</summary>
    public abstract string MaskedLmClass { get; }

    /// <summary>Hugging Face's class for a model with the masked-LM head and the head for pairs.</summary>
    public virtual string PreTrainingClass => MaskedLmClass;

    /// <summary>Hugging Face's class for the encoder alone.</summary>
    public abstract string EncoderClass { get; }

    /// <summary>Tensors that repeat the word embeddings and the head's bias, under the name of the bias or, for the weights,
    /// <see langword="null"/>.</summary>
    public abstract IReadOnlyDictionary<string, string?> Tied { get; }

    /// <summary>Hugging Face's class for a model with a head for classes.</summary>
    public string ClassifierClass => EncoderClass[..^"Model".Length] + "ForSequenceClassification";

    /// <summary>How that head is built (<see cref="BertForSequenceClassification"/>), in the family's usual settings.</summary>
    protected virtual ClassifierLayout Classifier => ClassifierLayout.OnPooler;

    /// <summary>How the head for classes of a model is built.</summary>
    public virtual ClassifierLayout ClassifierOf(BertConfig config) => Classifier;

    /// <summary>Whether a normalisation stands behind the last layer.</summary>
    public virtual bool NormsAtTheEnd => false;

    /// <summary>Builds a layer.</summary>
    /// <param name="config">The model.</param>
    /// <param name="number">The layer's number, from 0.</param>
    /// <param name="device">Where the weights live; the CPU unless given.</param>
    /// <param name="residualScale">α, the weight of the residual connections while a DeepNorm model is trained; else 1.</param>
    public virtual EncoderLayer Layer(BertConfig config, int number, Device? device, double residualScale) =>
        new BertLayer(config, device, residualScale);

    /// <summary>Whether this kit can train such a model's masked-LM head from the start.</summary>
    public virtual bool IsTrained => false;

    /// <summary>The activation of the masked-LM head where it is always the same; <see langword="null"/> where it is that of the
    /// feed-forward part.</summary>
    public virtual string? HeadAct => null;

    /// <summary>What is added to variances where no setting says it; <see langword="null"/> where one does.</summary>
    public virtual double? FixedLayerNormEps => null;

    /// <summary>How the model knows where a token stands.</summary>
    public virtual PositionScheme Positions => PositionScheme.Absolute;

    /// <summary>Whether <c>position_embedding_type</c> says how the model knows where a token stands; else it means nothing.</summary>
    protected virtual bool SaysPositions => true;

    /// <summary>Whether the family's ONNX files are read.</summary>
    public virtual bool IsReadFromOnnx => true;

    /// <summary>The special tokens, where they are not those that the tokenizer's kind usually has.</summary>
    public virtual SpecialTokens? Special => null;

    /// <summary>The family of that name, or <see langword="null"/>.</summary>
    public static ModelFamily? Of(string modelType) => Array.Find(All, f => f.ModelType == modelType);

    /// <summary>The family whose embeddings are built so; asked of a graph that comes without settings.</summary>
    /// <param name="fromPadding">Whether positions count from behind the padding's number.</param>
    /// <param name="projected">Whether a linear map brings the embeddings to the hidden size.</param>
    /// <param name="segments">Whether there is a table of segments.</param>
    public static ModelFamily OfEmbeddings(bool fromPadding, bool projected, bool segments) =>
        Array.Find(All, f => f.HasEmbeddings(fromPadding, projected, segments)) ?? Default;

    /// <summary>Whether the family's embeddings are built so (<see cref="OfEmbeddings"/>).</summary>
    protected virtual bool HasEmbeddings(bool fromPadding, bool projected, bool segments) => false;

    /// <summary>What the family's config.json calls a setting that BERT's calls <paramref name="key"/>.</summary>
    public virtual string ConfigKey(string key) => key;

    /// <summary>What the family's files call the parameter that <see cref="BertForMaskedLM"/> calls <paramref name="parameter"/>.</summary>
    public abstract string FileKey(string parameter);

    /// <summary>Reads the settings, and refuses those of a model that the encoder is not.</summary>
    /// <exception cref="InputException">A setting is missing, is not what it must be, or asks for another model.</exception>
    public virtual BertConfig Read(JsonReader json)
    {
        RequireEncoder(json);
        return Sizes(json);
    }

    private void RequireEncoder(JsonReader json)
    {
        if (SaysPositions && json.Text("position_embedding_type", "absolute") is var positions and not "absolute")
            throw new InputException(json.Path, "position_embedding_type", $"positions are \"{positions}\"",
                "Only \"absolute\" position embeddings are read");
        foreach (var (key, expected) in new[] { ("is_decoder", false), ("add_cross_attention", false), ("tie_word_embeddings", true) })
        {
            if ((json.Flag(key) ?? expected) != expected)
                throw new InputException(json.Path, key, $"is {(expected ? "false" : "true")}",
                    "Only encoders whose output weights are tied to the word embeddings are read");
        }
    }

    private BertConfig Sizes(JsonReader json) => new()
    {
        ModelType = ModelType,
        VocabSize = json.Whole(ConfigKey("vocab_size")),
        HiddenSize = json.Whole(ConfigKey("hidden_size")),
        NumHiddenLayers = json.Whole(ConfigKey("num_hidden_layers")),
        NumAttentionHeads = json.Whole(ConfigKey("num_attention_heads")),
        IntermediateSize = json.Whole(ConfigKey("intermediate_size")),
        HiddenAct = json.Text(ConfigKey("hidden_act"), "gelu"),
        HeadAct = HeadAct,
        MaxPositionEmbeddings = json.Whole("max_position_embeddings", 512),
        TypeVocabSize = json.Whole("type_vocab_size", 2),
        LayerNormEps = json.Number(ConfigKey("layer_norm_eps"), 1e-12),
        InitializerRange = json.Number("initializer_range", 0.02),
    };

    /// <summary>Applies renames in order, each where it matches.</summary>
    protected static string Rename(string name, (string From, string To)[] renames)
    {
        foreach (var (from, to) in renames) name = name.Replace(from, to, StringComparison.Ordinal);
        return name;
    }
}
