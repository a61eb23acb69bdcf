using System.Text;
using System.Text.Json.Nodes;
using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Fuzz;

/// <summary>Real files, small: written by the kit's own writers, or the first lines of the repository's data.</summary>
internal static class Seeds
{
    private static readonly string[] Pieces =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "play", "##ing", "##ed", ",", ".", "dog", "sat"];

    public static BertConfig Model { get; } = new()
    { VocabSize = 14, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 16 };

    public static byte[][] Safetensors => [Written("a.safetensors", path =>
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsFile.Write(path, new Dictionary<string, torch.Tensor>
            { ["x"] = torch.zeros(2, 3), ["y"] = torch.zeros(4).to(torch.float16), ["none"] = torch.zeros(0, 5) },
            new Dictionary<string, string> { ["format"] = "pt" });
    })];

    public static byte[][] Torch
    {
        get
        {
            var tensors = new (string, long[], float[])[] { ("x", [2, 3], new float[6]), ("y", [4], new float[4]) };
            return [PickleWriter.StateDict(tensors, legacy: false), PickleWriter.StateDict(tensors, legacy: true),
                File.ReadAllBytes(Repository("tests/AttentionNotebooks.Tests/Bert/Golden/torch-zip.bin")),
                    File.ReadAllBytes(Repository("tests/AttentionNotebooks.Tests/Bert/Golden/torch-legacy.bin"))];
        }
    }

    // So narrow that most of the file is its graph.
    public static byte[][] Onnx
    {
        get
        {
            using var scope = torch.NewDisposeScope();
            return [.. new[] { "bert", "electra" }.Select(kind => new OnnxBert(new BertForMaskedLM(new BertConfig
            {
                ModelType = kind, VocabSize = 6, HiddenSize = 2, EmbeddingSize = kind == "bert" ? null : 1, NumHiddenLayers = 2,
                NumAttentionHeads = 1, IntermediateSize = 3, MaxPositionEmbeddings = 3,
            })).File())];
        }
    }

    public static byte[][] Npy => [Array(s => NpyArray.Write(s, [2, 3], new float[6])), Array(s => NpyArray.Write(s, [4], new double[4]))];

    public static byte[][] Npz => [BinaryMutation.Archive([("a.npy", Npy[0]), ("b.npy", Npy[1])])];

    public static byte[][] Maps { get; } = [
        BinaryMutation.Archive([("a.npy", Array(s => NpyArray.Write(s, [1, 2, 2, 2], Enumerable.Repeat(0.5f, 8).ToArray()))),
            ("b.npy", Array(s => NpyArray.Write(s, [1, 2, 4, 4], Enumerable.Repeat(0.25f, 32).ToArray())))])];

    public static byte[][] Tokens =>
        [("{\"id\":\"a\",\"tokens\":[\"[CLS]\",\"[SEP]\"]}\n"u8
            + "{\"id\":\"b\",\"tokens\":[\"[CLS]\",\"a\",\"b\",\"[SEP]\"],\"tags\":[null,\"DET\",\"NOUN\",null]}\n"u8).ToArray()];

    public static byte[][] Config => [File.ReadAllBytes(Repository("data/demo-bert/config.json")),
        .. new[] { "bert", "roberta", "distilbert", "electra" }.Select(kind =>
        Encoding.UTF8.GetBytes(
            $$"""{"model_type":"{{kind}}","vocab_size":30522,"hidden_size":768,"dim":768,"embedding_size":768,"""
            + """ "num_hidden_layers":12,"n_layers":12,"num_attention_heads":12,"n_heads":12,"intermediate_size":3072,"hidden_dim":3072,"""
            + """ "hidden_act":"gelu","activation":"gelu","max_position_embeddings":514,"""
            + """ "type_vocab_size":2,"layer_norm_eps":1e-12,"pad_token_id":1}""")),
        File.ReadAllBytes(Repository("tests/AttentionNotebooks.Tests/Bert/Golden/modernbert/config.json")),
        """
        {"model_type":"modernbert","vocab_size":120,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":48,
        "layer_types":["full_attention","sliding_attention"],"local_attention":6,"pad_token_id":0,"rope_parameters":{
        "full_attention":{"rope_theta":500.0,"rope_type":"default"},"sliding_attention":{"rope_theta":50.0,"rope_type":"default"}}}
        """u8.ToArray()];

    public static byte[][] Vocabulary { get; } = [Encoding.UTF8.GetBytes(string.Join('\n', Pieces) + "\n")];

    // What vocab.txt lacks of the pieces is added.
    public static byte[] ShortVocabulary { get; } = Encoding.UTF8.GetBytes(string.Join('\n', Pieces[..^2]) + "\n");

    public static byte[][] AddedTokens => ["""{"[MASK]":4,"dog":12,"sat":13}"""u8.ToArray()];

    public static byte[][] PairVocabulary { get; } =
        ["""{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"<mask>":4,"a":5,"b":6,"ab":7}"""u8.ToArray()];

    public static byte[][] Merges { get; } = ["#version: 0.2\na b\n"u8.ToArray()];

    public static byte[][] TokenizerConfig =>
        [("""{"do_lower_case":true,"strip_accents":null,"tokenize_chinese_chars":true,"model_max_length":16,"""u8
            + """ "tokenizer_class":"BertTokenizer","cls_token":"[CLS]","sep_token":"[SEP]","""u8
            + """ "added_tokens_decoder":{"0":{"content":"[PAD]"}}}"""u8).ToArray()];

    public static byte[][] TokenizerJson =>
    [
        Encoding.UTF8.GetBytes(
            """{"added_tokens":[{"id":4,"content":"[MASK]"}],"normalizer":{"type":"BertNormalizer","clean_text":true,"lowercase":true},"""
                + """ "pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"type":"WordPiece","continuing_subword_prefix":"##","""
                + """ "max_input_chars_per_word":100,"vocab":{PIECES}}}"""
            .Replace("PIECES", string.Join(",", Pieces.Select((p, i) => $"\"{p}\":{i}")), StringComparison.Ordinal)),
        ("""{"added_tokens":[{"id":4,"content":"<mask>"}],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel","""u8
            + """ "add_prefix_space":false},"model":{"type":"BPE","vocab":{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"<mask>":4,"""u8
            + """ "a":5,"b":6,"ab":7},"merges":["a b"]}}"""u8).ToArray(),
    ];

    public static byte[][] Treebank =>
        [Encoding.UTF8.GetBytes(string.Join("\n\n", File.ReadAllText(Repository("data/treebank/demo.conllu")).Split("\n\n").Take(3))
            + "\n\n")];

    public static byte[][] Agreement => [First("data/tasks/agreement.tsv", 12)];

    public static byte[][] Paraphrases => [First("data/tasks/paraphrases.tsv", 6)];

    public static byte[][] SentencePairs => [First("data/tasks/pairs.dev.tsv", 8)];

    public static byte[][] Calibration => [Encoding.UTF8.GetBytes(ModelCalibration.Identity(new HeadGrid(2, 2)).ToJson()),
        Calibrated(
            """[{"layer":0,"head":1,"temperature":0.5,"special_bias":1,"gate":0.25,"priors":[{"kind":"gaussian","centre":-1,"width":2,"""
                + """ "strength":3}]}]"""),
        Calibrated("""[{"layer":1,"head":0,"temperature":"Infinity"}]"""),
            Calibrated("""[{"layer":0,"head":1,"temperature":2}]""", version: 1)];

    public static byte[][] Notebook => [File.ReadAllBytes(Repository("notebooks/must-fail/throws.ipynb")),
        File.ReadAllBytes(Repository("notebooks/00-start-here.ipynb"))];

    public static byte[][] Dib =>
        [("#!meta\n\n"u8
            + "{\"kernelInfo\":{\"defaultKernelName\":\"csharp\",\"items\":[{\"name\":\"csharp\",\"languageName\":\"csharp\"}]}}\n\n"u8
            + "#!markdown\n\n# A title\n\n#!csharp\n\nvar x = 1;\nx\n"u8).ToArray()];

    public static byte[] Glue(SentenceTask task)
    {
        string[] columns = [.. task.Columns ?? [.. task.TextColumns, task.LabelColumn]];
        var lines = Enumerable.Range(0, 6).Select(i =>
            string.Join('\t', columns.Select(c => c == task.LabelColumn ? (i % 2).ToString() : $"a text {i}")));
        return Encoding.UTF8.GetBytes((task.Columns is null ? string.Join('\t', columns) + "\n" : "") + string.Join('\n', lines) + "\n");
    }

    // Of another writer too: with a dictionary, compressed, with levels of definition, in pages of the second version.
    public static byte[][] Parquet => [.. HeadTable(".parquet"), .. new[] { "plain", "snappy", "v2" }
        .Select(n => File.ReadAllBytes(Repository($"tests/AttentionNotebooks.Tests/Features/Golden/arrow-{n}.parquet")))];

    public static byte[][] HeadTable(string extension) =>
        [Written("heads" + extension, path => new HeadTable(new HeadGrid(2, 2), ["mean_distance", "entropy"],
            [[1, 2, 3, 4], [0.5, 0.25, 0, 1]]).Write(path))];

    private static byte[] Calibrated(string heads, int version = 2)
    {
        var json = JsonNode.Parse(ModelCalibration.Identity(new HeadGrid(2, 2)).ToJson())!;
        json["version"] = version;
        json["calibration"] = JsonNode.Parse(heads);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static byte[] Array(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static byte[] Written(string name, Action<string> write)
    {
        var folder = Directory.CreateTempSubdirectory("attention-notebooks-seeds-");
        try
        {
            string path = Path.Combine(folder.FullName, name);
            write(path);
            return File.ReadAllBytes(path);
        }
        finally { folder.Delete(recursive: true); }
    }

    private static byte[] First(string file, int lines) =>
        Encoding.UTF8.GetBytes(string.Join('\n', File.ReadLines(Repository(file)).Take(lines)) + "\n");

    private static string Repository(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AttentionNotebooks.sln"))) return Path.Combine(folder.FullName, path);
        throw new DirectoryNotFoundException("AttentionNotebooks.sln is in no folder above the harness");
    }
}
