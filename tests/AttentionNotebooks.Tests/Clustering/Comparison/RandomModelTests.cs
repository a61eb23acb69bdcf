using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>Models with random weights, which share nothing but their architecture and the texts.</summary>
public class RandomModelTests
{
    private const int Pairs = 8;

    [Fact]
    public void They_match_nearer_than_dealt_anew_and_at_like_depths_and_their_centres_mostly_beat_random_heads()
    {
        using var folder = new TestFolder();
        var random = new Random(5);
        string[] texts = [.. Enumerable.Range(0, 12).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(4, 12))
            .Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)]).Where(w => w[0] != '#').Prepend("the")))];
        HeadTable Heads(int seed)
        {
            using var generator = new torch.Generator((ulong)seed);
            using var model = BertFixtures.RandomCheckpoint(folder.Root, BertFixtures.Config(layers: 6, heads: 8, size: 32),
                $"model{seed}", generator);
            return new LiveAttention(model, texts).Extract();
        }
        HeadComparison[] found = [.. Enumerable.Range(0, Pairs).Select(i =>
            HeadComparison.Compute(Heads(2 * i), Heads(2 * i + 1), new() { Clusters = 3, Draws = 19, Seed = i }))];
        Assert.All(found, c =>
        {
            Assert.True(c.Matching.Distance.Value < c.Matching.DealtAnew.Low, $"{c.Matching.Distance}, dealt anew {c.Matching.DealtAnew}");
            Assert.True(c.Matching is { Depth.Low: > 0.5, DepthPValue: < 0.01 }, $"depth {c.Matching.Depth}");
        });
        CentreTransfer[] carried = [.. found.SelectMany(c => new[] { c.OnA, c.OnB })];
        Assert.True(carried.Count(t => t.AdjustedRand.Value > t.RandomCentres.Value) >= 0.75 * carried.Length);
        // Heads of the same number are no more alike than others: a p so small more than twice has by chance a probability of 0.006.
        Assert.InRange(found.Count(c => c.Matching.SameNumberPValue <= 0.05), 0, 2);
    }
}
