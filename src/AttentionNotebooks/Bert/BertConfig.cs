using System.Globalization;
using System.Text.Json;
using AttentionNotebooks.Data;

namespace AttentionNotebooks.Bert;

/// <summary>The size and the shape of a BERT, as <c>config.json</c> of a Hugging Face checkpoint states it.</summary>
/// <remarks>Devlin et al. (2019), "BERT: Pre-training of Deep Bidirectional Transformers", section 3.</remarks>
public sealed record BertConfig
{
    /// <summary>Entries of the vocabulary, V.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the hidden states, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Layers of the encoder, L.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Attention heads per layer, H.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Width of the feed-forward part, F.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation of the feed-forward part: <c>gelu</c> (erf form), <c>gelu_new</c> (tanh form) or <c>relu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Positions that have an embedding: the longest input in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Segments that have an embedding: 2 where sentence pairs are told apart.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>What layer normalisation adds to the variance.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>Standard deviation of the weights that the model was started from.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Width of one head, d = D / H.</summary>
    public int HeadSize => HiddenSize / NumAttentionHeads;

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The checked configuration.</returns>
    /// <exception cref="InputException">The file is missing, is no JSON object, or describes no BERT that can be built.</exception>
    public static BertConfig Read(string path)
    {
        using var json = JsonFile.Read(path);
        var root = json.RootElement;
        string type = Text(path, root, "model_type", "bert");
        if (type != "bert")
            throw new InputException(path, "model_type", $"the model is a \"{type}\"", "Only \"bert\" models are read; take a BERT checkpoint");
        if (Text(path, root, "position_embedding_type", "absolute") is var positions and not "absolute")
            throw new InputException(path, "position_embedding_type", $"positions are \"{positions}\"", "Only \"absolute\" position embeddings are read");
        foreach (var (key, expected) in new[] { ("is_decoder", false), ("add_cross_attention", false), ("tie_word_embeddings", true) })
        {
            if (Flag(path, root, key, expected) != expected)
                throw new InputException(path, key, $"is {(expected ? "false" : "true")}", "Only encoders whose output weights are tied to the word embeddings are read");
        }
        var config = new BertConfig
        {
            VocabSize = Whole(path, root, "vocab_size", null),
            HiddenSize = Whole(path, root, "hidden_size", null),
            NumHiddenLayers = Whole(path, root, "num_hidden_layers", null),
            NumAttentionHeads = Whole(path, root, "num_attention_heads", null),
            IntermediateSize = Whole(path, root, "intermediate_size", null),
            HiddenAct = Text(path, root, "hidden_act", "gelu"),
            MaxPositionEmbeddings = Whole(path, root, "max_position_embeddings", 512),
            TypeVocabSize = Whole(path, root, "type_vocab_size", 2),
            LayerNormEps = Number(path, root, "layer_norm_eps", 1e-12),
            InitializerRange = Number(path, root, "initializer_range", 0.02),
        };
        config.Check(path);
        return config;
    }

    /// <summary>Writes <c>config.json</c> in Hugging Face's form.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dtype">The type of the weights beside it: <c>float32</c> or <c>float16</c>.</param>
    /// <param name="architecture">Hugging Face's class for the weights.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(string path, string dtype = "float32", string architecture = "BertForMaskedLM") => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartArray("architectures");
        json.WriteStringValue(architecture);
        json.WriteEndArray();
        json.WriteString("hidden_act", HiddenAct);
        json.WriteNumber("hidden_size", HiddenSize);
        json.WriteNumber("initializer_range", InitializerRange);
        json.WriteNumber("intermediate_size", IntermediateSize);
        json.WriteNumber("layer_norm_eps", LayerNormEps);
        json.WriteNumber("max_position_embeddings", MaxPositionEmbeddings);
        json.WriteString("model_type", "bert");
        json.WriteNumber("num_attention_heads", NumAttentionHeads);
        json.WriteNumber("num_hidden_layers", NumHiddenLayers);
        json.WriteNumber("pad_token_id", 0);
        json.WriteString("position_embedding_type", "absolute");
        json.WriteString("torch_dtype", dtype);
        json.WriteNumber("type_vocab_size", TypeVocabSize);
        json.WriteNumber("vocab_size", VocabSize);
        json.WriteEndObject();
    });

    /// <summary>Checks that a model of these sizes can be built.</summary>
    /// <param name="source">The file or argument to name in the error.</param>
    /// <exception cref="InputException">A size is not positive, the heads do not divide the hidden size, or the activation is unknown.</exception>
    public void Check(string source)
    {
        foreach (var (key, value) in new (string, int)[]
        {
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("num_hidden_layers", NumHiddenLayers), ("num_attention_heads", NumAttentionHeads),
            ("intermediate_size", IntermediateSize), ("max_position_embeddings", MaxPositionEmbeddings), ("type_vocab_size", TypeVocabSize),
        })
        {
            if (value <= 0) throw new InputException(source, key, $"is {value.ToString(CultureInfo.InvariantCulture)}", "Every size must be positive");
        }
        if (HiddenSize % NumAttentionHeads != 0)
            throw new InputException(source, "num_attention_heads", $"{NumAttentionHeads} heads do not divide the hidden size {HiddenSize}", "Take a hidden size that is a multiple of the heads");
        if (HiddenAct is not ("gelu" or "gelu_new" or "relu"))
            throw new InputException(source, "hidden_act", $"the activation \"{HiddenAct}\" is unknown", "Known are gelu, gelu_new and relu");
        if (!(LayerNormEps >= 0 && double.IsFinite(LayerNormEps)))
            throw new InputException(source, "layer_norm_eps", "is not a number of 0 or more", "BERT's own value is 1e-12");
    }

    private static int Whole(string path, JsonElement root, string key, int? missing)
    {
        if (!root.TryGetProperty(key, out var value))
            return missing ?? throw new InputException(path, key, "is missing", "Copy config.json of the checkpoint again, or add the key");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : throw new InputException(path, key, $"{Shown(value)} is not a whole number", "Write it as a plain integer");
    }

    private static double Number(string path, JsonElement root, string key, double missing)
    {
        if (!root.TryGetProperty(key, out var value)) return missing;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            ? number
            : throw new InputException(path, key, $"{Shown(value)} is not a number", "Write it as a plain number");
    }

    private static string Text(string path, JsonElement root, string key, string missing)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return missing;
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new InputException(path, key, $"{Shown(value)} is not a text", "Write it in quotes");
    }

    private static bool Flag(string path, JsonElement root, string key, bool missing)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return missing;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new InputException(path, key, $"{Shown(value)} is not true or false", "Write true or false without quotes");
    }

    private static string Shown(JsonElement value)
    {
        string raw = value.GetRawText();
        return raw.Length <= 40 ? raw : raw[..40] + "…";
    }
}
