using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// A small ModernBERT and what transformers computes with it. The checkpoint has no tokenizer, and its ids no meaning: any
/// vocabulary of its size will do.
/// </summary>
internal sealed class ModernBertFolder : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly string source;

    /// <summary>Copies a golden folder, with settings changed where <paramref name="change"/> says so.</summary>
    /// <param name="source">The golden folder.</param>
    /// <param name="change">Makes other settings of the text of config.json.</param>
    /// <param name="vocabulary">How many entries the vocabulary has.</param>
    public ModernBertFolder(string source, Func<string, string>? change = null, int vocabulary = 120)
    {
        this.source = source;
        File.Copy(Path.Combine(source, "model.safetensors"), folder["model.safetensors"]);
        string config = File.ReadAllText(Path.Combine(source, "config.json"));
        folder.Write("config.json", change is null ? config : change(config));
        OnnxGolden.Vocabulary(folder, vocabulary);
    }

    /// <summary>The checkpoint that these tests have beside them: the keys of transformers 4.</summary>
    public static string Own => Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Golden", "modernbert");

    public string Root => folder.Root;

    public string this[string name] => folder[name];

    public Checkpoint Load() => Checkpoint.Load(folder.Root);

    /// <summary>A text of these ids.</summary>
    public static TokenizedText Text(params int[] ids)
    {
        string[] pieces = OnnxGolden.Words(Math.Max(5, ids.Max() + 1));
        return new TokenizedText(ids, [.. ids.Select(i => pieces[i])], new int[ids.Length], [.. Enumerable.Range(0, ids.Length)], 0);
    }

    public bool Has(string name)
    {
        using var zip = ZipFile.OpenRead(Path.Combine(source, "golden.npz"));
        return zip.GetEntry(name + ".npy") is not null;
    }

    public Tensor Array(string name) => GoldenArrays.Read(Path.Combine(source, "golden.npz"), name);

    public NpyArray Doubles(string name)
    {
        string file = Path.Combine(source, "golden.npz");
        using var zip = ZipFile.OpenRead(file);
        return NpyArray.Read(zip.GetEntry(name + ".npy")!, file, name);
    }

    public void Dispose() => folder.Dispose();
}
