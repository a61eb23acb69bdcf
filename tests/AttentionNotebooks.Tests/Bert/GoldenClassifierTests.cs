using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Classifiers of several families, number by number, against Hugging Face's own code.</summary>
public sealed class GoldenClassifierTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("bert-classifier"), InlineData("distilbert-classifier"), InlineData("roberta-classifier")]
    public void Logits_loss_and_gradients_of_heads_are_those_of_Hugging_Face(string name)
    {
        string source = Repository.SharedData("golden", "models", name);
        foreach (string file in Directory.GetFiles(source)) File.Copy(file, _folder[Path.GetFileName(file)]);
        WriteTokenizer(_folder.Root, name);
        using var model = ClassifierCheckpoint.Load(_folder.Root);
        Assert.Equal(["negative", "neutral", "positive"], model.Labels);
        Assert.Empty(model.UnusedKeys);
        using var scope = NewDisposeScope();
        var golden = Golden(Path.Combine(source, "golden.npz"));
        var gate = ones(model.Config.NumHiddenLayers, model.Config.NumAttentionHeads).requires_grad_();
        var logits = model.Model.forward(golden["input_ids"], golden.GetValueOrDefault("token_type_ids"),
            golden["attention_mask"], new AttentionHooks { EditHeads = (layer, heads) => heads.mul(gate[layer].view(1, -1, 1, 1)) });
        var loss = nn.functional.cross_entropy(logits, tensor([0L, 1L, 2L]));
        loss.backward();
        void Near(string array, Tensor ours)
        {
            foreach (var (expected, value) in golden[array].Floats().Zip(ours.Floats())) Assert.Equal(expected, value, 2e-5);
        }
        Near("logits", logits);
        Near("loss", loss);
        Near("head_gradient", gate.grad!);
    }

    public void Dispose() => _folder.Dispose();

    // Whole numbers and float32, in NumPy's format 1.
    private static Dictionary<string, Tensor> Golden(string file)
    {
        using var zip = System.IO.Compression.ZipFile.OpenRead(file);
        return zip.Entries.ToDictionary(e => Path.GetFileNameWithoutExtension(e.Name), e =>
        {
            using var stream = e.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            byte[] bytes = copy.ToArray();
            int start = 10 + BitConverter.ToUInt16(bytes, 8);
            string header = System.Text.Encoding.ASCII.GetString(bytes, 10, start - 10);
            long[] shape = [.. header[(header.IndexOf('(') + 1)..header.IndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries
                | StringSplitOptions.TrimEntries).Select(long.Parse)];
            var data = bytes.AsSpan(start);
            return header.Contains("<i8", StringComparison.Ordinal)
                ? tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(data).ToArray(), shape)
                : tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(data).ToArray(), shape);
        });
    }

    // The files have models alone; they are given ids.
    private static void WriteTokenizer(string folder, string name)
    {
        const int Entries = 120;
        if (name.StartsWith("roberta", StringComparison.Ordinal))
        {
            string[] special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
            File.WriteAllText(Path.Combine(folder, "vocab.json"), "{" + string.Join(", ", special.Concat(Enumerable.Range(5, Entries - 5)
                .Select(i => $"w{i}")).Select((t, i) => $"\"{t}\": {i}")) + "}");
            File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
            return;
        }
        var words = Enumerable.Range(5, Entries - 5).Select(i => $"w{i}");
        WordPieceTokenizer.Create([.. BertFixtures.Vocabulary[..5], .. words], maxLength: 64).Save(folder);
    }
}
