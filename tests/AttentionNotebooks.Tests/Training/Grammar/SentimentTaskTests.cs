namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>Sentiment: the verdict is worked out again from the words, by rules written here.</summary>
public class SentimentTaskTests
{
    private static readonly string[] Good =
        ("good wonderful excellent delightful beautiful pleasant charming lovely superb brilliant perfect enjoyable liked loved enjoyed "
            + "admired praised recommended").Split(' ');
    private static readonly string[] Bad =
        ("bad terrible awful dreadful ugly unpleasant boring horrible poor dull weak disappointing disliked hated "
            + "despised criticised regretted mocked").Split(' ');
    private static readonly string[] Negations = ["not", "never", "nobody"];

    public static TheoryData<string> Splits => [.. TaskFile.Splits];

    [Theory]
    [MemberData(nameof(Splits))]
    public void The_label_follows_from_polarity_negation_and_contrast(string split)
    {
        var rows = TaskFile.Read($"sentiment.{split}");
        Assert.All(rows, r => Assert.Equal(r["label"], Verdict(r["sentence"]) ? "1" : "0"));
        Assert.Equal(rows.Count(r => r["label"] == "1"), rows.Count(r => r["label"] == "0"));
    }

    [Fact]
    public void No_word_gives_the_label_away() =>
        Assert.InRange(TaskFile.BestSingleWord(TaskFile.Read("sentiment.train"), "1", "sentence"), 0.5, 0.6);

    [Theory]
    [InlineData("The film was not bad.", true)]
    [InlineData("The film was good, but nobody liked the song.", false)]
    [InlineData("Although the film was never dull, the critics hated the song.", false)]
    [InlineData("Nobody thought that the tea was poor although the cake was awful.", true)]
    public void The_rules_by_hand(string sentence, bool positive) => Assert.Equal(positive, Verdict(sentence));

    private static bool Verdict(string sentence)
    {
        string text = string.Join(' ', TaskFile.Words(sentence));
        // Of two clauses in contrast the main one counts: what follows "but", what "although" does not introduce.
        string main = text.Contains(" , but ") ? text.Split(" , but ")[1]
            : text.StartsWith("although ", StringComparison.Ordinal) ? text.Split(" , ")[1]
            : text.Split(" although ")[0];
        bool[] clauses = [.. main.Split(" , and ").Select(Clause)];
        return Assert.Single(clauses.Distinct());
    }

    private static bool Clause(string clause)
    {
        string[] words = clause.Split(' ');
        string polar = Assert.Single(words, w => Good.Contains(w) || Bad.Contains(w));
        return Good.Contains(polar) != (words.Count(w => Negations.Contains(w)) % 2 == 1);
    }
}
