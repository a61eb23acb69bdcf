using System.Text.Json;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// What tells the families apart, once more: reads a folder by the names that Hugging Face's classes give their
/// tensors and settings, for <see cref="ReferenceBert"/>. Shares no table with the product.
/// </summary>
internal static class ReferenceFamilies
{
    private static readonly Dictionary<string, (string From, string To)[]> Names = new()
    {
        ["bert"] = [],
        ["distilbert"] =
        [
            (@"^distilbert\.transformer\.layer\.(\d+)\.attention\.q_lin\.", "bert.encoder.layer.$1.attention.self.query."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.attention\.k_lin\.", "bert.encoder.layer.$1.attention.self.key."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.attention\.v_lin\.", "bert.encoder.layer.$1.attention.self.value."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.attention\.out_lin\.", "bert.encoder.layer.$1.attention.output.dense."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.sa_layer_norm\.", "bert.encoder.layer.$1.attention.output.LayerNorm."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.ffn\.lin1\.", "bert.encoder.layer.$1.intermediate.dense."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.ffn\.lin2\.", "bert.encoder.layer.$1.output.dense."),
            (@"^distilbert\.transformer\.layer\.(\d+)\.output_layer_norm\.", "bert.encoder.layer.$1.output.LayerNorm."),
            (@"^distilbert\.embeddings\.", "bert.embeddings."), (@"^vocab_transform\.", "cls.predictions.transform.dense."),
            (@"^vocab_layer_norm\.", "cls.predictions.transform.LayerNorm."), (@"^vocab_projector\.bias$", "cls.predictions.bias"),
        ],
        ["electra"] = [(@"^electra\.", "bert."), (@"^generator_predictions\.", "cls.predictions.transform."),
            (@"^generator_lm_head\.bias$", "cls.predictions.bias")],
        ["roberta"] =
        [
            (@"^roberta\.", "bert."), (@"^lm_head\.dense\.", "cls.predictions.transform.dense."),
                (@"^lm_head\.layer_norm\.", "cls.predictions.transform.LayerNorm."),
            (@"^lm_head\.bias$", "cls.predictions.bias"),
        ],
    };

    public static ReferenceBert Load(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        var config = json.RootElement;
        string family = config.GetProperty("model_type").GetString()!;
        bool distil = family == "distilbert";
        int Whole(string key) => config.GetProperty(key).GetInt32();
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        var weights = file.Entries.Keys.ToDictionary(k => Rename(family, k), k => Array.ConvertAll(file.ReadSingles(k), x => (double)x));
        return new ReferenceBert(weights, Whole(distil ? "n_layers" : "num_hidden_layers"),
            Whole(distil ? "n_heads" : "num_attention_heads"), Whole(distil ? "dim" : "hidden_size"),
            distil ? 1e-12 : config.GetProperty("layer_norm_eps").GetDouble(), config.GetProperty(distil ? "activation" : "hidden_act")
                .GetString()!)
        {
            EmbeddingSize = family == "electra" ? Whole("embedding_size") : null,
            HeadActivation = family is "electra" or "roberta" ? "gelu" : null,
            PaddingId = family == "roberta" ? Whole("pad_token_id") : null,
        };
    }

    private static string Rename(string family, string name)
    {
        foreach (var (from, to) in Names[family])
        {
            string renamed = Regex.Replace(name, from, to);
            if (renamed != name) return renamed;
        }
        return name;
    }
}
