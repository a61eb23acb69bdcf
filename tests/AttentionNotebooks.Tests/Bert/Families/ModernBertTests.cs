using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>ModernBERT against what transformers computes: 5.24.0, and 4.57.6 for the keys that only it writes.</summary>
public sealed class ModernBertTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData("models", "modernbert")]
    [InlineData("models", "modernbert-classifier")]
    [InlineData("models", "modernbert-own-layers")]
    [InlineData("models-4x", "modernbert-keys-of-4")]
    public void States_maps_logits_heads_and_gradients_are_those_of_transformers(string set, string name)
    {
        using var golden = new ModernBertFolder(Repository.SharedData("golden", set, name));
        Compare(golden, lastIsNormed: set == "models");
    }

    [Fact]
    public void They_are_those_of_transformers_on_the_checkpoint_beside_these_tests()
    {
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        Compare(golden, lastIsNormed: false);
    }

    [Fact]
    public void A_text_of_4096_tokens_has_the_maps_distance_and_entropy_of_transformers()
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(Repository.SharedData("golden", "models", "modernbert-long"));
        using var checkpoint = golden.Load();
        int[] ids = [.. golden.Array("input_ids").data<long>().Select(i => (int)i)];
        var rows = golden.Array("rows");
        var source = new LiveAttention(checkpoint, [ModernBertFolder.Text(ids)]);
        var seen = new List<int>();
        checkpoint.Encoder.Visit(golden.Array("input_ids"), null, null, (layer, maps) =>
        {
            Close(golden.Array($"attention_rows_{layer}"), maps[0].index_select(1, rows), Tolerance, $"long attention {layer}");
            seen.Add(layer);
        });
        Assert.Equal([0, 1, 2, 3, 4, 5], seen);
        var states = checkpoint.Encoder.forward(golden.Array("input_ids"));
        Close(golden.Array("last_hidden_rows"), states[0].index_select(0, rows), Tolerance, "long hidden");
        var table = source.Extract([DistanceFeatures.MeanDistance, ConcentrationFeatures.Entropy]);
        foreach (var (feature, array) in new[] { ("mean_distance", "mean_distance"), ("entropy", "entropy_nats") })
        {
            double[] expected = golden.Doubles(array).Values, own = table.Column(feature).Values.ToArray();
            Assert.Equal(checkpoint.Config.Grid.Count, expected.Length);
            for (int i = 0; i < own.Length; i++) Assert.Equal(expected[i], own[i], Tolerance * expected[i]);
        }
    }

    [Theory]
    [InlineData("whole", "modernbert")]
    [InlineData("whole-4x", "modernbert-keys-of-4")]
    public void Ids_of_texts_have_the_maps_of_transformers_while_their_tokenizer_is_refused(string set, string name)
    {
        string whole = Repository.SharedData("golden", set, name);
        var config = BertConfig.Read(Path.Combine(whole, "config.json"));
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(whole));
        Assert.Contains("tokenizer.json, normalizer: is given", error.Message, StringComparison.Ordinal);
        using var golden = new ModernBertFolder(whole, vocabulary: config.VocabSize);
        using var checkpoint = golden.Load();
        TokenizedText[] texts = [.. File.ReadLines(Path.Combine(whole, "ids.jsonl")).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return ModernBertFolder.Text([.. json.RootElement.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())]);
        })];
        Assert.True(texts.Length > 20);
        var source = new LiveAttention(checkpoint, texts);
        var saved = MapArchive.Open(Path.Combine(whole, "maps.npz"));
        for (int t = 0; t < texts.Length; t++)
        {
            var expected = saved.Maps(t).Weights;
            var own = source.Maps(t).Weights;
            Assert.Equal(expected.Length, own.Length);
            for (int i = 0; i < own.Length; i++) Assert.Equal(expected[i], own[i], Tolerance);
        }
    }

    // Where transformers 4 computed, the last hidden states stand before the normalisation at the end.
    private static void Compare(ModernBertFolder golden, bool lastIsNormed)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = golden.Load();
        var model = checkpoint.Model.Bert;
        Tensor ids = golden.Array("input_ids"), mask = golden.Array("attention_mask");
        var lengths = mask.sum(1).data<long>().ToArray();
        using var file = SafetensorsFile.Open(golden["model.safetensors"]);
        Tensor Normed(Tensor x) =>
            nn.functional.layer_norm(x, [checkpoint.Config.HiddenSize], file.Read("model.final_norm.weight"), null, 1e-5);
        Tensor Last(string name) => lastIsNormed ? golden.Array(name) : Normed(golden.Array(name));
        int layers = checkpoint.Config.NumHiddenLayers;

        var states = model.HiddenStates(ids, mask: mask);
        Assert.Equal(layers + 1, states.Length);
        for (int l = 0; l <= layers; l++)
            if (golden.Has($"hidden_{l}"))
                Rows(l == layers ? Last($"hidden_{l}") : golden.Array($"hidden_{l}"), states[l], Tolerance, $"hidden {l}");
        Rows(states[layers], model.forward(ids, mask: mask), 0, "forward");
        int visited = 0;
        checkpoint.Encoder.Visit(ids, null, mask, (layer, maps) =>
        {
            visited++;
            if (!golden.Has($"attention_{layer}")) return;
            var expected = golden.Array($"attention_{layer}");
            for (int b = 0; b < lengths.Length; b++)
                Close(expected[b].narrow(1, 0, lengths[b]), maps[b].narrow(1, 0, lengths[b]), Tolerance, "maps");
        });
        Assert.Equal(layers, visited);
        for (int b = 0; b < lengths.Length; b++)
        {
            if (!golden.Has($"alone_{b}")) continue;
            var alone = model.forward(ids.narrow(0, b, 1).narrow(1, 0, lengths[b]))[0];
            Close(Last($"alone_{b}"), alone, Tolerance, "alone");
            Close(alone, states[layers][b].narrow(0, 0, lengths[b]), Tolerance, "padded and alone");
        }
        foreach (var head in checkpoint.Config.Grid.All().Where(h => golden.Has($"removed_{h.Layer}_{h.Index}")))
        {
            var without = model.forward(ids, mask: mask, hooks: new AttentionHooks
            {
                EditHeads = (layer, heads) =>
                {
                    if (layer == head.Layer) heads[TensorIndex.Colon, head.Index] = zeros_like(heads[TensorIndex.Colon, head.Index]);
                    return heads;
                },
            });
            Rows(Last($"removed_{head.Layer}_{head.Index}"), without, Tolerance, "removed");
        }
        Gradients(golden, checkpoint, ids, mask, lastIsNormed);

        void Rows(Tensor expected, Tensor actual, double tolerance, string what)
        {
            for (int b = 0; b < lengths.Length; b++)
                Close(expected[b].narrow(0, 0, lengths[b]), actual[b].narrow(0, 0, lengths[b]), tolerance, what);
        }
    }

    private static void Gradients(ModernBertFolder golden, Checkpoint checkpoint, Tensor ids, Tensor mask, bool lastIsNormed)
    {
        var gates = ones(checkpoint.Config.NumHiddenLayers, checkpoint.Config.NumAttentionHeads, requires_grad: true);
        var hooks = new AttentionHooks { EditHeads = (layer, heads) => heads.mul(gates[layer].view(1, -1, 1, 1)) };
        var real = mask.to_type(ScalarType.Bool);
        Tensor loss;
        if (ClassifierCheckpoint.IsIn(checkpoint))
        {
            using var classifier = ClassifierCheckpoint.Of(checkpoint);
            Assert.Empty(classifier.UnusedKeys);
            Assert.False(checkpoint.HasMaskedLmHead);
            var logits = classifier.Model.forward(ids, mask: mask, hooks: hooks);
            Close(golden.Array("logits"), logits, 2 * Tolerance, "class logits");
            loss = nn.functional.cross_entropy(logits, arange(3));
        }
        else if (checkpoint.HasMaskedLmHead)
        {
            Assert.Empty(checkpoint.UnusedKeys);
            var logits = checkpoint.Model.forward(ids, mask: mask, hooks: hooks);
            if (golden.Has("logits")) Close(golden.Array("logits")[real], logits[real], 2 * Tolerance, "logits");
            loss = nn.functional.cross_entropy(logits[real], ids[real]);
        }
        else
        {
            Assert.True(lastIsNormed);
            loss = checkpoint.Encoder.forward(ids, mask: mask, hooks: hooks)[real].pow(2).sum(-1).mean();
        }
        loss.backward();
        var expected = golden.Array("head_gradient");
        Close(expected, gates.grad!, Tolerance, "gradient");
        Assert.Equal(golden.Doubles("loss").Values[0], loss.item<float>(), Tolerance * Math.Max(1, loss.item<float>()));
    }

    // Of the values' scale where that is above 1, as everywhere in these tests: states between the normalisations reach 13.
    private static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        float furthest = expected.sub(actual.detach()).abs().max().item<float>();
        double allowed = tolerance * Math.Max(1, expected.abs().max().item<float>());
        Assert.True(furthest <= allowed, $"{what}: {furthest} and not at most {allowed}");
    }
}
