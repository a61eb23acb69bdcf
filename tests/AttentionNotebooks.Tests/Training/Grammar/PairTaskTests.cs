using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>Sentence pairs: both sentences are read back into facts, and entailment is decided on the facts.</summary>
public class PairTaskTests
{
    private static readonly Dictionary<string, string> Nouns =
        Lexicon.AllNouns.SelectMany(n => new[] { n.Singular, n.Plural ?? n.Singular }).Distinct().ToDictionary(n => n);
    private static readonly Dictionary<string, string> VerbOf = Lexicon.ByFrame[Frame.Transitive]
        .Where(v => v.Objects.Contains(NounClass.Person))
        .SelectMany(v => new[] { (v.Lemma, v.Lemma), (v.Past, v.Lemma), (v.Participle, v.Lemma) }).Distinct()
        .ToDictionary(p => p.Item1, p => p.Item2);

    private sealed record Who(string Noun, string? Adjective);

    private sealed record Fact(Who[] Agents, string Verb, Who[] Patients, string Place, bool Denied);

    public static TheoryData<string> Splits => [.. TaskFile.Splits];

    [Theory]
    [MemberData(nameof(Splits))]
    public void The_label_follows_from_the_facts(string split)
    {
        var rows = TaskFile.Read($"pairs.{split}");
        Assert.All(rows, r => Assert.Equal(r["label"], Entails(Parse(r["sentence1"]), Parse(r["sentence2"])) ? "entailment"
            : "not_entailment"));
        Assert.Equal(rows.Count(r => r["label"] == "entailment"), rows.Count(r => r["label"] == "not_entailment"));
        Assert.Equal(["added", "dropped", "polarity", "swapped", "voice"], rows.Select(r => r["construction"]).Distinct()
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_word_gives_the_label_away() =>
        Assert.InRange(TaskFile.BestSingleWord(TaskFile.Read("pairs.train"), "entailment", "sentence1", "sentence2"), 0.5, 0.62);

    [Fact]
    public void Of_five_sentences_one_says_the_same_and_each_other_differs_as_its_column_says()
    {
        var rows = TaskFile.Read("paraphrases");
        Assert.Equal(400, rows.Count);
        Assert.All(rows, r =>
        {
            Fact said = Parse(r["sentence"]), swapped = Parse(r["swapped"]), polarity = Parse(r["polarity"]), verb = Parse(r["verb"]),
                person = Parse(r["person"]);
            Assert.True(Same(said, Parse(r["paraphrase"])));
            Assert.True(Same(said, swapped with { Agents = swapped.Patients, Patients = swapped.Agents }) && !Same(said, swapped));
            Assert.True(Same(said, polarity with { Denied = said.Denied }) && said.Denied != polarity.Denied);
            Assert.True(Same(said, verb with { Verb = said.Verb }) && said.Verb != verb.Verb);
            Assert.True(Same(said, person with { Agents = said.Agents }) && !said.Agents.SequenceEqual(person.Agents));
            // The voice tells nothing: the five stand in the other one.
            string[] others = [r["paraphrase"], r["swapped"], r["polarity"], r["verb"], r["person"]];
            Assert.All(others, o => Assert.NotEqual(TaskFile.Words(r["sentence"]).Contains("by"), TaskFile.Words(o).Contains("by")));
        });
        static bool Same(Fact a, Fact b) => (a.Verb, a.Place, a.Denied) == (b.Verb, b.Place, b.Denied)
            && a.Agents.SequenceEqual(b.Agents) && a.Patients.SequenceEqual(b.Patients);
    }

    [Theory]
    [InlineData("The old baker and the cook helped the king near the castle.", "The king was helped by the baker.", true)]
    [InlineData("The baker helped the king.", "The baker helped the king near the castle.", false)]
    [InlineData("The baker helped the king.", "The king helped the baker.", false)]
    [InlineData("The baker did not help the king.", "The king was not helped by the baker.", true)]
    [InlineData("The baker did not help the king.", "The baker helped the king.", false)]
    [InlineData("The baker and the cook did not help the king.", "The baker did not help the king.", false)]
    public void The_rules_by_hand(string premise, string hypothesis, bool entailed) =>
        Assert.Equal(entailed, Entails(Parse(premise), Parse(hypothesis)));

    private static bool Entails(Fact premise, Fact then)
    {
        if (premise.Verb != then.Verb || premise.Denied != then.Denied) return false;
        // A denial of more words says nothing of fewer: only the same facts follow.
        if (premise.Denied)
            return premise.Place == then.Place && premise.Agents.SequenceEqual(then.Agents)
                && premise.Patients.SequenceEqual(then.Patients);
        return (then.Place.Length == 0 || then.Place == premise.Place) && then.Agents.All(w => Among(w, premise.Agents))
            && then.Patients.All(w => Among(w, premise.Patients));
    }

    private static bool Among(Who who, Who[] said) =>
        said.Any(w => w.Noun == who.Noun && (who.Adjective is null || who.Adjective == w.Adjective));

    private static Fact Parse(string sentence)
    {
        string[] words = TaskFile.Words(sentence);
        int at = 0;
        var first = Party(words, ref at);
        bool passive = words[at] is "was" or "were";
        if (passive || words[at] == "did") at++;
        bool denied = words[at] == "not";
        if (denied) at++;
        string verb = VerbOf[words[at++]];
        if (passive) Assert.Equal("by", words[at++]);
        var second = Party(words, ref at);
        string place = string.Join(' ', words[at..]);
        return passive ? new Fact(second, verb, first, place, denied) : new Fact(first, verb, second, place, denied);
    }

    private static Who[] Party(string[] words, ref int at)
    {
        var all = new List<Who>();
        do
        {
            if (all.Count > 0) at++;
            Assert.Equal("the", words[at++]);
            string? adjective = Nouns.ContainsKey(words[at]) ? null : words[at++];
            all.Add(new Who(words[at++], adjective));
        }
        while (at < words.Length && words[at] == "and");
        return [.. all];
    }
}
