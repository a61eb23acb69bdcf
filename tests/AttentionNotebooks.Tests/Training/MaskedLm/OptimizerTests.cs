using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training;

/// <summary>Shared weights and the two optimisers over them, against libtorch's own AdamW.</summary>
[Collection(TrainingCollection.Name)]
public class OptimizerTests
{
    private static readonly BertConfig Config = BertFixtures.Config(2);
    private static readonly TrainingOptions Options = new() { Replicas = 2, WeightDecay = 0.1, ClipNorm = 1e9 };
    private static readonly Scalar One = 1.0, Half = 0.5;
    private static readonly int[][] Texts = [[2, 5, 6, 3], [2, 7, 8, 3]];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_take_libtorchs_steps_on_the_mean_of_the_replicas_gradients(bool asTensors)
    {
        using var scope = NewDisposeScope();
        using var weights = new SharedWeights(Config, replicas: 2, seed: 2);
        using var threads = new ReplicaThreads(2);
        using IOptimizer ours = asTensors ? new TensorAdamW(weights, Options) : new VectorAdamW(weights, threads, Options);
        using var reference = new BertForMaskedLM(Config, residualScale: DeepNorm.ResidualScale(2));
        DeepNorm.Initialize(reference, 2);
        var matrices = reference.parameters().Where(p => p.dim() > 1);
        var vectors = reference.parameters().Where(p => p.dim() == 1);
        using var decayed = optim.AdamW(matrices, lr: 0.01, beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0.1);
        using var free = optim.AdamW(vectors, lr: 0.01, beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0);
        for (int step = 0; step < 5; step++)
        {
            decayed.zero_grad();
            free.zero_grad();
            Loss(reference, 0).add(Loss(reference, 1), One).mul(Half).backward();
            double expected = Math.Sqrt(reference.parameters().Sum(p => p.grad!.Squared().sum().Value<float>()));
            decayed.step();
            free.step();
            for (int r = 0; r < 2; r++) Loss(weights.Models[r], r).backward();
            double norm = ours.Step(0.01);
            Assert.Equal(expected, norm, expected * 1e-4);
            Assert.All(weights.Models, m => Assert.All(m.parameters(), p => Assert.Equal(0, p.grad!.abs().max().Value<float>())));
        }
        foreach (var (a, b) in reference.parameters().Zip(weights.Models[1].parameters()))
            Assert.True(a.sub(b).abs().max().Value<float>() < 1e-4);
    }

    [Fact]
    public void Clipping_and_faster_queries_and_keys_agree_between_the_two()
    {
        using var scope = NewDisposeScope();
        var options = Options with { ClipNorm = 0.01 };
        using var threads = new ReplicaThreads(2);
        using var first = new SharedWeights(Config, replicas: 2, seed: 2);
        using var second = new SharedWeights(Config, replicas: 2, seed: 2);
        using var plain = new SharedWeights(Config, replicas: 2, seed: 2);
        using IOptimizer vector = new VectorAdamW(first, threads, options), tensors = new TensorAdamW(second, options),
            slow = new VectorAdamW(plain, threads, options);
        for (int step = 0; step < 3; step++)
        {
            foreach (var (weights, optimizer, times) in new[] { (first, vector, 3), (second, tensors, 3), (plain, slow, 1) })
            {
                for (int r = 0; r < 2; r++) Loss(weights.Models[r], r).backward();
                optimizer.Step(0.01, times);
            }
        }
        Assert.True(first.Flat.sub(second.Flat).abs().max().Value<float>() < 1e-5);
        var query = first.Regions.First(r => r.IsQueryOrKey);
        Assert.True(first.Flat.sub(plain.Flat).narrow(0, query.Start, query.Length).abs().max().Value<float>() > 0.01);
    }

    [Fact]
    public void In_bfloat16_the_layers_see_rounded_weights_and_the_gradients_come_back_to_the_vector()
    {
        using var scope = NewDisposeScope();
        using var exact = new SharedWeights(Config, replicas: 1, seed: 5, withPairs: true);
        using var rounded = new SharedWeights(Config, replicas: 1, seed: 5, ScalarType.BFloat16, withPairs: true);
        foreach (var (a, b) in exact.Models[0].named_parameters().Zip(rounded.Models[0].named_parameters()))
        {
            bool embedding = a.name.StartsWith("bert.embeddings.", StringComparison.Ordinal);
            Assert.Equal(embedding ? ScalarType.Float32 : ScalarType.BFloat16, b.parameter.dtype);
            Assert.True(a.parameter.to_type(b.parameter.dtype).eq(b.parameter).all().Value<bool>(), a.name);
        }
        foreach (var weights in new[] { exact, rounded })
        {
            Loss(weights.Models[0], 0).backward();
            weights.Collect(0);
        }
        double length = exact.Gradient(0).norm().Value<float>(), difference = exact.Gradient(0).sub(rounded.Gradient(0)).norm()
            .Value<float>();
        Assert.InRange(difference / length, 1e-6, 0.05); // 8 bits of mantissa
        using var copy = rounded.Copy();
        Assert.All(copy.parameters().Zip(exact.Models[0].parameters()), p => Assert.True(p.First.eq(p.Second).all().Value<bool>()));
    }

    private static Tensor Loss(BertForMaskedLM model, int text) =>
        model.forward(BertFixtures.Batch(Texts[text])).to_type(ScalarType.Float32).Squared().mean();
}
