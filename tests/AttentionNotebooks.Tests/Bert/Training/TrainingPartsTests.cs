using AttentionNotebooks.Bert;
using AttentionNotebooks.Bert.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert.Training;

public class TrainingPartsTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16);

    [Fact]
    public void Examples_are_framed_fit_their_positions_and_keep_every_sentence()
    {
        var random = new Random(1);
        int[][][] documents = [.. Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(5, 14)).ToArray()).ToArray())];
        var examples = new ExampleBuilder(Tokenizer, 32).Build(documents, new Random(2)).ToList();
        foreach (var example in examples)
        {
            Assert.True(example.Ids.Length <= 32);
            Assert.Equal(2, example.Ids[0]);
            Assert.Equal(3, example.Ids[^1]);
            Assert.Equal(3, example.Ids[example.FirstLength - 1]);
            Assert.Equal(example.FirstLength == example.Ids.Length ? 1 : 2, example.Ids.Count(i => i == 3));
        }
        Assert.Contains(examples, e => e.FirstLength < e.Ids.Length);
        Assert.Contains(examples, e => e.Ids.Length > 16);
        Assert.True(examples.Sum(e => e.Ids.Count(i => i > 4)) > 0.98 * documents.Sum(d => d.Sum(s => s.Length))); // only sentences beyond a short limit lose their end
        var batches = new BatchStream(documents, new ExampleBuilder(Tokenizer, 32), 64, seed: 3).Endless().Take(500).ToList();
        Assert.All(batches, b => Assert.Single(b.Select(e => e.Ids.Length).Distinct()));
        Assert.All(batches, b => Assert.InRange(b.Length * b[0].Ids.Length, 33, 64));
    }

    [Fact]
    public void Words_are_hidden_at_the_rate_and_in_the_shares_of_the_paper()
    {
        using var scope = NewDisposeScope();
        Example[] examples = [.. Enumerable.Range(0, 2000).Select(i => new Example([2, 5, 6, 7, 3, 8, 9, 3], 5))];
        var batch = new MaskedBatch(examples, Tokenizer, 0.15, new Random(4));
        double words = 2000 * 5;
        Assert.InRange(batch.Labels.Length / words, 0.14, 0.16);
        var ids = batch.Ids.reshape(-1).index_select(0, batch.Chosen).data<long>().ToArray();
        Assert.InRange(ids.Count(i => i == 4) / (double)ids.Length, 0.77, 0.83);
        Assert.InRange(ids.Zip(batch.Labels).Count(p => p.First == p.Second) / (double)ids.Length, 0.08, 0.14); // 10 % kept, and 1 in 9 random ones is the same
        Assert.All(batch.Labels, l => Assert.InRange(l, 5, 9));
        Assert.Equal(3 * 2000, batch.Segments.sum().Value<long>());
        Assert.Equal(0, batch.Ids.select(1, 0).sub(2).abs().sum().Value<long>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_folded_model_computes_what_the_trained_one_computes(int layers)
    {
        using var scope = NewDisposeScope();
        using var trained = BertFixtures.Model(BertFixtures.Config(layers), residualScale: DeepNorm.ResidualScale(layers));
        using var plain = DeepNorm.Fold(trained);
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3], [2, 9, 10, 11, 3]);
        var maps = new List<Tensor>();
        trained.Bert.Visit(ids, null, null, (_, p) => maps.Add(p.clone().DetachFromDisposeScope()));
        plain.Bert.Visit(ids, null, null, (l, p) => Assert.True(maps[l].sub(p).abs().max().Value<float>() < 1e-5));
        Assert.True(trained.forward(ids).sub(plain.forward(ids)).abs().max().Value<float>() < 1e-5 * 10); // logits reach 10
        maps.ForEach(m => m.Dispose());
        using var other = BertFixtures.Model(BertFixtures.Config(layers), residualScale: 1);
        Assert.True(trained.forward(ids).sub(other.forward(ids)).abs().max().Value<float>() > 0.01);
    }

    [Fact]
    public void Two_replicas_give_the_gradient_of_the_mean_and_see_the_same_weights()
    {
        var config = BertFixtures.Config(2);
        using var weights = new SharedWeights(config, replicas: 2, seed: 1);
        using var scope = NewDisposeScope();
        Tensor[] ids = [BertFixtures.Batch([2, 5, 6, 3]), BertFixtures.Batch([2, 7, 8, 3])];
        for (int r = 0; r < 2; r++) weights.Models[r].forward(ids[r]).pow(2).mean().backward();
        using var alone = new BertForMaskedLM(config, residualScale: DeepNorm.ResidualScale(2));
        DeepNorm.Initialize(alone, 1);
        var loss = alone.forward(ids[0]).pow(2).mean().add(alone.forward(ids[1]).pow(2).mean()).div(2);
        loss.backward();
        double squares = AdamW.Average(weights, 0, weights.Values.Length);
        foreach (var (region, (name, parameter)) in weights.Regions.Zip(alone.named_parameters()))
        {
            Assert.Equal(name, region.Name);
            var expected = parameter.grad!.reshape(-1).data<float>().ToArray();
            var actual = weights.Gradients(0).Slice(region.Start, region.Length).ToArray();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);
        }
        Assert.Equal(alone.parameters().Sum(p => p.grad!.pow(2).sum().Value<float>()), squares, 1e-3);
        weights.Values.Fill(0.5f);
        Assert.All(weights.Models, m => Assert.All(m.parameters(), p => Assert.Equal(0.5f, p.max().Value<float>())));
    }

    [Fact]
    public void AdamW_takes_the_steps_of_libtorchs()
    {
        var config = BertFixtures.Config(1);
        using var weights = new SharedWeights(config, replicas: 1, seed: 2);
        using var scope = NewDisposeScope();
        using var reference = new BertForMaskedLM(config, residualScale: DeepNorm.ResidualScale(1));
        DeepNorm.Initialize(reference, 2);
        using var libtorch = optim.AdamW(reference.parameters(), lr: 0.01, beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0.1);
        var ours = new AdamW(weights.Values.Length);
        var ids = BertFixtures.Batch([2, 5, 6, 3]);
        for (int step = 0; step < 5; step++)
        {
            libtorch.zero_grad();
            reference.forward(ids).pow(2).mean().backward();
            libtorch.step();
            weights.Models[0].forward(ids).pow(2).mean().backward();
            AdamW.Average(weights, 0, weights.Values.Length);
            ours.Begin();
            int middle = weights.Values.Length / 3; // ranges need not be whole vectors
            ours.Update(weights, 0, middle, 0.01, 0.1, 1);
            ours.Update(weights, middle, weights.Values.Length, 0.01, 0.1, 1);
        }
        foreach (var (a, b) in reference.parameters().Zip(weights.Models[0].parameters()))
            Assert.True(a.sub(b).abs().max().Value<float>() < 1e-4);
    }

    [Fact]
    public void No_tensor_outlives_a_training_step()
    {
        using var weights = new SharedWeights(BertFixtures.Config(2), replicas: 1, seed: 1);
        void Once()
        {
            using var scope = NewDisposeScope();
            var batch = new MaskedBatch([new Example([2, 5, 6, 7, 8, 3], 6)], Tokenizer, 0.9, new Random(1));
            nn.functional.cross_entropy(batch.Logits(weights.Models[0]), batch.Targets).backward();
            AdamW.Average(weights, 0, weights.Values.Length);
        }
        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++) Once();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_failure_on_a_replica_is_thrown_where_the_work_was_asked_for()
    {
        using var threads = new ReplicaThreads(3);
        var seen = new int[3];
        threads.Run(r => seen[r]++);
        Assert.Equal([1, 1, 1], seen);
        Assert.Throws<InvalidDataException>(() => threads.Run(r => { if (r == 1) throw new InvalidDataException(); }));
        threads.Run(r => seen[r]++);
        Assert.Equal([2, 2, 2], seen);
    }
}
