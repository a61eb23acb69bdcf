using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Training;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training;

public class HeadDropoutTests
{
    // What the hooks make of heads that say 1 everywhere: a factor per layer, example and head.
    private static float[][] Factors(double rate, int seed, int batch = 500, int tokens = 1)
    {
        using var scope = NewDisposeScope();
        var config = BertFixtures.Config(3);
        var hooks = HeadDropout.Hooks(config, batch, rate, new Random(seed), CPU);
        var heads = ones([batch, config.NumAttentionHeads, tokens, config.HeadSize]);
        return [.. Enumerable.Range(0, 3).Select(layer => hooks.EditHeads!(layer, heads).Floats())];
    }

    [Theory]
    [InlineData(0.1), InlineData(0.5)]
    public void A_head_is_left_out_at_the_rate_and_what_is_heard_stays_the_same_in_the_mean(double rate)
    {
        foreach (float[] layer in Factors(rate, 1))
        {
            Assert.Equal([0, (float)(1 / (1 - rate))], layer.Distinct().Order());
            // of the mean of the factors
            double deviation = Math.Sqrt(rate / (1 - rate) / (500 * BertFixtures.Config(3).NumAttentionHeads));
            Assert.Equal(1, layer.Average(), 4 * deviation);
        }
    }

    [Fact]
    public void A_head_is_left_out_as_a_whole_for_an_example_and_each_layer_and_example_for_itself()
    {
        var config = BertFixtures.Config(3);
        int whole = 4 * config.HeadSize; // of one head and example
        float[][] layers = Factors(0.5, 2, batch: 40, tokens: 4);
        var perHead = layers.Select(l => l.Chunk(whole).ToArray()).ToArray();
        Assert.All(perHead.SelectMany(l => l), head => Assert.Single(head.Distinct()));
        Assert.Equal(3, layers.Select(l => string.Join(' ', l)).Distinct().Count());
        // of the 16 that four heads can have
        Assert.InRange(perHead[0].Chunk(config.NumAttentionHeads).Select(example => string.Join(' ', example.Select(h => h[0]))).Distinct()
            .Count(), 3, 16);
        Assert.Equal(layers, Factors(0.5, 2, batch: 40, tokens: 4));
        Assert.NotEqual(layers, Factors(0.5, 3, batch: 40, tokens: 4));
    }

    [Fact]
    public void With_all_heads_left_out_a_layer_adds_the_bias_of_its_output_alone()
    {
        using var scope = NewDisposeScope();
        using var model = BertFixtures.Model(BertFixtures.Config(1));
        var silent = HeadDropout.Hooks(model.Config, 1, 1 - 1e-12, new Random(1), CPU);
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3]);
        using (no_grad())
        {
            var heard = model.forward(ids, hooks: silent);
            model.Bert.Encoder.Layers[0].OutputWeight.zero_();
            Assert.Equal(model.forward(ids).Floats(), heard.Floats());
        }
    }

    [Theory]
    [InlineData(-0.1), InlineData(1), InlineData(double.NaN)]
    public void A_rate_that_leaves_nothing_is_refused(double rate) =>
        Assert.Contains("head dropout", Assert.Throws<InputException>(new TrainingOptions { HeadDropout = rate }.Check).Message,
            StringComparison.Ordinal);
}
