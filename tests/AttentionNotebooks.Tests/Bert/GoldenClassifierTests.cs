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
        OnnxGolden.Vocabulary(_folder, 120, roberta: name.StartsWith("roberta", StringComparison.Ordinal));
        using var model = ClassifierCheckpoint.Load(_folder.Root);
        Assert.Equal(["negative", "neutral", "positive"], model.Labels);
        Assert.Empty(model.UnusedKeys);
        using var scope = NewDisposeScope();
        var golden = GoldenArrays.Read(Path.Combine(source, "golden.npz"));
        var gate = ones(model.Config.NumHiddenLayers, model.Config.NumAttentionHeads).requires_grad_();
        var logits = model.Model.forward(golden["input_ids"], golden.GetValueOrDefault("token_type_ids"),
            golden["attention_mask"], new AttentionHooks { EditHeads = (layer, heads) => heads.mul(gate[layer].view(1, -1, 1, 1)) });
        var loss = nn.functional.cross_entropy(logits, tensor([0L, 1L, 2L]));
        loss.backward();
        void Near(string array, Tensor ours)
        {
            Assert.Equal(golden[array].shape, ours.shape);
            foreach (var (expected, value) in golden[array].Floats().Zip(ours.Floats())) Assert.Equal(expected, value, 2e-5);
        }
        Near("logits", logits);
        Near("loss", loss);
        Near("head_gradient", gate.grad!);
    }

    public void Dispose() => _folder.Dispose();
}
