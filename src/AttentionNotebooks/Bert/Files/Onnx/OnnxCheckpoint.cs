using System.Globalization;

namespace AttentionNotebooks;

/// <summary>
/// An ONNX file as a checkpoint: what its graph computes, put into the encoder's own terms. config.json is not needed; where it is
/// there, both must describe one model.
/// </summary>
internal static class OnnxCheckpoint
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="configPath">config.json; may be missing.</param>
    /// <returns>The settings, and the weights, which the caller disposes.</returns>
    /// <exception cref="InputException">The file is damaged, holds no encoder that the kit can compute, or contradicts
    /// config.json.</exception>
    public static (BertConfig Config, OnnxWeights Weights) Open(string path, string configPath)
    {
        // First what the settings refuse by name, such as a family that is not read.
        var stated = File.Exists(configPath) ? BertConfig.Read(configPath) : null;
        if (stated is { Family.IsReadFromOnnx: false })
            throw new InputException(configPath, "model_type", $"is \"{stated.ModelType}\", which is not read from ONNX files",
                "Take the checkpoint's model.safetensors");
        var encoder = OnnxEncoder.Read(path);
        var config = encoder.Config(stated?.Family);
        if (stated is not null)
        {
            Compare(configPath, path, stated, config, encoder);
            config = stated with { HiddenAct = config.HiddenAct };
        }
        else
        {
            config.Check(path);
            config = Expressible(path, config);
        }
        return (config, new OnnxWeights(encoder, config));
    }

    // What the family's own config.json could say.
    private static BertConfig Expressible(string path, BertConfig config)
    {
        config = config with { HeadAct = config.Family.HeadAct };
        if (config.Family.FixedLayerNormEps is { } epsilon && config.LayerNormEps != epsilon)
            throw new InputException(path, "graph", string.Create(CultureInfo.InvariantCulture,
                $"is built as {config.ModelType}, but adds {config.LayerNormEps} to variances, where {config.ModelType} adds {epsilon}"),
                "Put the checkpoint's config.json beside the file");
        return config;
    }

    private static void Compare(string configPath, string path, BertConfig stated, BertConfig found, OnnxEncoder encoder)
    {
        var family = stated.Family;
        foreach (var (key, a, b) in new (string, long, long)[]
        {
            ("vocab_size", stated.VocabSize, found.VocabSize), ("hidden_size", stated.HiddenSize, found.HiddenSize),
            ("embedding_size", stated.EmbeddingWidth, found.EmbeddingWidth),
            ("num_hidden_layers", stated.NumHiddenLayers, found.NumHiddenLayers),
            ("num_attention_heads", stated.NumAttentionHeads, found.NumAttentionHeads),
            ("intermediate_size", stated.IntermediateSize, found.IntermediateSize),
            ("max_position_embeddings", stated.MaxPositionEmbeddings, found.MaxPositionEmbeddings),
            ("type_vocab_size", stated.TypeVocabSize, found.TypeVocabSize),
            ("pad_token_id", stated.PositionPaddingId ?? -1, found.PositionPaddingId ?? -1),
        })
            if (a != b) throw Other(family.ConfigKey(key), a, b);
        // An optimiser replaces the erf form by the faster one and leaves config.json as it was.
        if (stated.HiddenAct != found.HiddenAct && !(found.HiddenAct == "gelu_new" && encoder.HasFastGelu))
            throw Other(family.ConfigKey("hidden_act"), stated.HiddenAct, found.HiddenAct);
        double difference = Math.Abs(stated.LayerNormEps - found.LayerNormEps);
        if (difference > 1e-2 * Math.Max(stated.LayerNormEps, found.LayerNormEps)) throw Other("layer_norm_eps", stated.LayerNormEps,
            found.LayerNormEps);
        InputException Other(string key, object a, object b) => new(configPath, key,
            string.Create(CultureInfo.InvariantCulture, $"is {Shown(a)}, but the graph of {Path.GetFileName(path)} has {Shown(b)}"),
            "Take config.json and the ONNX file from the same checkpoint, or remove config.json: the graph says all that is needed");
    }

    private static object Shown(object value) => value is -1L ? "none" : value;
}
