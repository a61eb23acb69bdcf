using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>Models with random weights, which share nothing but their architecture and the texts.</summary>
public class RandomModelTests
{
    private const int Pairs = 12;

    [Fact]
    public void They_match_nearer_than_features_dealt_anew_at_like_depths_and_their_centres_do_better_than_random_heads()
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
        Assert.Fail(string.Join("\n", found.Select(c => FormattableString.Invariant($"{c.Matching.Distance} dealt {c.Matching.DealtAnew} depth {c.Matching.Depth} p {c.Matching.DepthPValue:0.000} B {c.OnB.AdjustedRand} r {c.OnB.RandomCentres} A {c.OnA.AdjustedRand.Value:0.00} r {c.OnA.RandomCentres.Value:0.00} same p {c.Matching.SameNumberPValue:0.00}"))));
    }
}
