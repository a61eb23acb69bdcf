using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training;

public class WordPieceLearnerTests
{
    // The example of Sennrich et al. (2016), figure 1: low ×5, lower ×2, newest ×6, widest ×3.
    private static WordPieceLearner Example()
    {
        var learner = new WordPieceLearner();
        learner.Add("low low low low low lower lower");
        learner.Add("newest Newest NEWEST newest newest newest widest widest widest");
        return learner;
    }

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_ordinal_order()
    {
        string[] characters = ["##d", "##e", "##i", "##o", "##r", "##s", "##t", "##w", "l", "n", "w"];
        // (##e, ##s) and (##s, ##t) occur 9 times, ##e comes first; then (##es, ##t) 9; (##o, ##w) and (l, ##o) 7; (l, ##ow) 7;
        // then newest, 6 times, from the pair that is ordinally first.
        string[] merges = ["##es", "##est", "##ow", "low", "##ew", "##ewest", "newest"];
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. characters, .. merges], Example()
            .Learn(5 + characters.Length + merges.Length, leastCharacter: 1));
    }

    [Fact]
    public void It_stops_when_no_pair_occurs_twice()
    {
        var vocabulary = Example().Learn(1000, leastCharacter: 1);
        Assert.Contains("widest", vocabulary);
        Assert.Contains("lower", vocabulary);
        Assert.True(vocabulary.Count < 40);
        Assert.Equal(vocabulary.Count, vocabulary.Distinct().Count());
    }

    [Fact]
    public void Rare_characters_are_left_out_with_their_words()
    {
        var learner = Example();
        learner.Add("ǂzap");
        var vocabulary = learner.Learn(1000, leastCharacter: 2);
        Assert.DoesNotContain("ǂ", vocabulary);
        Assert.DoesNotContain(vocabulary, v => v.Contains("za", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("It rained. We stayed in! Why? \"Because.\" So.", "It rained.|We stayed in!|Why?|\"Because.\"|So.")]
    [InlineData("Mr. Woodhouse saw Dr. Perry at No. 5. J. Smith left.", "Mr. Woodhouse saw Dr. Perry at No. 5.|J. Smith left.")]
    [InlineData("It cost 3.50 in all. not a start", "It cost 3.50 in all. not a start")]
    [InlineData("  ", "")]
    public void Sentences_end_at_stops_before_capitals(string paragraph, string expected) =>
        Assert.Equal(expected, string.Join('|', SentenceSplitter.Split(paragraph)));
}
