using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// One small encoder through many exporters (Golden/onnx): model.onnx, and golden.npz with what PyTorch and ONNX Runtime compute. None
/// has a tokenizer and their ids have no meaning: any vocabulary of their size will do.
/// </summary>
internal static class OnnxGolden
{
    /// <summary>A folder of Golden/onnx.</summary>
    public static string Folder(string name) => Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Golden", "onnx", name);

    /// <summary>Copies a golden folder's model and gives it a vocabulary.</summary>
    public static string Copy(TestFolder folder, string name, int words = 120)
    {
        foreach (string file in Directory.GetFiles(Folder(name)))
            if (Path.GetFileName(file) != "golden.npz") File.Copy(file, folder[Path.GetFileName(file)], overwrite: true);
        Vocabulary(folder, words, name.StartsWith("roberta", StringComparison.Ordinal));
        return folder.Root;
    }

    /// <summary>Meaningless words, BERT's or RoBERTa's special tokens first.</summary>
    public static string[] Words(int count, bool roberta = false)
    {
        string[] special = roberta ? ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] : ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        return [.. special, .. Enumerable.Range(0, count - special.Length).Select(i => $"w{i}")];
    }

    /// <summary>Writes a vocabulary of meaningless words.</summary>
    public static void Vocabulary(TestFolder folder, int words, bool roberta = false)
    {
        string[] all = Words(words, roberta);
        if (!roberta)
        {
            folder.Write("vocab.txt", string.Join('\n', all));
            return;
        }
        folder.Write("vocab.json", "{" + string.Join(", ", all.Select((w, i) => $"\"{w}\": {i}")) + "}");
        folder.Write("merges.txt", "#version: 0.2\n");
    }

    /// <summary>Whole numbers of golden.npz as a tensor.</summary>
    public static Tensor Ids(string name, string key) => GoldenArrays.Read(Path.Combine(Folder(name), "golden.npz"), key);

    /// <summary>Numbers of golden.npz as a tensor; null where there are none of that name.</summary>
    public static Tensor? Floats(string name, params string[] keys)
    {
        string file = Path.Combine(Folder(name), "golden.npz");
        using var zip = ZipFile.OpenRead(file);
        foreach (string key in keys)
            if (zip.GetEntry(key + ".npy") is { } entry)
            {
                var array = NpyArray.Read(entry, file, key);
                return tensor(array.Values, [.. array.Shape.Select(s => (long)s)]).to_type(ScalarType.Float32);
            }
        return null;
    }

    /// <summary>Compares within 1e-5 of the largest number.</summary>
    /// <param name="real">1 where numbers are compared, 0 at padding.</param>
    public static void Close(Tensor expected, Tensor actual, Tensor real)
    {
        Assert.Equal(expected.shape, actual.shape);
        double worst = expected.sub(actual).abs().mul(real.to_type(ScalarType.Float32)).max().item<float>();
        Assert.True(worst <= 1e-5 * Math.Max(1, expected.abs().max().item<float>()), $"the largest difference is {worst:G3}");
    }
}
