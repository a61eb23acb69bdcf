using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Which heads find syntactic heads: planted ones, slow loops, and the published figures of the real BERT.</summary>
public class DependencyRelationsTests
{
    // the dog that barked saw a cat: det 0→1, nsubj 1→4, nsubj 2→3, acl 3→1, root 4, det 5→6, obj 6→4
    private static readonly TreebankSentence Sentence =
        new("0", [.. new[] { ("the", 1, "det"), ("dog", 4, "nsubj"), ("that", 3, "nsubj"), ("barked", 1, "acl"), ("saw", -1, "root"),
            ("a", 6, "det"), ("cat", 4, "obj") }
        .Select(w => new TreebankWord(w.Item1, "_", w.Item2, w.Item3))]);

    private static readonly AttentionText Text = new("0", 9, ["[CLS]", .. Sentence.Words.Select(w => w.Form), "[SEP]"]);

    [Fact]
    public void A_head_that_looks_at_every_syntactic_head_is_right_from_dependent_to_head()
    {
        var scores = Score((i, j) => i is 0 or 8 ? j == 0 : j == (Sentence.Words[i - 1].Head < 0 ? 0 : Sentence.Words[i - 1].Head + 1));
        Assert.All(scores.Where(s => s.Direction == Direction.DependentToHead), s => Assert.Equal(1, s.Accuracy.Value));
    }

    [Fact]
    public void A_head_whose_rows_are_heads_looking_at_their_dependents_is_right_the_other_way()
    {
        var scores = Score((i, j) => i > 0 && j is > 0 and < 8 && Sentence.Words[j - 1].Head == i - 1);
        Assert.All(scores.Where(s => s.Direction == Direction.HeadToDependent), s => Assert.Equal(1, s.Accuracy.Value));
    }

    [Fact]
    public void The_baseline_is_the_best_fixed_offset_and_counts_leave_out_the_root()
    {
        var scores = Score((_, _) => true).Where(s => s.Direction == Direction.DependentToHead).ToDictionary(s => s.Relation);
        Assert.Equal(["acl", "det", "nsubj", "obj"], scores.Keys);
        Assert.Equal((1, 2, 2), (scores["det"].Offset, scores["det"].Baseline.Correct, scores["det"].Accuracy.Count));
        Assert.Equal((1, 1), (scores["nsubj"].Offset, scores["nsubj"].Baseline.Correct)); // +3 and +1, once each: the nearer
        Assert.Equal(-2, scores["obj"].Offset);
    }

    [Fact]
    public void The_near_baseline_looks_three_words_to_either_side()
    {
        var det = Score((_, _) => true).First(s => s.Relation == "det");
        Assert.Equal((1, 2), (det.NearOffset, det.NearBaseline.Correct));
        TreebankSentence far = new("0", [.. Enumerable.Range(0, 7)
            .Select(w => new TreebankWord("abcdefg"[w].ToString(), "_", w == 0 ? 6 : w == 6 ? -1 : w + 1, w == 0 ? "far" : "near"))]);
        var source = new MapsInMemory(new HeadGrid(1, 1), [new AttentionText("0", 9, ["[CLS]", .. far.Words.Select(w => w.Form), "[SEP]"])],
            (_, _) => Maps.Uniform(9));
        var score = DependencyRelations.Score(source, [far]).First(s => s.Relation == "far");
        Assert.Equal((6, 1, 0), (score.Offset, score.Baseline.Correct, score.NearBaseline.Correct));
    }

    [Fact]
    public void Subtypes_are_kept_or_folded()
    {
        var treebank = new PlantedTreebank(20);
        var hits = DependencyHits.Measure(treebank.Source(new HeadGrid(1, 2)), treebank.Sentences);
        var (kept, folded) = (DependencyRelations.Score(hits), DependencyRelations.Score(hits, foldSubtypes: true));
        Assert.Equal(["det", "nsubj", "nsubj:pass", "obj"], kept.Select(s => s.Relation).Distinct());
        Assert.Equal(["det", "nsubj", "obj"], folded.Select(s => s.Relation).Distinct());
        double[] active = kept.ByHead("nsubj", Direction.DependentToHead), both = folded.ByHead("nsubj", Direction.DependentToHead);
        Assert.Equal(2, active.Length);
        int Correct(IReadOnlyList<RelationScore> of, string relation) => of.First(s => s.Relation == relation).Accuracy.Correct;
        Assert.Equal(Correct(kept, "nsubj") + Correct(kept, "nsubj:pass"), Correct(folded, "nsubj"));
        Assert.Equal(Correct(folded, "nsubj"), (int)Math.Round(both[0] * folded.First(s => s.Relation == "nsubj").Accuracy.Count));
        Assert.Contains("Did you mean nsubj", Assert.Throws<InputException>(() =>
            folded.ByHead("nsub", Direction.DependentToHead)).Message);
    }

    [Fact]
    public void A_head_is_tested_against_the_baseline_on_the_same_words()
    {
        var treebank = new PlantedTreebank(50);
        var scores = DependencyRelations.Score(DependencyHits.Measure(treebank.Source(new HeadGrid(2, 2), knowing: new Head(0, 1)),
            treebank.Sentences));
        foreach (var s in scores)
        {
            Assert.Equal(s.Accuracy.Correct - s.Baseline.Correct, s.OnlyHead - s.OnlyBaseline);
            Assert.Equal(McNemar.PValue(s.OnlyHead, s.OnlyBaseline), s.PValue);
            Assert.InRange(s.Holm, s.PValue, 1);
            Assert.InRange(s.BenjaminiHochberg, s.PValue, s.Holm);
        }
        Assert.All(scores.Where(s => s.Head == new Head(0, 1) && s.Direction == Direction.DependentToHead),
            s => Assert.Equal((s.Accuracy.Count - s.Baseline.Correct, 0), (s.OnlyHead, s.OnlyBaseline)));
    }

