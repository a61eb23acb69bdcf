using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// ModernBERT: rotary positions, layers that see the whole text between layers that see a window around each token, normalisation in
/// front of each half, a gated feed-forward half, and most maps without biases. Byte-level pieces, framed by BERT's special tokens.
/// </summary>
/// <remarks>Warner et al. (2024), "Smarter, Better, Faster, Longer: A Modern Bidirectional Encoder …", section 2.1.</remarks>
internal sealed class ModernBertFamily : ModelFamily
{
    private static readonly (string From, string To)[] Names =
    [
        ("bert.encoder.layer.", "model.layers."), ("bert.encoder.final_norm.", "model.final_norm."),
        ("bert.embeddings.word_embeddings.", "model.embeddings.tok_embeddings."),
        ("bert.embeddings.LayerNorm.", "model.embeddings.norm."),
        ("cls.predictions.transform.dense.", "head.dense."), ("cls.predictions.transform.LayerNorm.", "head.norm."),
        ("cls.predictions.bias", "decoder.bias"),
    ];

    /// <inheritdoc/>
    public override string ModelType => "modernbert";

    /// <inheritdoc/>
    public override string Prefix => "model.";

    /// <inheritdoc/>
    public override string MaskedLmClass => "ModernBertForMaskedLM";

    /// <inheritdoc/>
    public override string EncoderClass => "ModernBertModel";

    /// <inheritdoc/>
    public override PositionScheme Positions { get; } = new RotaryPositions();

    /// <inheritdoc/>
    public override bool NormsAtTheEnd => true;

    /// <inheritdoc/>
    protected override bool SaysPositions => false;

    /// <inheritdoc/>
    public override bool IsReadFromOnnx => false;

    /// <inheritdoc/>
    public override SpecialTokens Special { get; } = SpecialTokens.Bert with { TokenizerClass = "PreTrainedTokenizerFast" };

    /// <inheritdoc/>
    protected override ClassifierLayout Classifier { get; } = new("head.dense", "classifier", "gelu") { Norm = "head.norm" };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Tied { get; } = new Dictionary<string, string?> { ["decoder.weight"] = null };

    /// <inheritdoc/>
    public override string ConfigKey(string key) => key switch
    {
        "hidden_act" => "hidden_activation",
        "layer_norm_eps" => "norm_eps",
        _ => key,
    };

    /// <inheritdoc/>
    public override string FileKey(string parameter) => Rename(parameter, Names);

    /// <inheritdoc/>
    public override ClassifierLayout ClassifierOf(BertConfig config) => Classifier with
    {
        Activation = config.HeadAct!,
        DenseBias = config.HeadBias,
        NormBias = config.NormBias,
        ReadsMean = ModernBertSettings.Of(config).ClassifierPooling == ModernBertSettings.Mean,
    };

    /// <inheritdoc/>
    public override EncoderLayer Layer(BertConfig config, int number, Device? device, double residualScale)
    {
        var own = ModernBertSettings.Of(config);
        bool local = own.IsLocal(number);
        var attention = new RotaryAttention(config, local ? own.LocalRopeTheta : own.GlobalRopeTheta,
            local ? own.LocalAttention / 2 : null, own.AttentionBias, device);
        // What enters layer 0 comes from the normalisation of the embeddings.
        return new PreNormLayer(config, normsFirst: number > 0, attention, own.MlpBias, device);
    }

    /// <inheritdoc/>
    public override BertConfig Read(JsonReader json)
    {
        var config = base.Read(json) with
        {
            TypeVocabSize = 0,
            MaxPositionEmbeddings = json.Whole("max_position_embeddings", 8192),
            LayerNormEps = json.Number("norm_eps", 1e-5),
            HeadAct = json.Text("classifier_activation", "gelu"),
            NormBias = json.Flag("norm_bias") ?? false,
            HeadBias = json.Flag("classifier_bias") ?? false,
            DecoderBias = json.Flag("decoder_bias") ?? true,
        };
        config.Check(json.Path); // before HeadSize divides by a number of heads
        if (config.HeadSize % 2 != 0)
            throw new InputException(json.Path, "num_attention_heads", $"heads are {config.HeadSize} wide, which is odd",
                "Rotary positions turn pairs of numbers; take as many heads as the checkpoint has");
        return config with { Own = ModernBertSettings.Read(json, config.NumHiddenLayers) };
    }
}

