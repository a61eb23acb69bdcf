using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training;

[Collection(TrainingCollection.Name)]
public class TrainingPartsTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16);

    // Documents of sentences; the id of a word tells its document: 100·document + 10·… keeps them apart.
    private static int[][][] Documents(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 60).Select(d => Enumerable.Range(0, 20)
            .Select(_ => Enumerable.Range(0, random.Next(1, 9)).Select(_ => 100 * (d + 1) + random.Next(100)).ToArray()).ToArray())];
    }

    [Fact]
    public void Examples_are_framed_and_fit_their_positions()
    {
        var documents = Documents(1);
        foreach (var example in new ExampleBuilder(Tokenizer, 32).Build(documents, new Random(2)))
        {
            Assert.True(example.Ids.Length <= 32);
            Assert.Equal(2, example.Ids[0]);
            Assert.Equal(3, example.Ids[^1]);
            Assert.Equal(3, example.Ids[example.FirstLength - 1]);
            Assert.Equal(example.FirstLength == example.Ids.Length ? 1 : 2, example.Ids.Count(i => i == 3));
            Assert.Equal(example.FirstLength == example.Ids.Length, example.Pair == PairLabel.None);
        }
        var batches = new BatchStream(documents, new ExampleBuilder(Tokenizer, 32), 64, seed: 3).Endless().Take(500).ToList();
        Assert.All(batches, b => Assert.Single(b.Select(e => e.Ids.Length).Distinct()));
        Assert.All(batches, b => Assert.InRange(b.Length * b[0].Ids.Length, 33, 64));
        Assert.Contains(batches, b => b[0].Ids.Length > 16);
        var near = new ExampleBuilder(Tokenizer, 32, shortOnly: true).Build(documents, new Random(2)).ToList();
        Assert.InRange(near.Max(e => e.Ids.Length), 5, 8);
    }

    [Fact]
    public void Queries_and_keys_begin_larger_and_nothing_else_does()
    {
        using BertForMaskedLM ordinary = new(BertFixtures.Config(2)), sharp = new(BertFixtures.Config(2));
        DeepNorm.Initialize(ordinary, 1);
        DeepNorm.Initialize(sharp, 1, queryKeyStart: 1.5);
        foreach (var ((name, one), (_, other)) in ordinary.named_parameters().Zip(sharp.named_parameters()))
        {
            bool larger = name.Contains("query.weight", StringComparison.Ordinal) || name.Contains("key.weight", StringComparison.Ordinal);
            Assert.All(one.Floats().Zip(other.Floats()), pair => Assert.Equal((larger ? 1.5 : 1) * pair.First, pair.Second, 1e-6));
        }
    }

    // A shift by k positions turns each pair of dimensions (sin, cos) by an angle that does not depend on the position: what a head
    // needs to look k tokens back. Waves of 2π … 2π · positions, where Vaswani et al. (2017) have up to 2π · 10,000.
    [Fact]
    public void Positions_begin_as_waves_no_longer_than_the_positions()
    {
        using BertForMaskedLM model = new(BertFixtures.Config(1));
        DeepNorm.Initialize(model, 1);
        int positions = model.Config.MaxPositionEmbeddings, width = model.Config.HiddenSize;
        float[] start = model.named_parameters()
            .Single(p => p.name.EndsWith("position_embeddings.weight", StringComparison.Ordinal)).parameter.Floats();
        double AngleOf(int position, int pair) => Math.Atan2(start[position * width + 2 * pair], start[position * width + 2 * pair + 1]);
        for (int pair = 0; pair < width / 2; pair++)
            for (int position = 0; position < positions; position++)
            {
                double turn = Math.Pow(positions, -2.0 * pair / width), off = AngleOf(position, pair) - position * turn;
                Assert.Equal(0, Math.IEEERemainder(off, 2 * Math.PI), 1e-5);
                Assert.Equal(2 * 0.08 * 0.08, Square(start[position * width + 2 * pair]) + Square(start[position * width + 2 * pair + 1]),
                    1e-6);
            }
        static double Square(double value) => value * value;
    }

    [Fact]
    public void Half_of_the_pairs_continue_in_their_document_and_the_others_come_whole_from_another()
    {
        var documents = Documents(4);
        var sentences = documents.SelectMany(d => d).Select(s => string.Join(' ', s)).ToHashSet();
        var pairs = new List<Example>();
        for (int seed = 0; seed < 20; seed++)
            pairs.AddRange(new ExampleBuilder(Tokenizer, 32).Build(documents, new Random(seed)).Where(e => e.Pair != PairLabel.None));
        foreach (var pair in pairs)
        {
            int[] first = pair.Ids[1..(pair.FirstLength - 1)], second = pair.Ids[pair.FirstLength..^1];
            int document = first[0] / 100 - 1;
            Assert.All(first, id => Assert.Equal(document, id / 100 - 1));
            Assert.All(second, id => Assert.Equal(second[0] / 100, id / 100));
            Assert.Equal(pair.Pair == PairLabel.FromElsewhere, second[0] / 100 - 1 != document);
            int[] running = [.. first, .. second], text = [.. documents[document].SelectMany(s => s)];
            if (pair.Pair == PairLabel.Follows)
                Assert.Contains(Enumerable.Range(0, text.Length - running.Length + 1), at => text.AsSpan(at, running.Length)
                    .SequenceEqual(running));
            else Assert.True(IsWhole(second), "a cut sentence would give the answer away");
        }
        // a little above half: now and then nothing short enough is found elsewhere
        Assert.InRange(pairs.Count(p => p.Pair == PairLabel.Follows) / (double)pairs.Count, 0.45, 0.58);

        bool IsWhole(int[] ids)
        {
            for (int end = 1; end <= ids.Length; end++)
            {
                if (sentences.Contains(string.Join(' ', ids[..end])) && (end == ids.Length || IsWhole(ids[end..]))) return true;
            }
            return false;
        }
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
        // 10 % kept, and 1 in 9 random ones is the same
        Assert.InRange(ids.Zip(batch.Labels).Count(p => p.First == p.Second) / (double)ids.Length, 0.08, 0.14);
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
    public void No_tensor_outlives_a_training_step()
    {
        using var weights = new SharedWeights(BertFixtures.Config(2), replicas: 1, seed: 1, ScalarType.BFloat16, withPairs: true);
        using var threads = new ReplicaThreads(1);
        using var optimizer = new VectorAdamW(weights, threads, new TrainingOptions { Replicas = 1 });
        void Once()
        {
            using var scope = NewDisposeScope();
            var batch = new MaskedBatch([new Example([2, 5, 6, 3, 8, 3], 4, PairLabel.Follows)], Tokenizer, 0.9, new Random(1));
            var model = weights.Models[0];
            using var cost = new SpeakingCost(model, 1.5);
            var hidden = batch.Hidden(model, cost.Hooks);
            nn.functional.cross_entropy(batch.Logits(model, hidden), batch.Targets).add(cost.Total())
                .add(nn.functional.cross_entropy(batch.PairLogits(model, hidden), batch.PairTargets)).backward();
            weights.Collect(0);
            optimizer.Step(0.001);
            weights.Round();
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