    [Theory]
    [InlineData(6, 5, 10, true, true)]       // exactly ten points more
    [InlineData(11, 10, 100, false, true)]   // exactly a tenth more
    [InlineData(59, 50, 100, false, true), InlineData(12, 2, 100, true, true), InlineData(54, 50, 100, false, false),
        InlineData(0, 0, 0, false, false)]
    public void Ten_percent_is_read_in_two_ways(int correct, int baseline, int count, bool absolute, bool relative)
    {
        var score = new RelationScore("r", new Head(0, 0), Direction.DependentToHead, new Proportion(correct, count),
            new Proportion(baseline, count), 1);
        Assert.Equal((absolute, relative), (score.Exceeds(Margin.Points), score.Exceeds(Margin.Ratio)));
    }

    [Fact]
    public void Words_that_do_not_fit_the_tokens_are_refused()
    {
        var other = Sentence with { Words = [.. Sentence.Words.Take(6)] };
        Assert.Contains("sentence 0: has words that do not fit",
            Assert.Throws<InputException>(() => DependencyRelations.Score(Source((_, _) => true), [other])).Message);
    }

    [Fact]
    public void Real_heads_do_what_the_published_table_says()
    {
        var archive = MapArchive.Open(Repository.SharedData("bert-base-maps", "sst2.npz"),
            Repository.SharedData("bert-base-maps", "sst2.tokens.jsonl"));
        var byId = ConllU.Read(Repository.SharedData("bert-base-maps", "sst2.conllu")).ToDictionary(s => s.Id);
        int[] known = [.. Enumerable.Range(0, archive.Texts.Count).Where(i => byId.ContainsKey(archive.Texts[i].Id))];
        var scores = DependencyRelations.Score(archive.Only(known), [.. known.Select(i => byId[archive.Texts[i].Id])]);
        Assert.Equal(96, known.Length);
        (string Relation, int Count, string Head, double Accuracy, double Baseline, int Offset)[] table =
        [
            ("det", 228, "7-10", 0.868, 0.500, 1), ("obj", 108, "7-9", 0.713, 0.361, -2), ("amod", 210, "3-9", 0.762, 0.671, 1),
            ("nsubj", 131, "7-1", 0.489, 0.405, 1), ("case", 246, "4-5", 0.630, 0.337, 2), ("compound", 98, "5-9", 0.837, 0.673, 1),
            ("mark", 82, "8-5", 0.561, 0.476, 1), ("cop", 41, "3-10", 0.585, 0.439, 1), ("nmod:poss", 40, "7-2", 0.625, 0.450, 1),
        ];
        foreach (var row in table)
        {
            var best = scores.Where(s => s.Relation == row.Relation).MaxBy(s => s.Accuracy.Correct)!;
            Assert.Equal((row.Relation, row.Count, row.Head, row.Offset),
                (best.Relation, best.Accuracy.Count, best.Head.ToString(), best.Offset));
            Assert.Equal(row.Accuracy, best.Accuracy.Value, 5e-4);
            Assert.Equal(row.Baseline, best.Baseline.Value, 5e-4);
        }
    }

    [Fact]
    public void A_possessor_is_asked_through_its_clitic_where_that_is_wanted()
    {
        // Mary 's dog: only the clitic looks at the dog.
        TreebankSentence sentence = new("0", [new("Mary", "_", 2, "poss"), new("'s", "_", 0, "possessive"), new("dog", "_", -1, "root")]);
        var source = new MapsInMemory(new HeadGrid(1, 1), [new AttentionText("0", 5, ["[CLS]", "mary", "'s", "dog", "[SEP]"])],
            (_, _) => Maps.Of(5, (i, j) => j == (i == 2 ? 3 : 0) ? 1 : 0));
        Proportion Poss(bool clitic) => DependencyRelations.Score(DependencyHits.Measure(source, [sentence], clitic))
            .First(s => s.Relation == "poss").Accuracy;
        Assert.Equal((0, 1), (Poss(clitic: false).Correct, Poss(clitic: true).Correct));
    }

    [Theory]
    [InlineData(0, 10, 0, 0.27753279986288926), InlineData(5, 10, 0.236593090512564, 0.763406909487436),
        InlineData(10, 10, 0.72246720013711074, 1)]
    // Of none or all of n the bound is z²/(n + z²) from the end, with z² = 3.841458820694124.
    public void Wilson_intervals(int correct, int count, double low, double high)
    {
        var interval = new Proportion(correct, count).Interval;
        Assert.Equal(low, interval.Low, 1e-12);
        Assert.Equal(high, interval.High, 1e-12);
    }

    private static IReadOnlyList<RelationScore> Score(Func<int, int, bool> looks) => DependencyRelations.Score(Source(looks), [Sentence]);

    // One head whose row i is spread evenly over the tokens it looks at, or over all where it looks at none.
    private static MapsInMemory Source(Func<int, int, bool> looks)
    {
        var map = Maps.Of(9, (i, j) =>
        {
            int seen = Enumerable.Range(0, 9).Count(k => looks(i, k));
            return seen == 0 ? 1.0 / 9 : looks(i, j) ? 1.0 / seen : 0;
        });
        return new MapsInMemory(new HeadGrid(1, 1), [Text], (_, _) => map);
    }
}
