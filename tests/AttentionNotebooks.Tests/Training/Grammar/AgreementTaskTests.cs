using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>Agreement items: what the columns say is counted again from the trees.</summary>
public class AgreementTaskTests
{
    private static readonly IReadOnlyList<Dictionary<string, string>> Shipped = TaskFile.Read("agreement");

    [Fact]
    public void Right_agrees_wrong_does_not_and_attractors_are_as_counted_in_the_tree()
    {
        var taken = DemoTreebank.Generate(DemoData.StandardSeed, DemoTreebank.Sentences).Select(s => s.Text.ToLowerInvariant()).ToHashSet();
        var items = AgreementTask.Generate(DemoData.StandardSeed, taken).ToList();
        Assert.Equal(Shipped.Count, items.Count);
        foreach (var (row, (_, item)) in Shipped.Zip(items))
        {
            var s = Rows.Of(item.Tree);
            Assert.Empty(TreeChecker.Problems(s));
            var verb = s.Words[item.Tree.Words.ToList().FindIndex(w => ReferenceEquals(w, item.Target))];
            var subject = TreeChecker.SubjectOf(s, verb)!;
            Assert.True(subject.Id < verb.Id);
            bool plural = TreeChecker.Person(s, subject).ThirdSingular == false;
            Assert.Equal(row["subject_number"], plural ? "plural" : "singular");
            Assert.Equal(plural, IsPlural(row["right"]));
            Assert.Equal(!plural, IsPlural(row["wrong"]));
            Assert.Equal(Stem(row["right"]), Stem(row["wrong"]));
            Assert.Equal(s.Text, row["sentence"].Replace("[MASK]", row["right"]));
            var nouns = s.Words.Where(w => w.Tag is "NOUN" or "PROPN" && w.Id > subject.Id && w.Id < verb.Id).ToList();
            Assert.Equal(row["intervening"], nouns.Count.ToString());
            Assert.Equal(row["attractors"], nouns.Count(n => n.Has("Number=Plur") != plural).ToString());
            Assert.Equal(row["construction"], Construction(s, subject, verb));
        }
    }

    [Fact]
    public void Numbers_and_attractors_are_balanced()
    {
        Assert.All(Shipped.GroupBy(r => r["attractors"]), g =>
        {
            Assert.InRange(g.Count(), 400, int.MaxValue);
            Assert.Equal(g.Count(r => r["subject_number"] == "plural"), g.Count(r => r["subject_number"] == "singular"));
        });
        Assert.Equal(["0", "1", "2", "3"], Shipped.Select(r => r["attractors"]).Distinct());
        Assert.Equal(["coordination", "object-relative", "plain", "pp", "subject-relative"], Shipped.Select(r => r["construction"])
            .Distinct().Order(StringComparer.Ordinal));
        // Some items have helpers too: the count of all nouns between does not give the attractors away.
        Assert.InRange(Shipped.Count(r => r["attractors"] != r["intervening"]), 200, int.MaxValue);
    }

    // Of the two forms of a verb in the present, the one in -s is the singular; be has forms of its own.
    private static bool IsPlural(string form) =>
        form switch { "is" or "was" or "has" => false, "are" or "were" or "have" => true, _ => !form.EndsWith('s') };

    private static string Stem(string form) =>
        form switch
        {
            "is" or "are" => "be now",
            "was" or "were" => "be then",
            "has" or "have" => "have",
            "goes" => "go",
            "watches" =>
            "watch",
            _ => form.TrimEnd('s')
        };

    private static string Construction(Rows s, Row subject, Row verb)
    {
        if (s.Dependent(subject, "conj") is not null) return "coordination";
        if (s.Dependent(subject, "acl:relcl") is { } clause)
            return s.Dependent(clause, "nsubj")!.Has("PronType=Rel") ? "subject-relative" : "object-relative";
        return s.Words.Any(w => w.Relation == "nmod" && w.Id > subject.Id && w.Id < verb.Id) ? "pp" : "plain";
    }
}
