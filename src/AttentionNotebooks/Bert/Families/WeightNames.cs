using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Which tensor of a file is which parameter of the model, found and compared before any memory is taken.</summary>
/// <param name="ByParameter">For each parameter its tensor's name in the file.</param>
/// <param name="Unused">Tensors that the model has no place for, such as a classifier.</param>
/// <param name="WithPooler">Whether the file has a pooler.</param>
/// <param name="WithHead">Whether the file has the masked-LM head.</param>
/// <param name="WithPairHead">Whether the file has all that telling pairs of segments takes.</param>
internal sealed record WeightNames(IReadOnlyDictionary<string, string> ByParameter, IReadOnlyList<string> Unused, bool WithPooler,
    bool WithHead, bool WithPairHead)
{
    private const string HeadName = "cls.predictions.transform.dense.weight", PoolerName = "bert.pooler.dense.weight",
        PairName = "cls.seq_relationship.weight";

    /// <summary>Finds the parameters. Files of a bare encoder leave the prefix out; files converted from TensorFlow call
    /// the normalisation's parameters gamma and beta; the head's bias may stand under the decoder's name only.</summary>
    /// <param name="config">The model.</param>
    /// <exception cref="InputException">A tensor is missing, stands there twice, or has another shape than the model's.</exception>
    public static WeightNames Match(IWeightFile file, BertConfig config)
    {
        var family = config.Family;
        var parameters = Shapes(config, true, true, true).Keys.ToDictionary(family.FileKey);
        var found = new Dictionary<string, string>();
        foreach (string key in file.Keys.Order(StringComparer.Ordinal))
        {
            if (Repeats(key, family)) continue;
            string name = Plain(key);
            if (!parameters.TryGetValue(name, out string? parameter) && !parameters.TryGetValue(family.Prefix + name, out parameter))
                continue;
            if (!found.TryAdd(parameter, key))
                throw new InputException(file.FileOf(key), $"tensor {key}", $"is the same weight as {found[parameter]}",
                    "Keep one of the two");
        }
        foreach (var (alias, target) in family.Tied)
        {
            if (target is not null && file.Keys.Contains(alias)) found.TryAdd(parameters[target], alias);
        }
        bool withPooler = found.ContainsKey(PoolerName), withHead = found.ContainsKey(HeadName) && !IsClassifiers(file, config);
        bool withPairHead = withPooler && withHead && found.ContainsKey(PairName);
        var wanted = Shapes(config, withPooler, withHead, withPairHead);
        CheckShapes(file, family, found, wanted);
        var byParameter = wanted.Keys.ToDictionary(p => p, p => found[p]);
        var used = byParameter.Values.ToHashSet();
        // Whether a map has a bias is a setting in some families: without the bias it would be another model.
        if (file.Keys.Order(StringComparer.Ordinal).FirstOrDefault(IsLost) is { } lost)
            throw new InputException(file.FileOf(lost), $"tensor {lost}", "is there, but by config.json this map has no bias",
                "Take config.json and the weights from the same checkpoint");
        return new WeightNames(byParameter, [.. file.Keys.Where(k => !used.Contains(k) && !Repeats(k, family))
            .Order(StringComparer.Ordinal)], withPooler, withHead, withPairHead);

        bool IsLost(string key)
        {
            if (!key.EndsWith(".bias", StringComparison.Ordinal) || used.Contains(key) || Repeats(key, family)) return false;
            string weight = key[..^"bias".Length] + "weight";
            return used.Contains(weight) || (withHead && family.Tied.ContainsKey(weight));
        }
    }

    private static Dictionary<string, long[]> Shapes(BertConfig config, bool withPooler, bool withHead, bool withPairHead)
    {
        using var outline = new BertForMaskedLM(config, withPooler, withHead, META, withPairHead: withPairHead);
        return outline.named_parameters().ToDictionary(p => p.name, p => p.parameter.shape);
    }

    // In some families the head for classes has the same dense map, under the same name; the rest of the two heads differs.
    private static bool IsClassifiers(IWeightFile file, BertConfig config)
    {
        var layout = config.Family.ClassifierOf(config);
        return layout.FileKey("dense.weight") == config.Family.FileKey(HeadName) && file.Keys.Contains(layout.FileKey("classifier.weight"));
    }

    private static string Plain(string key)
    {
        if (key.EndsWith("LayerNorm.gamma", StringComparison.Ordinal)) return key[..^5] + "weight";
        return key.EndsWith("LayerNorm.beta", StringComparison.Ordinal) ? key[..^4] + "bias" : key;
    }

    // Tensors that say nothing of their own: the tied decoder, and the row of positions 0, 1, 2 … (and of segments) that older files keep.
    private static bool Repeats(string key, ModelFamily family) => family.Tied.ContainsKey(key)
        || key.EndsWith("embeddings.position_ids", StringComparison.Ordinal)
        || key.EndsWith("embeddings.token_type_ids", StringComparison.Ordinal);

    private static void CheckShapes(IWeightFile file, ModelFamily family, Dictionary<string, string> keys,
        Dictionary<string, long[]> parameters)
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

    private static string Listed(List<string> names) =>
        string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}
