using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

public class BertModelTests
{
    [Theory]
    [InlineData(1, 1, 8, 8, "gelu")]
    [InlineData(2, 2, 12, 20, "gelu_new")]
    [InlineData(4, 3, 24, 16, "relu")]
    [InlineData(3, 8, 32, 64, "gelu")]
    public void The_model_agrees_with_the_reference_in_every_layer(int layers, int heads, int size, int wide, string activation)
    {
        var config = BertFixtures.Config(layers, heads, size, wide, activation);
        using var model = BertFixtures.Model(config, seed: layers);
        var reference = Reference(model);
        var random = new Random(layers * 10 + heads);
        foreach (int length in new[] { 2, 3, 7, 16 })
        {
            using var scope = NewDisposeScope();
            int[] ids = BertFixtures.Ids(random, length), segments = [.. Enumerable.Range(0, length).Select(i => i > length / 2 ? 1 : 0)];
            var (attention, hidden, logits) = reference.Run(ids, segments);
            Compare(model, BertFixtures.Batch(ids), BertFixtures.Batch(segments), null, [(attention, hidden, logits!)]);
        }
    }

    [Fact]
    public void Padding_changes_nothing_and_padded_keys_have_exactly_zero_probability()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config());
        var reference = Reference(model);
        var random = new Random(5);
        int[][] rows = [BertFixtures.Ids(random, 4), BertFixtures.Ids(random, 11), BertFixtures.Ids(random, 7)];
        var expected = rows.Select(r => { var (a, h, l) = reference.Run(r); return (a, h, l!); }).ToArray();
        var mask = BertFixtures.Mask(rows);
        Compare(model, BertFixtures.Batch(rows), null, mask, expected);
        Compare(model, BertFixtures.Batch(rows), null, mask.to_type(ScalarType.Bool), expected);
        model.Bert.Visit(BertFixtures.Batch(rows), null, mask, (_, p) =>
        {
            for (int b = 0; b < rows.Length; b++)
            {
                int length = rows[b].Length;
                if (length < 11) Assert.Equal(0f, p[b].narrow(-1, length, 11 - length).abs().max().Value<float>());
            }
        });
    }

    [Fact]
    public void Visit_delivers_every_layer_once_in_order_without_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(layers: 5));
        var layers = new List<int>();
        model.Bert.Visit(BertFixtures.Batch([2, 5, 6, 3]), null, null, (layer, p) =>
        {
            layers.Add(layer);
            Assert.Equal([1, 4, 4, 4], p.shape);
            Assert.Equal(ScalarType.Float32, p.dtype);
            Assert.False(p.requires_grad);
            Assert.True(p.sum(dim: -1).sub(1).abs().max().Value<float>() < 1e-5);
        });
        Assert.Equal([0, 1, 2, 3, 4], layers);
    }

    [Fact]
    public void Hooks_change_scores_probabilities_and_heads()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config());
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3]);
        var plain = model.Bert.forward(ids);
        var same = model.Bert.forward(ids, hooks: new AttentionHooks
        { EditScores = (_, s) => s.clone(), EditProbabilities = (_, p) => p.clone(), EditHeads = (_, h) => h.clone() });
        Assert.True(plain.sub(same).abs().max().Value<float>() < 1e-6);

        // Scores of 0 are uniform attention; so are probabilities set to 1/T.
        var flatScores = model.Bert.forward(ids, hooks: new AttentionHooks { EditScores = (l, s) => l == 1 ? zeros_like(s) : s });
        var flatRows = model.Bert.forward(ids, hooks: new AttentionHooks { EditProbabilities = (l, p) => l == 1 ? full_like(p, 0.2) : p });
        Assert.True(flatScores.sub(flatRows).abs().max().Value<float>() < 1e-5);
        Assert.True(flatScores.sub(plain).abs().max().Value<float>() > 1e-3);

        // A gate of 0 on a head is attention that carries nothing.
        var gate = ones(1, 4, 1, 1);
        gate[0, 2, 0, 0] = 0;
        gate.requires_grad = true;
        var gated = model.Bert.forward(ids, hooks: new AttentionHooks { EditHeads = (l, h) => l == 2 ? h.mul(gate) : h });
        var silenced = model.Bert.forward(ids, hooks: new AttentionHooks { EditProbabilities = (l, p) => l == 2 ? p.mul(gate) : p });
        Assert.True(gated.sub(silenced).abs().max().Value<float>() < 1e-5);
        gated.pow(3).sum().backward();
        Assert.True(gate.grad!.abs().max().Value<float>() > 0);
    }

    [Fact]
    public void Wrong_shapes_are_refused_with_names()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(positions: 4));
        Assert.Contains("positions", Assert.Throws<ArgumentException>(() => model.forward(BertFixtures.Batch([2, 5, 6, 7, 3]))).Message,
            StringComparison.Ordinal);
        Assert.Equal("mask", Assert.Throws<ArgumentException>(() =>
            model.forward(BertFixtures.Batch([2, 5, 3]), mask: BertFixtures.Batch([1, 1]))).ParamName);
        Assert.Throws<ArgumentException>(() => model.forward(tensor(new long[] { 2, 3 })));
        using var headless = new BertForMaskedLM(BertFixtures.Config(), withHead: false);
        Assert.Throws<InvalidOperationException>(() => headless.forward(BertFixtures.Batch([2, 3])));
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-5)]
    [InlineData(ScalarType.BFloat16, 0.1)]
    public void A_model_of_another_precision_still_gives_float32_probabilities(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config());
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3]);
        var before = new List<Tensor>();
        model.Bert.Visit(ids, null, null, (_, p) => before.Add(p.clone().DetachFromDisposeScope()));
        var hidden = model.Bert.forward(ids);
        model.to(type);
        model.Bert.Visit(ids, null, null, (layer, p) =>
        {
            Assert.Equal(ScalarType.Float32, p.dtype);
            Assert.True(before[layer].sub(p).abs().max().Value<float>() < tolerance);
        });
        var converted = model.Bert.forward(ids);
        Assert.Equal(type, converted.dtype);
        Assert.True(hidden.sub(converted.to_type(ScalarType.Float32)).abs().max().Value<float>() < 10 * tolerance);
        Assert.Equal(type, model.forward(ids).dtype);
        before.ForEach(b => b.Dispose());
    }

    [Fact]
    public void No_tensor_outlives_a_batch()
    {
        using var model = BertFixtures.Model(BertFixtures.Config(), withPooler: true);
        using var ids = BertFixtures.Batch([2, 5, 6, 3], [2, 7, 3, 0]);
        using var mask = BertFixtures.Mask([2, 5, 6, 3], [2, 7, 3]);
        void Once()
        {
            model.Bert.Visit(ids, null, mask, (_, p) => p.mean().Dispose());
            using var logits = model.forward(ids, null, mask);
            foreach (var state in model.Bert.HiddenStates(ids, null, mask)) state.Dispose();
            using var hidden = model.Bert.forward(ids);
            model.Bert.Pooler!.forward(hidden).Dispose();
        }
        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++) Once();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void The_names_and_shapes_of_BERT_base_are_Hugging_Faces()
    {
        var config = new BertConfig
        {
            VocabSize = 30522,
            HiddenSize = 768,
            NumHiddenLayers = 12,
            NumAttentionHeads = 12,
            IntermediateSize = 3072
        };
        using var model = new BertForMaskedLM(config, withPooler: true, device: META);
        var expected = new Dictionary<string, long[]>
        {
            ["bert.embeddings.word_embeddings.weight"] = [30522, 768],
            ["bert.embeddings.position_embeddings.weight"] = [512, 768],
            ["bert.embeddings.token_type_embeddings.weight"] = [2, 768],
            ["bert.embeddings.LayerNorm.weight"] = [768],
            ["bert.embeddings.LayerNorm.bias"] = [768],
            ["bert.pooler.dense.weight"] = [768, 768],
            ["bert.pooler.dense.bias"] = [768],
            ["cls.predictions.bias"] = [30522],
            ["cls.predictions.transform.dense.weight"] = [768, 768],
            ["cls.predictions.transform.dense.bias"] = [768],
            ["cls.predictions.transform.LayerNorm.weight"] = [768],
            ["cls.predictions.transform.LayerNorm.bias"] = [768],
        };
        for (int l = 0; l < 12; l++)
        {
            string at = $"bert.encoder.layer.{l}.";
            foreach (string name in new[] { "attention.self.query", "attention.self.key", "attention.self.value",
                "attention.output.dense" })
                (expected[$"{at}{name}.weight"], expected[$"{at}{name}.bias"]) = ([768, 768], [768]);
            (expected[$"{at}intermediate.dense.weight"], expected[$"{at}intermediate.dense.bias"]) = ([3072, 768], [3072]);
            (expected[$"{at}output.dense.weight"], expected[$"{at}output.dense.bias"]) = ([768, 3072], [768]);
            foreach (string name in new[] { "attention.output.LayerNorm", "output.LayerNorm" })
                (expected[$"{at}{name}.weight"], expected[$"{at}{name}.bias"]) = ([768], [768]);
        }
        var actual = model.state_dict().ToDictionary(p => p.Key, p => p.Value.shape);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, shape) in expected) Assert.Equal(shape, actual[name]);
        Assert.Equal(110_104_890L, actual.Values.Sum(s => s.Aggregate(1L, (a, b) => a * b)));
    }

    private static ReferenceBert Reference(BertForMaskedLM model) =>
        new(BertFixtures.Weights(model), model.Config.NumHiddenLayers, model.Config.NumAttentionHeads, model.Config.HiddenSize,
            model.Config.LayerNormEps, model.Config.HiddenAct);

    private static void Compare(BertForMaskedLM model, Tensor ids, Tensor? segments, Tensor? mask,
        (double[][][,] Attention, double[][][] Hidden, double[][] Logits)[] expected)
    {
        using var scope = NewDisposeScope();
        model.Bert.Visit(ids, segments, mask, (layer, p) =>
        {
            for (int b = 0; b < expected.Length; b++)
            {
                for (int h = 0; h < expected[b].Attention[layer].Length; h++)
                {
                    var map = expected[b].Attention[layer][h];
                    for (int i = 0; i < map.GetLength(0); i++)
                        for (int j = 0; j < map.GetLength(1); j++) Assert.Equal(map[i, j], p[b, h, i, j].Value<float>(), 1e-5);
                }
            }
        });
        var states = model.Bert.HiddenStates(ids, segments, mask);
        for (int l = 0; l < states.Length; l++)
        {
            for (int b = 0; b < expected.Length; b++) Close(expected[b].Hidden[l], states[l][b]);
        }
        var logits = model.forward(ids, segments, mask);
        for (int b = 0; b < expected.Length; b++) Close(expected[b].Logits, logits[b]);
    }

    // Within 1e-5 of the value's scale: float32 keeps seven digits, and states and logits here reach 10.
    private static void Close(double[][] expected, Tensor actual)
    {
        var values = actual.narrow(0, 0, expected.Length).contiguous().data<float>().ToArray();
        int width = expected[0].Length;
        for (int i = 0; i < values.Length; i++)
        {
            double want = expected[i / width][i % width];
            Assert.Equal(want, values[i], 1e-5 * Math.Max(1, Math.Abs(want)));
        }
    }
}