/// <summary>What only ModernBERT's <c>config.json</c> states, by the names that it has there.</summary>
/// <param name="LayerTypes">Each layer's kind, with spaces between: <c>full_attention</c> or <c>sliding_attention</c>.</param>
/// <param name="LocalAttention">Width of the window of the latter: keys up to half of it away from the query are seen.</param>
/// <param name="GlobalRopeTheta">Base of the rotation in layers of the first kind.</param>
/// <param name="LocalRopeTheta">Base of the rotation in layers of the second kind.</param>
/// <param name="AttentionBias">Whether the maps of the attention add something.</param>
/// <param name="MlpBias">Whether the maps of the feed-forward half add something.</param>
/// <param name="ClassifierPooling">What the head for classes reads: <c>cls</c>, the first token's state, or <c>mean</c>.</param>
/// <param name="PadTokenId">The id of padding; <see langword="null"/> where there is none.</param>
internal sealed record ModernBertSettings(string LayerTypes, int LocalAttention, double GlobalRopeTheta, double LocalRopeTheta,
    bool AttentionBias, bool MlpBias, string ClassifierPooling, int? PadTokenId) : FamilySettings
{
    /// <summary>The mean of all tokens' states.</summary>
    public const string Mean = "mean";

    private const string Full = "full_attention", Sliding = "sliding_attention", Every = "global_attn_every_n_layers";

    private const string TheTrained = "Keep the one that the model was trained with";

    private const string Again = "Copy config.json of the checkpoint again";

    /// <summary>A model's settings.</summary>
    public static ModernBertSettings Of(BertConfig config) => (ModernBertSettings?)config.Own
        ?? throw new ArgumentException("the kinds of layers are not given; read the settings from config.json", nameof(config));

    /// <summary>Whether a layer sees a window only.</summary>
    public bool IsLocal(int layer) => LayerTypes.Split(' ')[layer] == Sliding;

    /// <summary>Reads them, under the names of transformers 5 or of transformers 4.</summary>
    /// <exception cref="InputException">A setting is not what it must be, or one name contradicts the other.</exception>
    public static ModernBertSettings Read(JsonReader json, int layers)
    {
        int window = json.Whole("local_attention", 128);
        if (window < 0) throw new InputException(json.Path, "local_attention", $"is {window}", "ModernBERT's own value is 128");
        string pooling = json.Text("classifier_pooling", "cls");
        if (pooling is not ("cls" or Mean))
            throw new InputException(json.Path, "classifier_pooling", $"is \"{pooling}\"", $"Known are \"cls\" and \"{Mean}\"");
        double global = Theta(json, Full, "global_rope_theta", missing: 160_000, ifNull: 160_000),
            local = Theta(json, Sliding, "local_rope_theta", missing: 10_000, ifNull: global);
        return new ModernBertSettings(Kinds(json, layers), window, global, local, json.Flag("attention_bias") ?? false,
            json.Flag("mlp_bias") ?? false, pooling, IsNull(json, "pad_token_id") ? null : json.Whole("pad_token_id", 50_283));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json, BertConfig config)
    {
        string[] kinds = LayerTypes.Split(' ');
        json.WriteBoolean("attention_bias", AttentionBias);
        json.WriteString("classifier_activation", config.HeadAct);
        json.WriteBoolean("classifier_bias", config.HeadBias);
        json.WriteString("classifier_pooling", ClassifierPooling);
        json.WriteBoolean("decoder_bias", config.DecoderBias);
        json.WriteStartArray("layer_types");
        foreach (string kind in kinds) json.WriteStringValue(kind);
        json.WriteEndArray();
        json.WriteNumber("local_attention", LocalAttention);
        json.WriteBoolean("mlp_bias", MlpBias);
        json.WriteBoolean("norm_bias", config.NormBias);
        if (PadTokenId is { } padding) json.WriteNumber("pad_token_id", padding);
        else json.WriteNull("pad_token_id");
        json.WriteStartObject("rope_parameters");
        foreach (var (kind, theta) in new[] { (Full, GlobalRopeTheta), (Sliding, LocalRopeTheta) })
        {
            json.WriteStartObject(kind);
            json.WriteNumber("rope_theta", theta);
            json.WriteString("rope_type", "default");
            json.WriteEndObject();
        }
        json.WriteEndObject();
        // transformers 4 knows only these names; without them it takes its defaults in silence.
        json.WriteNumber("global_rope_theta", GlobalRopeTheta);
        json.WriteNumber("local_rope_theta", LocalRopeTheta);
        if (Enumerable.Range(1, kinds.Length).FirstOrDefault(n => OfEvery(n, kinds.Length) == LayerTypes) is var every and > 0)
            json.WriteNumber(Every, every);
    }

    private static string OfEvery(int n, int layers) =>
        string.Join(' ', Enumerable.Range(0, layers).Select(l => l % n == 0 ? Full : Sliding));

    private static string Kinds(JsonReader json, int layers)
    {
        string? old = null;
        if (json.Root.TryGetProperty(Every, out _))
        {
            int n = json.Whole(Every);
            if (n <= 0) throw new InputException(json.Path, Every, $"is {n}", "ModernBERT's own value is 3");
            old = OfEvery(n, layers);
        }
        if (!json.Root.TryGetProperty("layer_types", out var list) || list.ValueKind == JsonValueKind.Null)
            return old ?? OfEvery(3, layers);
        string?[] kinds = list.ValueKind != JsonValueKind.Array ? []
            : [.. list.EnumerateArray().Select(k => k.ValueKind == JsonValueKind.String ? k.GetString() : null)];
        if (kinds.Length != layers || kinds.Any(k => k is not (Full or Sliding)))
            throw new InputException(json.Path, "layer_types", $"is no list of {layers} kinds, each {Full} or {Sliding}", Again);
        string given = string.Join(' ', kinds);
        return old is null || old == given ? given
            : throw new InputException(json.Path, Every, "gives other layers than layer_types", TheTrained);
    }

    private static bool IsNull(JsonReader json, string key) => json.Root.TryGetProperty(key, out var value)
        && value.ValueKind == JsonValueKind.Null;

    private static double Theta(JsonReader json, string kind, string oldKey, double missing, double ifNull)
    {
        double theta = IsNull(json, oldKey) ? ifNull : json.Number(oldKey, missing);
        string? place = json.Root.TryGetProperty(oldKey, out _) ? oldKey : null;
        foreach (string key in new[] { "rope_scaling", "rope_parameters" })
        {
            if (!json.Root.TryGetProperty(key, out var given) || given.ValueKind == JsonValueKind.Null) continue;
            var all = json.Object(key) ?? throw new InputException(json.Path, key, "is no object", Again);
            bool ofKind = all.Root.TryGetProperty(kind, out var inner) && inner.ValueKind != JsonValueKind.Null;
            string here = ofKind ? $"{key}, {kind}" : key;
            var rotary = ofKind ? all.Object(kind) ?? throw new InputException(json.Path, here, "is no object", Again) : all;
            if (rotary.Text("rope_type", rotary.Text("type", "default")) is var type and not "default")
                throw new InputException(json.Path, $"{here}, rope_type", $"is \"{type}\"", "Only rotations of type \"default\" are read");
            if (!rotary.Root.TryGetProperty("rope_theta", out _)) continue;
            double found = rotary.Number("rope_theta", theta);
            if (place is not null && found != theta)
                throw new InputException(json.Path, place, $"gives another base than {here}", TheTrained);
            (theta, place) = (found, here);
        }
        return theta > 0 && double.IsFinite(theta) ? theta
            : throw new InputException(json.Path, place ?? oldKey, "is not a number above 0", Again);
    }
}
