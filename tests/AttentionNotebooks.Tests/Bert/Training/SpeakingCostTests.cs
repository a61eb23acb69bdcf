using AttentionNotebooks.Bert;
using AttentionNotebooks.Bert.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert.Training;

public class SpeakingCostTests
{
    private const double Alpha = 1.7;

    [Fact]
    public void It_is_the_sum_over_heads_of_the_mean_length_of_what_they_add()
    {
        using var scope = NewDisposeScope();
        var config = BertFixtures.Config(2);
        using var model = BertFixtures.Model(config);
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3], [2, 9, 10, 11, 3]);
        var contexts = new List<float[]>();
        var shapes = new List<long[]>();
        model.forward(ids, hooks: new AttentionHooks { EditHeads = (_, c) => { contexts.Add(c.contiguous().data<float>().ToArray()); shapes.Add(c.shape); return c; } });
        double expected = 0;
        for (int layer = 0; layer < contexts.Count; layer++)
        {
            var weight = model.Bert.Encoder.Layers[layer].Attention.Output.Weight.data<float>().ToArray(); // [D, H·d]
            var (batch, heads, length, size, width) = ((int)shapes[layer][0], (int)shapes[layer][1], (int)shapes[layer][2], (int)shapes[layer][3], config.HiddenSize);
            for (int h = 0; h < heads; h++)
                for (int b = 0; b < batch; b++)
                    for (int t = 0; t < length; t++)
                    {
                        double squares = 0;
                        for (int o = 0; o < width; o++)
                        {
                            double added = 0;
                            for (int d = 0; d < size; d++) added += weight[o * width + h * size + d] * contexts[layer][((b * heads + h) * length + t) * size + d];
                            squares += added * added;
                        }
                        expected += Math.Sqrt(squares / (width * Alpha * Alpha)) / (batch * length);
                    }
        }
        using var cost = new SpeakingCost(model, Alpha);
        model.forward(ids, hooks: cost.Hooks);
        Assert.Equal(expected, cost.Total().Value<float>(), expected * 1e-3); // the smoothing of 1e-6 under the root
    }

    [Fact]
    public void Silent_heads_cost_next_to_nothing_and_have_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(1));
        using (no_grad()) model.Bert.Encoder.Layers[0].Attention.Output.Weight.zero_();
        using var cost = new SpeakingCost(model, 1);
        model.forward(BertFixtures.Batch([2, 5, 3]), hooks: cost.Hooks);
        var total = cost.Total();
        Assert.Equal(4 * 1e-3, total.Value<float>(), 1e-6); // four heads, √1e-6 each
        total.backward();
        Assert.True(model.parameters().Where(p => p.grad is not null).All(p => p.grad!.isfinite().all().Value<bool>()));
    }
}
