using FsCheck;
using FsCheck.Fluent;

namespace AttentionNotebooks.Tests.Features;

/// <summary>What must not change any feature of any corpus: padding, the texts' order, the size of batches, doubled texts,
/// shards.</summary>
public class FeaturePropertyTests
{
    // The same cases every time: a share that a quantile or a kind decides on may lie within a rounding error of its limit.
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(10).WithReplay(20201, 7919);

    // A corpus is the lengths of its texts and a seed for its maps.
    private static readonly Arbitrary<(int[] Lengths, int Seed)> Corpora = Arb.From(
        from lengths in Gen.Choose(2, 24).NonEmptyListOf()
        from seed in Gen.Choose(0, 1_000_000)
        select (lengths.Take(12).Append(11).ToArray(), seed)); // one text is long enough for every feature

    [Fact]
    public void The_size_of_batches_and_so_padding_changes_nothing() => Prop.ForAll(Corpora, c =>
    {
        var source = Of(c);
        Near(source.Extract(All(source), new VisitOptions(TokensPerBatch: 1)),
            source.Extract(All(source), new VisitOptions(TokensPerBatch: 100_000)));
    }).Check(Cases);

    [Fact]
    public void The_order_of_texts_changes_nothing() => Prop.ForAll(Corpora, c =>
    {
        var source = Of(c);
        int[] order = [.. Enumerable.Range(0, c.Lengths.Length)];
        new Random(c.Seed).Shuffle(order);
        var shuffled = new MapsInMemory(source.Grid, [.. order.Select(t => source.Texts[t])], (t, h) => source[order[t], h]);
        Near(source.Extract(All(source)), shuffled.Extract(All(source)));
    }).Check(Cases);

    [Fact]
    public void Doubling_the_texts_changes_nothing() => Prop.ForAll(Corpora, c =>
    {
        var source = Of(c);
        int n = c.Lengths.Length;
        var twice = new MapsInMemory(source.Grid, [.. source.Texts, .. source.Texts], (t, h) => source[t % n, h]);
        Near(source.Extract(All(source), new VisitOptions(TokensPerBatch: 1)),
            twice.Extract(All(source), new VisitOptions(TokensPerBatch: 1)));
    }).Check(Cases);

    [Fact]
    public void Merged_shards_are_one_run_bit_for_bit() => Prop.ForAll(Corpora, Gen.Choose(1, 4).ToArbitrary(), (c, shards) =>
    {
        var source = Of(c);
        var options = new VisitOptions(TokensPerBatch: 40);
        using var folder = new TestFolder();
        string[] files = [.. Enumerable.Range(0, shards).Select(s => folder[$"{s}"])];
        for (int s = 0; s < shards; s++)
            ResumableExtraction.Extract(source, All(source), options with { Shard = s, Shards = shards }, folder["partial"], resume: false)
                .Write(files[s]);
        Assert.Equal(source.Extract(All(source), options).ToCsv(), FeatureState.Merge([.. files.Reverse()]).ToCsv());
    }).Check(Cases);

    [Fact]
    public void Values_kept_per_text_make_the_same_table_bit_for_bit() => Prop.ForAll(Corpora, c =>
    {
        var source = Of(c);
        Assert.Equal(source.Extract(All(source)).ToCsv(), source.Record(All(source)).ToTable().ToCsv());
    }).Check(Cases);

    private static IReadOnlyList<HeadFeature> All(MapsInMemory source) => FeatureCatalogue.For(source).Possible(source);

    private static MapsInMemory Of((int[] Lengths, int Seed) c)
    {
        string[] words = ["the", "cat", ",", "##s", "a", "dog"];
        var random = new Random(c.Seed);
        AttentionText[] texts = [.. c.Lengths.Select((n, t) =>
            new AttentionText($"{t}", n, ["[CLS]", .. Enumerable.Range(0, n - 2)
                .Select(i => i == 0 ? "a" : words[random.Next(words.Length)]), "[SEP]"]))];
        return new MapsInMemory(new HeadGrid(2, 2), texts, (t, h) => Maps.Random(c.Lengths[t], c.Seed + 100 * t + 10 * h.Layer + h.Index));
    }

    private static void Near(HeadTable a, HeadTable b)
    {
        foreach (string f in a.Features)
            Assert.All(a.Column(f).Zip(b.Column(f)), v => Assert.Equal(v.First, v.Second, 2e-5 * Math.Max(1, Math.Abs(v.First))));
    }
}
