using System.Globalization;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>The size and the shape of a BERT, or of a model next door, as <c>config.json</c> of a Hugging Face checkpoint states
/// it.</summary>
/// <remarks>Devlin et al. (2019), "BERT: Pre-training of Deep Bidirectional Transformers", section 3.</remarks>
/// <example><code>
/// var config = Kit.Model().Config;
/// $"{config.NumHiddenLayers} layers × {config.NumAttentionHeads} heads of {config.HeadSize}"   // the demo model: 12 × 12 of 16
/// </code></example>
public sealed record BertConfig
{
    internal const string FileName = "config.json";

    private const int MostLayers = 1000, LargestSize = 1 << 24;

    /// <summary>The family, by its name in config.json; BERT's unless given.</summary>
    public string ModelType { get; init; } = ModelFamily.Default.ModelType;

    /// <summary>Entries of the vocabulary, V.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the hidden states, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the embeddings, E; D unless given. Where it differs, a linear map widens them to D (ELECTRA).</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>Layers of the encoder, L.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Attention heads per layer, H.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Width of the feed-forward part, F.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation of the feed-forward part: <c>gelu</c> (erf form), <c>gelu_new</c> (tanh form) or <c>relu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Activation of the masked-LM head; that of the feed-forward part unless given.</summary>
    public string? HeadAct { get; init; }

    /// <summary>Positions that have an embedding.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>
    /// Where given, positions are counted as RoBERTa counts them: tokens other than this id get the positions from
    /// this number + 1 on, tokens with this id (padding) get the position of this number.
    /// </summary>
    public int? PositionPaddingId { get; init; }

    /// <summary>Segments that have an embedding: 2 where the model marks the sentences of a pair, 0 where the model has none.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>What layer normalisation adds to the variance.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>Standard deviation of the weights that the model was started from.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Whether the normalisations around the layers and in the heads add something.</summary>
    internal bool NormBias { get; init; } = true;

    /// <summary>Whether the dense map of the heads adds something.</summary>
    internal bool HeadBias { get; init; } = true;

    /// <summary>Whether the masked-LM head adds a number to the score of each entry of the vocabulary.</summary>
    internal bool DecoderBias { get; init; } = true;

    /// <summary>What only the family's own config.json states; <see langword="null"/> in most families.</summary>
    internal FamilySettings? Own { get; init; }

    /// <summary>The model's heads, L × H.</summary>
    public HeadGrid Grid => new(NumHiddenLayers, NumAttentionHeads);

    /// <summary>Width of one head, d = D / H.</summary>
    public int HeadSize => HiddenSize / NumAttentionHeads;

    /// <summary>The longest input in tokens: the positions, less those that RoBERTa's way of counting leaves out.</summary>
    public int MaxTokens => MaxPositionEmbeddings - (PositionPaddingId + 1 ?? 0);

    internal int EmbeddingWidth => EmbeddingSize ?? HiddenSize;

    internal ModelFamily Family => ModelFamily.Of(ModelType)
        ?? throw new ArgumentException($"\"{ModelType}\" is not among {ModelFamily.Supported}", nameof(ModelType));

    /// <summary>Reads <c>config.json</c>. Its <c>model_type</c> chooses the family; without one it is BERT's.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The checked configuration.</returns>
    /// <exception cref="InputException">The file is missing, is no JSON object, or describes no model that can be built.</exception>
    public static BertConfig Read(string path)
    {
        using var json = JsonFile.Read(path);
        var reader = new JsonReader(path, json.RootElement);
        var family = ModelFamily.Of(reader.Text("model_type", ModelFamily.Default.ModelType))
            ?? throw new InputException(path, "model_type", $"the model is a \"{reader.Text("model_type", "")}\"",
                $"Read are {ModelFamily.Supported}; take a checkpoint of one of them");
        var config = family.Read(reader);
        config.Check(path);
        return config;
    }

