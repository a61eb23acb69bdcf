using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// Reads <c>tokenizer.json</c>, in which Hugging Face's tokenizers are written out whole. Two kinds are read: BERT's
/// (word pieces behind BERT's normalizer) and RoBERTa's (byte-level byte pairs); any other step is refused by name, as
/// leaving it out would give other pieces.
/// </summary>
internal static class TokenizerJson
{
    public const string Name = "tokenizer.json";
    private const int LargestId = 1 << 24;
    private const string Remedy = "Read are BERT's word pieces and RoBERTa's byte-level pieces; take a checkpoint that has one of them";

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">The file is damaged, or of another kind.</exception>
    public static TextTokenizer Load(string path, int maxLength, SpecialTokens? special = null)
    {
        using var json = JsonFile.Read(path);
        var root = new JsonReader(path, json.RootElement);
        var model = root.Object("model") ?? throw new InputException(path, "model", "is missing", "Copy the file of the checkpoint again");
        return model.Text("type", model.Root.TryGetProperty("merges", out _) ? "BPE" : "WordPiece") switch
        {
            "WordPiece" => WordPiece(root, model, maxLength, special ?? SpecialTokens.Bert),
            "BPE" => ByteLevel(root, model, maxLength),
            var other => throw new InputException(path, "model, type", $"is \"{other}\"", Remedy),
        };
    }

    /// <summary>A vocabulary: an object of pieces and ids.</summary>
    public static Dictionary<string, int> Ids(JsonReader vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocabulary.Root.EnumerateObject())
            ids.Add(entry.Name, Checked(vocabulary.Path, entry.Name, vocabulary.Whole(entry.Name)));
        return TextTokenizer.Distinct(vocabulary.Path, ids);
    }

    private static WordPieceTokenizer WordPiece(JsonReader root, JsonReader model, int maxLength, SpecialTokens special)
    {
        var normalizer = Step(root, "normalizer", "BertNormalizer");
        Step(root, "pre_tokenizer", "BertPreTokenizer");
        if (model.Text("continuing_subword_prefix", "##") is var prefix and not "##")
            throw new InputException(root.Path, "model, continuing_subword_prefix", $"is \"{prefix}\"", Remedy);
        if (normalizer.Flag("clean_text") == false) throw new InputException(root.Path, "normalizer, clean_text", "is false", Remedy);
        var ids = Vocabulary(model);
        var added = Added(root, ids);
        special.Require(ids, root.Path, Remedy);
        bool lowerCase = normalizer.Flag("lowercase") ?? true;
        var options = new BasicOptions(lowerCase, normalizer.Flag("strip_accents") ?? lowerCase, normalizer.Flag("handle_chinese_chars")
            ?? true);
        int most = model.Whole("max_input_chars_per_word", WordPieceTokenizer.MostCharactersPerWord);
        if (most is <= 0 or > 1 << 20)
            throw new InputException(root.Path, "model, max_input_chars_per_word", $"is {most}", "BERT's own value is 100");
        return new WordPieceTokenizer(ids, options, added, most, maxLength, special);
    }

    private static ByteLevelTokenizer ByteLevel(JsonReader root, JsonReader model, int maxLength)
    {
        if (root.Root.TryGetProperty("normalizer", out var normalizer) && normalizer.ValueKind != JsonValueKind.Null)
            throw new InputException(root.Path, "normalizer", "is given, which RoBERTa's is not", Remedy);
        var split = Step(root, "pre_tokenizer", "ByteLevel");
        if (split.Flag("use_regex") == false) throw new InputException(root.Path, "pre_tokenizer, use_regex", "is false", Remedy);
        foreach (string key in new[] { "byte_fallback", "ignore_merges" })
        {
            if (model.Flag(key) == true) throw new InputException(root.Path, $"model, {key}", "is true", Remedy);
        }
        foreach (string key in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Text(key, "").Length > 0) throw new InputException(root.Path, $"model, {key}", "is given", Remedy);
        }
        var ids = Vocabulary(model);
        var added = Added(root, ids);
        SpecialTokens.Roberta.Require(ids, root.Path, Remedy);
        if (!model.Root.TryGetProperty("merges", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new InputException(root.Path, "model, merges", "is missing or no list", "Copy the file of the checkpoint again");
        var merges = new List<(string, string)>(list.GetArrayLength());
        foreach (var merge in list.EnumerateArray())
        {
            string line = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!,
                JsonValueKind.Array when merge.GetArrayLength() == 2
                    && merge.EnumerateArray().All(m => m.ValueKind == JsonValueKind.String) =>
                    $"{merge[0].GetString()} {merge[1].GetString()}",
                _ => "",
            };
            merges.Add(BytePairs.Parse(root.Path, $"model, merges, {merges.Count}", line));
        }
        return new ByteLevelTokenizer(ids, merges, split.Flag("add_prefix_space") ?? true, added, maxLength);
    }

    private static JsonReader Step(JsonReader root, string key, string type)
    {
        string found = root.Object(key)?.Text("type", "?") ?? "nothing";
        return found == type ? root.Object(key)! : throw new InputException(root.Path, key, $"is {found}, not {type}", Remedy);
    }

    private static Dictionary<string, int> Vocabulary(JsonReader model) =>
        Ids(model.Object("vocab") ?? throw new InputException(model.Path, "model, vocab", "is missing or no object",
            "Copy the file of the checkpoint again"));

    // Every added token is one that is never split; those that the vocabulary lacks are put into it.
    private static List<string> Added(JsonReader root, Dictionary<string, int> ids)
    {
        var added = new List<string>();
        if (!root.Root.TryGetProperty("added_tokens", out var list) || list.ValueKind != JsonValueKind.Array) return added;
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object)
                throw new InputException(root.Path, "added_tokens", "an entry is no object", "Copy the file of the checkpoint again");
            var token = new JsonReader(root.Path, element);
            string text = token.Text("content", "");
            int id = Checked(root.Path, "added_tokens", token.Whole("id"));
            if (text.Length == 0 || (!ids.TryAdd(text, id) && ids[text] != id))
                throw new InputException(root.Path, "added_tokens", $"\"{text}\" is empty or has another id in the vocabulary",
                    "Copy the file of the checkpoint again");
            added.Add(text);
        }
        TextTokenizer.Distinct(root.Path, ids);
        return added;
    }

    private static int Checked(string path, string place, int id) =>
        id is >= 0 and < LargestId ? id : throw new InputException(path, place, $"the id {id} is not one of 0 to {LargestId - 1}",
            "Copy the file of the checkpoint again");
}
