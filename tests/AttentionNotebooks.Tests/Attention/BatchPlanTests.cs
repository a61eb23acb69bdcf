using AttentionNotebooks.Attention;

namespace AttentionNotebooks.Tests.Attention;

public class BatchPlanTests
{
    private static readonly int[] Lengths = [5, 30, 4, 5, 90, 12, 5, 31];

    [Fact]
    public void Every_text_is_in_one_batch_and_none_is_too_large()
    {
        var plan = BatchPlan.Of(Lengths, new VisitOptions(TokensPerBatch: 64));
        Assert.Equal(Enumerable.Range(0, 8), plan.SelectMany(b => b).Order());
        Assert.All(plan, b => Assert.True(b.Length == 1 || b.Length * b.Max(i => Lengths[i]) <= 64));
    }

    [Fact]
    public void Like_lengths_share_a_batch() => Assert.Equal([2, 0, 3, 6], BatchPlan.Of(Lengths, new VisitOptions(TokensPerBatch: 20))[0]);

    [Fact]
    public void Shards_take_whole_batches_of_the_one_plan()
    {
        var whole = BatchPlan.Of(Lengths, new VisitOptions(TokensPerBatch: 30));
        var shards = Enumerable.Range(0, 3).SelectMany(s => BatchPlan.Of(Lengths, new VisitOptions(TokensPerBatch: 30, s, 3))).ToArray();
        Assert.Equal(whole.Select(b => string.Join(',', b)).Order(), shards.Select(b => string.Join(',', b)).Order());
    }

    [Theory]
    [InlineData(3, 3), InlineData(-1, 3), InlineData(0, 0)]
    public void A_shard_that_does_not_exist_is_refused(int shard, int shards) =>
        Assert.Throws<InputException>(() => BatchPlan.Of(Lengths, new VisitOptions(Shard: shard, Shards: shards)));
}
