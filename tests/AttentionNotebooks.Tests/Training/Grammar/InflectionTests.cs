using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>Spelling of regular forms.</summary>
public class InflectionTests
{
    [Theory]
    [InlineData("cat", "cats")]
    [InlineData("box", "boxes")]
    [InlineData("city", "cities")]
    [InlineData("boy", "boys")]
    [InlineData("beach", "beaches")]
    public void Plural(string word, string plural) => Assert.Equal(plural, Inflection.S(word));

    [Theory]
    [InlineData("stop", "stopped", "stopping")]
    [InlineData("wait", "waited", "waiting")]
    [InlineData("carry", "carried", "carrying")]
    [InlineData("open", "opened", "opening")]
    [InlineData("travel", "travelled", "travelling")]
    [InlineData("agree", "agreed", "agreeing")]
    [InlineData("fix", "fixed", "fixing")]
    [InlineData("play", "played", "playing")]
    public void Past_and_participle(string verb, string past, string ing) =>
        Assert.Equal((past, ing), (Inflection.Ed(verb), Inflection.Ing(verb)));

    [Theory]
    [InlineData("big", "bigger", "biggest")]
    [InlineData("happy", "happier", "happiest")]
    [InlineData("wise", "wiser", "wisest")]
    [InlineData("cold", "colder", "coldest")]
    public void Comparison(string adjective, string more, string most) =>
        Assert.Equal((more, most), (Inflection.Er(adjective), Inflection.Est(adjective)));

    [Theory]
    [InlineData("apple", "an")]
    [InlineData("useful", "a")]
    [InlineData("ugly", "an")]
    [InlineData("university", "a")]
    [InlineData("honest", "an")]
    [InlineData("uncle", "an")]
    public void Article(string next, string article) => Assert.Equal(article, Inflection.Article(next));

    [Fact]
    public void The_lexicon_is_as_large_as_it_says_and_every_verb_finds_nouns()
    {
        Assert.InRange(Lexicon.AllNouns.Select(n => n.Singular).Distinct().Count(), 350, 1000);
        Assert.InRange(Lexicon.AllVerbs.Select(v => v.Lemma).Distinct().Count(), 150, 400);
        Assert.All(Lexicon.AllVerbs, v => Assert.NotEmpty(v.Subjects));
        var classes = Enum.GetValues<NounClass>();
        Assert.All(Lexicon.AllVerbs, v => Assert.All(v.Subjects.Concat(v.Objects), c => Assert.Contains(c, classes)));
        Assert.All(classes, c => Assert.NotEmpty(Lexicon.AdjectivesOf[c]));
        foreach (string world in Lexicon.Worlds)
            Assert.All(classes.Where(c => c is not (NounClass.Part or NounClass.Idea or NounClass.Outdoors)),
                c => Assert.Contains(Lexicon.AllNouns, n => n.World == world && n.Class == c));
    }
}
