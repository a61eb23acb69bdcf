using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>The shipped treebank, read back and checked by rules that know nothing of the grammar.</summary>
public class DemoTreebankTests(ITestOutputHelper output)
{
    // Where a relation has one place in English, whatever the sentence.
    private static readonly Dictionary<string, string> OneRightPlace = new()
    {
        ["compound"] = "a compound's parts stand beside each other; only a second one (the village kitchen table) is farther away",
        ["flat"] = "a surname follows the given name",
    };

    private static readonly Lazy<IReadOnlyList<Rows>> Shipped = new(() => Rows.Read(File.ReadAllText(Path_)));

    private static string Path_ => Repository.Path("data", "treebank", "demo.conllu");

    [Fact]
    public void Every_tree_is_a_tree_of_Universal_Dependencies_and_every_finite_verb_agrees()
    {
        string[] problems = [.. Shipped.Value.SelectMany(s => TreeChecker.Problems(s).Select(p => $"{s.Id} \"{s.Text}\": {p}"))];
        Assert.True(problems.Length == 0, string.Join('\n', problems.Take(12)) + $"\n{problems.Length} problems");
    }

    [Fact]
    public void The_checker_finds_what_is_wrong()
    {
        const string Good =
            "# sent_id = x\n# text = The dogs near the barn "
            + "sleep.\n1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_\n2\tdogs\tdog\tNOUN\tNNS\tNumber=Plur\t6\tnsubj\t_\t_\n"
            + "3\tnear\tnear\tADP\tIN\t_\t5\tcase\t_\t_\n"
            + "4\tthe\tthe\tDET\tDT\t_\t5\tdet\t_\t_\n5\tbarn\tbarn\tNOUN\tNN\tNumber=Sing\t2\tnmod\t_\t_\n"
            + "6\tsleep\tsleep\tVERB\tVBP\tMood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin\t0\troot\t_\tSpaceAfter=No\n"
            + "7\t.\t.\tPUNCT\t.\t_\t6\tpunct\t_\t_";
        string[] Problems(string from, string to) => [.. TreeChecker.Problems(Rows.Read(Good.Replace(from, to)).Single())];
        Assert.Empty(Problems("x", "x"));
        Assert.Contains("sleeps: does not agree", Problems("sleep\tsleep\tVERB", "sleeps\tsleep\tVERB"));
        Assert.Contains(Problems("5\tdet", "6\tdet"), p => p.Contains("cross"));
        Assert.Contains("not one root", Problems("2\tnmod", "0\tnmod"));
        Assert.Contains("the barn: number", Problems("4\tthe\tthe", "4\tthese\tthis").Select(p => p.Replace("these", "the")));
        Assert.Contains("barn: nmod without case", Problems("5\tcase", "6\tmark"));
        Assert.Contains("sleep: no subject", Problems("6\tnsubj", "6\tobj"));
        Assert.Contains("dogs: nsubj of barn, which is no predicate", Problems("6\tnsubj", "5\tnsubj"));
    }

    [Fact]
    public void No_fixed_offset_solves_a_frequent_relation()
    {
        var offsets = from s in Shipped.Value from w in s.Words where w.Head > 0 select (w.Relation, Offset: w.Head - w.Id);
        var table = offsets.GroupBy(o => o.Relation).Where(g => g.Count() > 100).OrderByDescending(g => g.Count())
            .Select(g => (Relation: g.Key, Count: g.Count(), Best: g.GroupBy(o => o.Offset).MaxBy(o => o.Count())!))
            .Select(g => (g.Relation, g.Count, Offset: g.Best.Key, Share: (double)g.Best.Count() / g.Count)).ToList();
        foreach (var (relation, count, offset, share) in table)
            output.WriteLine($"{relation,-13} {count,5}  {offset,3:+0;-0}  {share:0.000}");
        foreach (string relation in
            ("det amod nsubj obj case aux mark cop advmod nmod obl conj cc acl:relcl advcl ccomp xcomp nmod:poss nsubj:pass aux:pass "
                + "obl:agent compound:prt nummod expl").Split(' '))
            Assert.Contains(table, t => t.Relation == relation);
        Assert.All(table.Where(t => !OneRightPlace.ContainsKey(t.Relation)),
            t => Assert.True(t.Share <= 0.65, $"{t.Relation}: {t.Share:0.000} at {t.Offset}"));
    }

    [Fact]
    public void It_has_what_makes_agreement_hard()
    {
        var kinds = new Dictionary<string, int>();
        void Count(string kind, bool has) => kinds[kind] = kinds.GetValueOrDefault(kind) + (has ? 1 : 0);
        foreach (var s in Shipped.Value)
        {
            Count("question", s.Text.EndsWith('?'));
            Count("passive", s.Words.Any(w => w.Relation == "nsubj:pass"));
            Count("relative clause", s.Words.Any(w => w.Relation == "acl:relcl"));
            Count("relative clause without relativiser",
                s.Words.Any(w => w.Relation == "acl:relcl" && !s.DependentsOf(w).Any(d => d.Features.Contains("PronType=Rel"))));
            Count("clause before the main one", s.Words.Any(w => w.Relation == "advcl" && w.Id < w.Head));
            Count("clause after the main one", s.Words.Any(w => w.Relation == "advcl" && w.Id > w.Head));
            Count("that left out", s.Words.Any(w => w.Relation == "ccomp" && s.Dependent(w, "mark") is null));
            foreach (var verb in s.Words.Where(w => w.Has("Mood=Ind")))
                if (TreeChecker.SubjectOf(s, verb) is { Tag: "NOUN" } subject && subject.Id < verb.Id)
                    Count("attractor", s.Words.Any(w => w.Tag == "NOUN" && w.Id > subject.Id && w.Id < verb.Id
                        && w.Has("Number=Plur") != subject.Has("Number=Plur")));
        }
        foreach (var (kind, count) in kinds) output.WriteLine($"{kind}: {count}");
        Assert.All(kinds, k => Assert.True(k.Value >= 60, $"{k.Key}: {k.Value}"));
        Assert.InRange(kinds["attractor"], 200, int.MaxValue);
    }

    [Fact]
    public void The_projects_reader_reads_it_whole()
    {
        var read = ConllU.Read(Path_).ToList();
        Assert.Equal(DemoTreebank.Sentences, read.Count);
        Assert.Equal(read.Count, Shipped.Value.Select(s => s.Text).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        foreach (var (sentence, rows) in read.Zip(Shipped.Value))
        {
            Assert.Equal(rows.Id, sentence.Id);
            Assert.Equal(rows.Words.Select(w => (w.Form, w.Tag, w.Head - 1, w.Relation)),
                sentence.Words.Select(w => (w.Form, w.Tag, w.Head, w.Relation)));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_sentences_and_another_seed_others()
    {
        Assert.Equal(DemoTreebank.Write(5, 100), DemoTreebank.Write(5, 100));
        Assert.NotEqual(DemoTreebank.Write(5, 100), DemoTreebank.Write(6, 100));
    }
}
