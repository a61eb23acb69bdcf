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
    public void Texts_of_one_length_fill_their_batches()
    {
        Assert.Equal([16, 16, 8], BatchPlan.Of([.. Enumerable.Repeat(128, 40)], VisitOptions.Default).Select(b => b.Length).Order()
            .Reverse());
        Assert.Equal([16, 16, 8], BatchPlan.Full([.. Enumerable.Repeat(128, 40)], 2048).Select(b => b.Length));
    }

    // By filling batches every fifth token would be padding.
    [Fact]
    public void Few_texts_of_all_lengths_are_hardly_padded()
    {
        int[] lengths = [.. Enumerable.Range(0, 200).Select(i => 3 + i * 37 % 60)];
        double Padding(IReadOnlyList<int[]> plan) => plan.Sum(b => b.Length * b.Max(i => lengths[i])) / (double)lengths.Sum() - 1;
        Assert.InRange(Padding(BatchPlan.Of(lengths, VisitOptions.Default)), 0, 0.06);
        Assert.InRange(Padding(BatchPlan.Full(lengths, 2048)), 0.15, 1);
    }

    [Theory]
    [InlineData(20), InlineData(64), InlineData(300)]
    public void No_other_way_to_cut_the_sorted_texts_costs_less(int tokensPerBatch)
    {
        int[] sorted = [.. Lengths.Order()];
        long Cost(IEnumerable<int[]> lengthsOfBatches) => lengthsOfBatches.Sum(b => (long)b.Length * b.Max() + BatchPlan.CostOfBatch);
        // Every subset of the seven places between eight texts.
        long least = Enumerable.Range(0, 1 << 7).Select(cuts => Pieces(sorted, cuts))
            .Where(p => p.All(b => b.Length == 1 || b.Length * b.Max() <= tokensPerBatch)).Min(Cost);
        Assert.Equal(least, Cost(BatchPlan.Of(Lengths, new VisitOptions(tokensPerBatch)).Select(b => b.Select(i => Lengths[i]).ToArray())));
    }

    private static int[][] Pieces(int[] sorted, int cuts)
    {
        var pieces = new List<int[]>();
        for (int start = 0, i = 0; i < sorted.Length; i++)
        {
            if (i < sorted.Length - 1 && (cuts >> i & 1) == 0) continue;
            pieces.Add(sorted[start..(i + 1)]);
            start = i + 1;
        }
        return [.. pieces];
    }

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
