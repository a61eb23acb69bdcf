using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Small models with random weights, and the shared real data.</summary>
internal static class BertFixtures
{
    public static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "play", "##ing", "##ed", ",", "a", "dog", "sat"];

    // Held for the life of the process: a number in place becomes a temporary that can be finalised during the call.
    private static readonly Scalar Spread = 0.3, One = 1.0;

    public static BertConfig Config(int layers = 3, int heads = 4, int size = 16, int wide = 24, string activation = "gelu",
        int vocabulary = 14, int positions = 16) => new()
        {
            VocabSize = vocabulary,
            HiddenSize = size,
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            IntermediateSize = wide,
            HiddenAct = activation,
            MaxPositionEmbeddings = positions,
        };

    /// <summary>A model in which every parameter, biases and normalisation too, is random: a forgotten one shows. Tests that run at the
    /// same time draw from one generator; a generator of its own gives a model that does not depend on them.</summary>
    public static BertForMaskedLM Model(BertConfig config, int seed = 1, bool withPooler = false, double residualScale = 1,
        bool withHead = true, Generator? generator = null)
    {
        manual_seed(seed);
        var model = new BertForMaskedLM(config, withPooler, withHead, residualScale: residualScale);
        using var noGradients = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var scope = NewDisposeScope();
            var values = randn(parameter.shape, generator: generator).mul(Spread);
            parameter.copy_(name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? values.add(ones_like(values), One) : values);
        }
        model.eval();
        return model;
    }

    public static Dictionary<string, double[]> Weights(BertForMaskedLM model) =>
        model.named_parameters().ToDictionary(p => p.name,
            p => Array.ConvertAll(p.parameter.detach().data<float>().ToArray(), x => (double)x));

    public static int[] Ids(Random random, int length, int vocabulary = 14) =>
        [2, .. Enumerable.Range(0, length - 2).Select(_ => random.Next(5, vocabulary)), 3];

    /// <summary>Ids (or segments) of several texts as one int64 tensor [B, T], padded with 0.</summary>
    public static Tensor Batch(params int[][] rows)
    {
        int width = rows.Max(r => r.Length);
        return tensor(rows.SelectMany(r => r.Concat(new int[width - r.Length])).Select(i => (long)i).ToArray()).view(rows.Length, width);
    }

    public static Tensor Mask(params int[][] rows) => Batch([.. rows.Select(r => r.Select(_ => 1).ToArray())]);

    /// <summary>The repository's root, or null where the tests run outside it.</summary>
    public static string? Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AttentionNotebooks.sln"))) folder = folder.Parent;
        return folder?.FullName;
    }

    /// <summary>A file or folder of the real data beside the repository, or null.</summary>
    public static string? SharedData(string relative)
    {
        if (Root() is not { } root) return null;
        string path = Path.GetFullPath(Path.Combine(root, "..", "shared", "data", relative));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    /// <summary>A saved and loaded model with random weights over <see cref="Vocabulary"/>, for texts of up to 16 tokens.</summary>
    public static Checkpoint RandomCheckpoint(string folder, BertConfig? config = null, string name = "model", Generator? generator = null)
    {
        using var model = Model(config ?? Config(), generator: generator);
        Checkpoint.Save(Path.Combine(folder, name), model, WordPieceTokenizer.Create(Vocabulary, maxLength: 16));
        return Checkpoint.Load(Path.Combine(folder, name));
    }

    /// <summary>Saves the model with a head that predicts one number, as cross-encoders have it.</summary>
    public static void SaveOneOutput(Checkpoint start, string folder)
    {
        using (var two = ClassifierCheckpoint.Create(start, ["0", "1"])) two.Save(folder);
        ChangeTensors(folder, (key, t) => key.StartsWith("classifier.", StringComparison.Ordinal) ? t.narrow(0, 0, 1) : t);
        string config = Path.Combine(folder, BertConfig.FileName);
        BertConfig.Read(config).Write(config, architecture: start.Config.Family.ClassifierClass);
    }

    /// <summary>Writes a folder's weights again, each as <paramref name="change"/> makes it; without those that it makes null.</summary>
    public static void ChangeTensors(string folder, Func<string, Tensor, Tensor?> change)
    {
        using var scope = NewDisposeScope();
        string file = Path.Combine(folder, "model.safetensors");
        List<KeyValuePair<string, Tensor>> tensors = [];
        using (var old = SafetensorsFile.Open(file))
            foreach (string key in old.Entries.Keys)
                if (change(key, old.Read(key)) is { } kept) tensors.Add(KeyValuePair.Create(key, kept));
        SafetensorsFile.Write(file, tensors);
    }

    public static string TemporaryFolder() => Directory.CreateTempSubdirectory("attn-bert-").FullName;
}
