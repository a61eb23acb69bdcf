using System.Buffers.Binary;
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
    public static Tensor Ids(string name, string key)
    {
        using var zip = ZipFile.OpenRead(Path.Combine(Folder(name), "golden.npz"));
        using var entry = zip.GetEntry(key + ".npy")!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        byte[] all = bytes.ToArray();
        const int Rows = 3;
        int from = 10 + BinaryPrimitives.ReadUInt16LittleEndian(all.AsSpan(8)); // NumPy's header, version 1
        long[] ids = [.. Enumerable.Range(0, (all.Length - from) / 8).Select(i => BinaryPrimitives.ReadInt64LittleEndian(all.AsSpan(from
            + 8 * i)))];
        return tensor(ids, [Rows, ids.Length / Rows]);
    }

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
}