    /// <summary>Writes <c>config.json</c> in Hugging Face's form.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dtype">The type of the weights beside it: <c>float32</c> or <c>float16</c>.</param>
    /// <param name="architecture">Hugging Face's class for the weights; the family's masked-LM class unless given.</param>
    /// <param name="labels">The names of the classes that a classifier predicts, if it is one.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(string path, string dtype = "float32", string? architecture = null, IReadOnlyList<string>? labels = null) =>
        AtomicFile.Write(path, stream =>
    {
        var family = Family;
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartArray("architectures");
        json.WriteStringValue(architecture ?? family.MaskedLmClass);
        json.WriteEndArray();
        json.WriteString(family.ConfigKey("hidden_act"), HiddenAct);
        json.WriteNumber(family.ConfigKey("hidden_size"), HiddenSize);
        json.WriteNumber("initializer_range", InitializerRange);
        json.WriteNumber(family.ConfigKey("intermediate_size"), IntermediateSize);
        if (EmbeddingSize is { } width) json.WriteNumber("embedding_size", width);
        json.WriteNumber(family.ConfigKey("layer_norm_eps"), LayerNormEps);
        json.WriteNumber("max_position_embeddings", MaxPositionEmbeddings);
        json.WriteString("model_type", ModelType);
        json.WriteNumber(family.ConfigKey("num_attention_heads"), NumAttentionHeads);
        json.WriteNumber(family.ConfigKey("num_hidden_layers"), NumHiddenLayers);
        if (Own is null)
        {
            json.WriteNumber("pad_token_id", PositionPaddingId ?? 0);
            json.WriteString("position_embedding_type", "absolute");
        }
        json.WriteString("torch_dtype", dtype);
        if (Own is null) json.WriteNumber("type_vocab_size", TypeVocabSize);
        json.WriteNumber("vocab_size", VocabSize);
        Own?.Write(json, this);
        if (labels is not null) ClassLabels.Write(json, labels);
        json.WriteEndObject();
    });

    /// <summary>Checks that a model of these sizes can be built.</summary>
    /// <param name="source">The file or argument to name in the error.</param>
    /// <exception cref="InputException">A size is not positive, the heads do not divide the hidden size, or the activation is
    /// unknown.</exception>
    public void Check(string source)
    {
        foreach (var (key, value) in new (string, int)[]
        {
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("num_hidden_layers", NumHiddenLayers),
                ("num_attention_heads", NumAttentionHeads),
            ("intermediate_size", IntermediateSize), ("embedding_size", EmbeddingWidth), ("max_position_embeddings", MaxTokens),
        })
        {
            if (value <= 0)
                throw new InputException(source, key, $"is {value.ToString(CultureInfo.InvariantCulture)}", "Every size must be positive");
            if (value > (key == "num_hidden_layers" ? MostLayers : LargestSize))
                throw new InputException(source, key, $"is {value.ToString(CultureInfo.InvariantCulture)}, more than any model has",
                    "Copy config.json of the checkpoint again");
        }
        if (TypeVocabSize < 0 || PositionPaddingId < 0)
            throw new InputException(source, TypeVocabSize < 0 ? "type_vocab_size" : "pad_token_id", "is negative", "Take 0 or more");
        if (HiddenSize % NumAttentionHeads != 0)
            throw new InputException(source, "num_attention_heads", $"{NumAttentionHeads} heads do not divide the hidden size {HiddenSize}",
                "Take a hidden size that is a multiple of the heads");
        // Where the head has an activation of its own in config.json, it is the classifier's.
        foreach (var (key, name) in new[] { ("hidden_act", HiddenAct), ("classifier_activation", HeadAct ?? HiddenAct) })
        {
            if (name is not ("gelu" or "gelu_new" or "relu"))
                throw new InputException(source, Family.ConfigKey(key), $"the activation \"{name}\" is unknown",
                    "Known are gelu, gelu_new and relu");
        }
        if (!(LayerNormEps >= 0 && double.IsFinite(LayerNormEps)))
            throw new InputException(source, Family.ConfigKey("layer_norm_eps"), "is not a number of 0 or more",
                "Take the value of the checkpoint");
    }
}
