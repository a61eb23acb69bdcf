using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training;

public class SpeakingCostTests
{
    private const double Alpha = 1.7;

    [Fact]
    public void It_is_the_attention_weighed_length_of_the_messages_summed_over_heads()
    {
        using var scope = NewDisposeScope();
        var config = BertFixtures.Config(2);
        using var model = BertFixtures.Model(config);
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3], [2, 9, 10, 11, 3]);
        var values = new List<float[]>();
        var maps = new List<float[]>();
        model.forward(ids, hooks: new AttentionHooks
        { OnValues = (_, v) => values.Add(Plain(v)), OnProbabilities = (_, a) => maps.Add(Plain(a)) });
        var (batch, heads, length, size, width) = (2, config.NumAttentionHeads, 5, config.HeadSize, config.HiddenSize);
        double expected = 0;
        for (int layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            float[] weight = Plain(model.Bert.Encoder.Layers[layer].OutputWeight); // [D, H·d]
            for (int b = 0; b < batch; b++)
                for (int h = 0; h < heads; h++)
                    for (int key = 0; key < length; key++)
                    {
                        double squares = 0, attention = 0;
                        for (int o = 0; o < width; o++)
                        {
                            double message = 0;
                            for (int d = 0; d < size; d++)
                                message += weight[o * width + h * size + d] * values[layer][((b * heads + h) * length + key) * size + d];
                            squares += message * message;
                        }
                        for (int query = 0; query < length; query++)
                            attention += maps[layer][((b * heads + h) * length + query) * length + key];
                        expected += attention * Math.Sqrt(squares / (width * Alpha * Alpha)) / (batch * length);
                    }
        }
        using var cost = new SpeakingCost(model, Alpha);
        model.forward(ids, hooks: cost.Hooks);
        Assert.Equal(expected, cost.Total().Value<float>(), expected * 1e-3); // the smoothing of 1e-6 under the root
    }

    [Fact]
    public void Averaging_messages_that_cancel_each_other_is_not_free()
    {
        // Two tokens whose values are opposite: a head that looks at both alike adds nothing, and pays all the same.
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(1, heads: 1, size: 2));
        using (no_grad()) model.Bert.Encoder.Layers[0].OutputWeight.copy_(eye(2));
        using var cost = new SpeakingCost(model, 1);
        cost.Hooks.OnValues!(0, tensor(new float[] { 3, 4, -3, -4 }, [1, 1, 2, 2]));
        cost.Hooks.OnProbabilities!(0, full([1, 1, 2, 2], 0.5f));
        Assert.Equal(5 / Math.Sqrt(2), cost.Total().Value<float>(), 1e-5); // length 5 over √D
    }

    [Fact]
    public void Only_the_layers_that_pay_are_counted()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(3));
        float Total(Func<int, bool> isPriced)
        {
            using var cost = new SpeakingCost(model, 1, isPriced);
            model.forward(BertFixtures.Batch([2, 5, 6, 3]), hooks: cost.Hooks);
            return cost.Total().Value<float>();
        }
        Assert.Equal(Total(_ => true), Total(l => l == 1) + Total(l => l != 1), 1e-5);
        Assert.NotEqual(Total(l => l == 1), Total(l => l == 2));
    }

    [Fact]
    public void Messages_of_some_tokens_can_be_free()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(2));
        var ids = BertFixtures.Batch([2, 5, 6, 3]);
        float Total(float[]? priced)
        {
            using var cost = new SpeakingCost(model, 1, pricedKeys: priced is null ? null : tensor(priced, [1, 4]));
            model.forward(ids, hooks: cost.Hooks);
            return cost.Total().Value<float>();
        }
        Assert.Equal(Total(null), Total([1, 1, 1, 1]), 1e-6);
        Assert.Equal(Total(null), Total([0, 1, 1, 0]) + Total([1, 0, 0, 1]), 1e-5);
        Assert.Equal(0, Total([0, 0, 0, 0]));
    }

    [Fact]
    public void Silent_heads_cost_next_to_nothing_and_have_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(1));
        using (no_grad()) model.Bert.Encoder.Layers[0].OutputWeight.zero_();
        using var cost = new SpeakingCost(model, 1);
        model.forward(BertFixtures.Batch([2, 5, 3]), hooks: cost.Hooks);
        var total = cost.Total();
        Assert.Equal(4 * 1e-3, total.Value<float>(), 1e-6); // four heads, √1e-6 each
        total.backward();
        Assert.True(model.parameters().Where(p => p.grad is not null).All(p => p.grad!.isfinite().all().Value<bool>()));
    }

    private static float[] Plain(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
