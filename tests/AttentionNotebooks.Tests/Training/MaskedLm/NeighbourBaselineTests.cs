using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training;

/// <summary>The guessers on a text that can be counted by hand: two documents over the pieces 5 to 8.</summary>
public class NeighbourBaselineTests
{
    // 5 6 | 5 6 7 and 5 7: 5 occurs 3 times, 6 twice, 7 twice; 8 never.
    private static readonly NeighbourBaseline Guesser = new([[[5, 6], [5, 6, 7]], [[5, 7]]], vocabulary: 9, firstWord: 5);

    [Fact]
    public void One_is_added_to_every_count()
    {
        Assert.Equal([1 / 16.0, 1 / 16.0, 1 / 16.0, 1 / 16.0, 1 / 16.0, 4 / 16.0, 3 / 16.0, 3 / 16.0, 1 / 16.0], Guesser.Unigram());
    }

    [Fact]
    public void A_pair_counts_within_a_document_and_falls_back_as_Witten_and_Bell_say()
    {
        // After 5: 6 twice, 7 once; 2 kinds, so P(w | 5) = (c + 2·P(w)) / (3 + 2).
        var after5 = Guesser.Bigram(5);
        Assert.Equal((2 + 2 * 3 / 16.0) / 5, after5[6], 1e-12);
        Assert.Equal((1 + 2 * 3 / 16.0) / 5, after5[7], 1e-12);
        Assert.Equal(2 * 1 / 16.0 / 5, after5[8], 1e-12);
        Assert.Equal((1 + 2 * 4 / 16.0) / 4, Guesser.Bigram(6)[5], 1e-12); // across the sentences of a document; after 6: 5 once, 7 once
        Assert.Equal(Guesser.Unigram(), Guesser.Bigram(7)); // nothing ever followed 7: documents end there
    }

    [Fact]
    public void Special_tokens_and_what_was_never_seen_say_nothing()
    {
        foreach (int given in new[] { 2, 3, 4, 8 }) Assert.Equal(Guesser.Unigram(), Guesser.Bigram(given));
        Assert.All(Guesser.BothNeighbours(2, 4).Zip(Guesser.Unigram()), p => Assert.Equal(p.Second, p.First, 1e-12));
    }

    [Fact]
    public void All_guesses_are_distributions_and_two_neighbours_are_the_product_of_their_bigrams()
    {
        foreach (var guess in new[] { Guesser.Unigram(), Guesser.Bigram(5), Guesser.BothNeighbours(5, 7) })
            Assert.Equal(1, guess.Sum(), 1e-12);
        // Before 7: 6 once, 5 once; of 2 kinds.
        double[] unigram = Guesser.Unigram(), before =
            [.. Enumerable.Range(0, 9).Select(w => ((w is 5 or 6 ? 1 : 0) + 2 * unigram[w]) / 4)], after = Guesser.Bigram(5);
        double[] product = [.. Enumerable.Range(0, 9).Select(w => after[w] * before[w] / unigram[w])];
        var both = Guesser.BothNeighbours(5, 7);
        for (int w = 0; w < 9; w++) Assert.Equal(product[w] / product.Sum(), both[w], 1e-12);
        Assert.Equal(6, Array.IndexOf(both, both.Max())); // 5 6 7
    }
}
