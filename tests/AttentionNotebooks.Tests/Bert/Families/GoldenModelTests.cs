using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// Encoders of BERT, RoBERTa, DistilBERT and ELECTRA (MPNet: <see cref="MpnetTests"/>), number by number, against what Hugging Face
/// transformers computes: hidden states, maps, logits, texts alone, heads removed and gradients of heads. Small models with
/// random weights that are sharper than real ones.
/// </summary>
public sealed class GoldenModelTests(ITestOutputHelper output) : IDisposable
{
    private const double Near = 1e-5, NearLogits = 2e-5;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("models/bert"), InlineData("models/bert-gelu-new"), InlineData("models/bert-nopooler")]
    [InlineData("models/bert-pretraining"), InlineData("models/bert-relu"), InlineData("models/bert-shards")]
    [InlineData("models-4x/bert-2019")]
    [InlineData("models/distilbert"), InlineData("models/distilbert-sinusoidal")]
    [InlineData("models/electra-discriminator"), InlineData("models/electra-generator")]
    [InlineData("models/roberta")]
    public void All_that_transformers_computes_is_what_this_kit_computes(string name)
    {
        string source = Repository.SharedData(["golden", .. name.Split('/')]);
        foreach (string file in Directory.GetFiles(source).Where(f => !Path.GetFileName(f).StartsWith("golden", StringComparison.Ordinal)))
            File.Copy(file, _folder[Path.GetFileName(file)]);
        OnnxGolden.Vocabulary(_folder, 120, roberta: name.EndsWith("roberta", StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        using var checkpoint = Checkpoint.Load(_folder.Root);
        var golden = GoldenArrays.Read(Path.Combine(source, "golden.npz"));
        Tensor ids = golden["input_ids"], mask = golden["attention_mask"];
        var segments = golden.GetValueOrDefault("token_type_ids");
        int[] lengths = [.. Enumerable.Range(0, (int)ids.shape[0]).Select(b => (int)mask[b].sum().item<long>())];
        var model = checkpoint.Model;

        double states = 0, maps = 0, alone = 0, removed = 0;
        int layers = checkpoint.Config.NumHiddenLayers, visited = 0;
        var hidden = model.Bert.HiddenStates(ids, segments, mask);
        Assert.Equal(golden.Keys.Count(k => k.StartsWith("hidden_", StringComparison.Ordinal)), hidden.Length);
        for (int l = 0; l <= layers; l++) states = Math.Max(states, OfRows(golden[$"hidden_{l}"], hidden[l], lengths));
        checkpoint.Encoder.Visit(ids, segments, mask, (l, map) =>
        {
            visited++;
            maps = Math.Max(maps, OfMaps(golden[$"attention_{l}"], map, lengths));
        });
        Assert.Equal(golden.Keys.Count(k => k.StartsWith("attention_", StringComparison.Ordinal) && k != "attention_mask"), visited);
        for (int b = 0; b < lengths.Length; b++)
        {
            Tensor Own(Tensor t) => t.narrow(0, b, 1).narrow(1, 0, lengths[b]);
            var own = checkpoint.Encoder.forward(Own(ids), segments is null ? null : Own(segments));
            alone = Math.Max(alone, Difference(golden[$"alone_{b}"], own[0]));
        }
        string[] removals = [.. golden.Keys.Where(k => k.StartsWith("removed_", StringComparison.Ordinal))];
        Assert.Equal(3, removals.Length);
        foreach (string key in removals)
        {
            int[] head = [.. key.Split('_').Skip(1).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
            var without = checkpoint.Encoder.forward(ids, segments, mask, new AttentionHooks
            {
                EditHeads = (layer, heads) => layer != head[0] ? heads
                    : heads * arange(heads.shape[1]).ne(head[1]).to_type(heads.dtype).view(1, -1, 1, 1),
            });
            removed = Math.Max(removed, OfRows(golden[key], without, lengths));
        }

        // The loss of golden.json: of the ids where there is a masked-LM head, else the squared length of the last states.
        var gate = ones(layers, checkpoint.Config.NumAttentionHeads).requires_grad_();
        var gated = new AttentionHooks { EditHeads = (layer, heads) => heads.mul(gate[layer].view(1, -1, 1, 1)) };
        double logits = 0;
        Tensor loss;
        var real = mask.flatten().to_type(ScalarType.Bool);
        if (checkpoint.HasMaskedLmHead)
        {
            var scores = model.forward(ids, segments, mask, gated);
            // Logits reach 20, and a small one is a difference of large products.
            logits = OfRows(golden["logits"], scores, lengths) / Math.Max(1, golden["logits"].abs().max().item<float>());
            loss = nn.functional.cross_entropy(scores.flatten(0, 1)[real], ids.flatten()[real]);
        }
        else
            loss = checkpoint.Encoder.forward(ids, segments, mask, gated).pow(2).sum(-1).flatten()[real].mean();
        loss.backward();
        double size = Math.Max(1, golden["head_gradient"].abs().max().item<float>());
        double gradient = Difference(golden["head_gradient"], gate.grad!) / size;
        double losses = Difference(golden["loss"], loss) / Math.Max(1, golden["loss"].item<float>());

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: hidden states {states:0.0e+0}, maps {maps:0.0e+0}, "
            + $"alone {alone:0.0e+0}, head removed {removed:0.0e+0}, logits {logits:0.0e+0}, loss {losses:0.0e+0}, "
            + $"gradient {gradient:0.0e+0}"));
        Assert.All([states, maps, alone, removed], d => Assert.InRange(d, 0, Near));
        Assert.All([logits, losses, gradient], d => Assert.InRange(d, 0, NearLogits));
    }

    public void Dispose() => _folder.Dispose();

    // Rows of a text's own tokens; those of padding mean nothing.
    private static double OfRows(Tensor expected, Tensor ours, int[] lengths) => lengths.Select((n, b) =>
        Difference(expected[b].narrow(0, 0, n), ours[b].narrow(0, 0, n))).Max();

    private static double OfMaps(Tensor expected, Tensor ours, int[] lengths) => lengths.Select((n, b) =>
        Difference(expected[b].narrow(1, 0, n), ours[b].narrow(1, 0, n))).Max();

    private static double Difference(Tensor expected, Tensor ours)
    {
        Assert.Equal(expected.shape, ours.shape);
        return expected.sub(ours).abs().max().item<float>();
    }
}
