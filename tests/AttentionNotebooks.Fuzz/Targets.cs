using System.Text;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Fuzz;

/// <summary>Every kind of file that the kit reads from strangers.</summary>
public static class Targets
{
    private static readonly string[] JsonParts =
        ["{", "}", "[", "]", ",", ":", "\"a\"", "1", "-1", "1e999", "null", "true", "\"\\ud800\"", "\"", "\\", "\n", " "];

    /// <summary>The targets, each with its seeds.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of("safetensors", "model.safetensors", Seeds.Safetensors, Weights, BinaryMutation.Safetensors,
            [.. JsonParts, "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "\"dtype\":\"F16\"", "\"shape\":[",
                "\"data_offsets\":[0,8]"], WithHeader),
        Of("pickle", "pytorch_model.bin", Seeds.Torch, Weights, (r, b) => b is [(byte)'P', ..]
            ? BinaryMutation.Zip(r, b, BinaryMutation.Pickle) : BinaryMutation.Pickle(r, b),
            ["\u0080\u0002", "}", "(", "]", ")", "t", "u", "e", "q\0", "h\0", "X\u0001\0\0\0x", "K\u0001",
                "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nFloatStorage\n", "Q", "R", "0", "1", "2", "b", "cos\nsystem\n",
                    "X\u0007\0\0\0storage", "J\u00ff\u00ff\u00ff\u007f", "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
                        "."],
            text => BinaryMutation.Archive([("archive/data.pkl", Latin(text + ".")), ("archive/data/0", new byte[16])])),
        Of("onnx", "model.onnx", Seeds.Onnx, Weights, BinaryMutation.Onnx,
            ["\u0008\u0008", "\u003a\u0010", "\u000a\u0004", "\u0012\u0001x", "\u0022\u0006MatMul", "\u0022\u0007Softmax", "\u002a\u0006",
                "\u0008\u0002",
                "\u0010\u0001", "\u004a\u0004\0\0\0\0", "\u00ff\u00ff\u00ff\u00ff\u000f", "\u0070\u0001", "\u006a\u0004\u000a\u0002x"],
                    Latin),
        Of("npz", "arrays.npz", Seeds.Npz, Npz, (r, b) => BinaryMutation.Zip(r, b, BinaryMutation.Npy), NpyParts,
            text => BinaryMutation.Archive([("a.npy", NpyOf(text))])),
        Of("npy", "array.npy", Seeds.Npy, Npy, BinaryMutation.Npy, NpyParts, NpyOf),
        Of("maps", "maps.npz", Seeds.Maps, Maps, (r, b) => BinaryMutation.Zip(r, b, BinaryMutation.Npy), NpyParts,
            text => BinaryMutation.Archive([("a.npy", NpyOf(text))])),
        Of("tokens", "tokens.jsonl", Seeds.Tokens,
            path => MapArchive.Open(Path.Combine(Path.GetDirectoryName(path)!, "maps.npz"), path).Texts.Count, JsonLines,
                [.. JsonParts, "{\"id\":\"a\",\"tokens\":[\"x\",\"y\"]}", "\"tags\":"], Utf8, [("maps.npz", Seeds.Maps[0])]),
        Of("config", "config.json", Seeds.Config, path => BertConfig.Read(path).HiddenSize * 0L, JsonMutation.Mutate,
            [.. JsonParts, "\"model_type\":\"bert\",", "\"hidden_size\":", "\"num_attention_heads\":", "\"vocab_size\":"], Utf8),
        Of("vocab", "vocab.txt", Seeds.Vocabulary, Tokenizer, Mutation.Text,
            ["[PAD]\n", "[UNK]\n", "[CLS]\n", "[SEP]\n", "[MASK]\n", "##a\n", "the\n", "\n", "\r\n", "\u00a0"], Utf8),
        Of("tokenizer_config", "tokenizer_config.json", Seeds.TokenizerConfig, Tokenizer, JsonMutation.Mutate,
            [.. JsonParts, "\"do_lower_case\":", "\"model_max_length\":", "\"strip_accents\":"], Utf8,
                [("vocab.txt", Seeds.Vocabulary[0])]),
        Of("tokenizer", "tokenizer.json", Seeds.TokenizerJson, Tokenizer, JsonMutation.Mutate,
            [.. JsonParts, "\"model\":{", "\"type\":\"BPE\"", "\"vocab\":{", "\"merges\":["], Utf8),
        Of("added_tokens", "added_tokens.json", Seeds.AddedTokens, Tokenizer, JsonMutation.Mutate,
            [.. JsonParts, "\"sat\":", "\"[MASK]\":4", "13"], Utf8, [("vocab.txt", Seeds.ShortVocabulary)]),
        Of("pairs", "vocab.json", Seeds.PairVocabulary, Tokenizer, JsonMutation.Mutate, [.. JsonParts, "\"<mask>\":4", "\"ab\":"], Utf8,
            [("merges.txt", Seeds.Merges[0])]),
        Of("merges", "merges.txt", Seeds.Merges, Tokenizer, Mutation.Text, ["a b", "#version: 0.2\n", " ", "\n", "ab", "\t"], Utf8,
            [("vocab.json", Seeds.PairVocabulary[0])]),
        Of("conllu", "trees.conllu", Seeds.Treebank, path => ConllU.Read(path).Count() * 0L, Mutation.Text,
            ["1", "2", "\t", "_", "\n", "\n\n", "1-2", "1.1", "# sent_id = a\n", "1\ta\t_\tNOUN\t_\t_\t0\troot\t_\t_\n",
                "2\tb\t_\tX\t_\t_\t1\tdep\t_\t_\n"], Utf8),
        .. SentenceTask.Known.Select((task, i) =>
            Of("glue-" + task.Name.ToLowerInvariant(), "train.tsv", [Seeds.Glue(task)],
                path => LabelledTexts.Read(path, task).Items.Count * 0L, Mutation.Text,
                    ["\t", "\n", "0", "1", "a text", "*", string.Join('\t', task.Columns ?? [.. task.TextColumns, task.LabelColumn])
                        + "\n"], Utf8)),
        Of("agreement", "agreement.tsv", Seeds.Agreement, path => SubjectVerbAgreement.Read(path).Count * 0L, Mutation.Text,
            ["id\tsentence\tright\twrong\tattractors\n", "a\t[MASK] x\tis\tare\t1\n", "\t", "\n", "[MASK]", "1"], Utf8),
        Of("paraphrases", "paraphrases.tsv", Seeds.Paraphrases, path => RetrievalSet.Read(path).Count * 0L, Mutation.Text,
            ["id\tsentence\tparaphrase\tverb\n", "1\ta b\tb a\tc\n", "\t", "\n", "sentence", "paraphrase"], Utf8),
        Of("sentence-pairs", "pairs.tsv", Seeds.SentencePairs, path => SentencePairs.Read(path).Halves().First.Items.Count * 0L,
            Mutation.Text, ["sentence1\tsentence2\tlabel\n", "a\tb\tentailment\n", "\t", "\n", "not_entailment", "1"], Utf8),
        Of("heads-csv", "heads.csv", Seeds.HeadTable(".csv"), Heads, Mutation.Text,
            ["layer,head,a\n", "0,0,1\n", "0,1,2\n", ",", "\n", "\"", "NaN", "1e999", "-1"], Utf8),
        Of("heads-parquet", "heads.parquet", Seeds.Parquet, Heads, Mutation.Bytes,
            ["PAR1", "\0\0\0\0", "\u0015\u0004", "\u0019\u004c", "schema", "layer"], text => Latin("PAR1" + text + "\u0010\0\0\0PAR1")),
        Of("heads-npz", "heads.npz", Seeds.HeadTable(".npz"), Heads, (r, b) => BinaryMutation.Zip(r, b, BinaryMutation.Npy), NpyParts,
            text => BinaryMutation.Archive([("a.npy", NpyOf(text))])),
        Of("calibration", "calibration.json", Seeds.Calibration, path => ModelCalibration.Read(path).Grid.Count * 0L, JsonMutation.Mutate,
            [.. JsonParts, "\"calibration\":[", "\"layer\":0,\"head\":0", "\"priors\":"], Utf8),
        Of("ipynb", "notebook.ipynb", Seeds.Notebook, Notebook, JsonMutation.Mutate,
            [.. JsonParts, "{\"nbformat\":4,\"nbformat_minor\":5,\"metadata\":{},\"cells\":[]}", "\"cell_type\":\"code\"", "\"source\":"],
                Utf8),
        Of("dib", "notebook.dib", Seeds.Dib, Notebook, Mutation.Text,
            ["#!csharp\n", "#!markdown\n", "#!meta\n", "{\"kernelInfo\":", "}", "\n", "#!", "var x = 1;"], Utf8),
    ];

    private static string[] NpyParts => ["{'descr': '<f4', ", "'fortran_order': False, ", "'shape': (", "1", "2, ", "999999999, ",
        "1111111111", ")", " ", ",", "}", "'descr': '<f8'", "-1"];

    private static FuzzTarget Of(string name, string file, IReadOnlyList<byte[]> seeds, Func<string, long> read,
        Func<Random, byte[], byte[]> mutate, string[] parts, Func<string, byte[]> wrap, IReadOnlyList<(string, byte[])>? beside = null) =>
        new(name, file, seeds, read, mutate, parts, wrap, beside ?? []);

    private static long Weights(string path)
    {
        using var file = WeightFolder.OpenFile(path);
        long most = 0;
        foreach (string key in file.Keys)
        {
            using var tensor = file.Read(key);
            most = Math.Max(most, tensor.numel() * tensor.element_size());
        }
        return most;
    }

    private static long Npz(string path) => AttentionNotebooks.Npz.Read(path, "Save it again").Count * 0L;

    private static long Npy(string path)
    {
        using var stream = File.OpenRead(path);
        return NpyArray.Read(stream, path, "array", stream.Length).Values.Length * 0L;
    }

    private static long Maps(string path)
    {
        var archive = MapArchive.Open(path);
        for (int i = 0; i < archive.Texts.Count; i++) archive.Maps(i);
        return 0;
    }

    private static long Heads(string path) => HeadTable.Read(path).Features.Count * 0L;

    private static long Tokenizer(string path) =>
        TextTokenizer.Load(Path.GetDirectoryName(path)!, Seeds.Model).Encode("The cat [MASK] played.").Length * 0L;

    private static long Notebook(string path) => NotebookReader.Read(path).Cells.Count * 0L;

    private static byte[] JsonLines(Random random, byte[] bytes)
    {
        if (random.Next(2) == 0) return Mutation.Text(random, bytes);
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        int at = random.Next(lines.Length);
        lines[at] = Encoding.UTF8.GetString(JsonMutation.Mutate(random, Encoding.UTF8.GetBytes(lines[at])));
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static byte[] WithHeader(string text) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text), 0, 0, 0, 0];

    private static byte[] NpyOf(string text) =>
        [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. Latin(text), 0, 0, 0, 0];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
