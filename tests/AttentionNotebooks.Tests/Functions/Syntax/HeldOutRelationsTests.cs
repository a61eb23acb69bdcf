using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Heads chosen on one half of the sentences and scored on the other: plain loops, planted heads, and heads without
/// skill.</summary>
public class HeldOutRelationsTests
{
    private static readonly HeadGrid Grid = new(2, 3);

    [Theory]
    [InlineData(false, 0), InlineData(true, 0), InlineData(false, 5)]
    public void Plain_loops_over_the_words_give_the_same(bool fold, int seed)
    {
        var treebank = new PlantedTreebank(40, seed: 3);
        var source = treebank.Source(Grid, knowing: null);
        var hits = DependencyHits.Measure(source, treebank.Sentences);
        int[] order = [.. Enumerable.Range(0, 40)];
        new Random(seed).Shuffle(order);
        var first = order.Take(20).ToHashSet();
        string Name(string relation) => fold ? relation.Split(':')[0] : relation;

        foreach (var found in HeldOutRelations.Score(hits, fold, seed))
        {
            var words = treebank.Sentences.SelectMany((s, t) => s.Words.Select((w, i) => (Text: t, Word: i, w.Head, w.Relation)))
                .Where(w => w.Head >= 0 && Name(w.Relation) == found.Relation).ToArray();
            var (a, b) = (words.Where(w => first.Contains(w.Text)).ToArray(), words.Where(w => !first.Contains(w.Text)).ToArray());
            bool Right((int Text, int Word, int Head, string) w, Head head, Direction direction)
            {
                var map = source[w.Text, head];
                int n = treebank.Sentences[w.Text].Words.Count;
                double Weight(int j) => direction == Direction.DependentToHead ? map[w.Word + 1, j + 1] : map[j + 1, w.Word + 1];
                return Enumerable.Range(0, n).Where(j => j != w.Word).MaxBy(Weight) == w.Head;
            }
            var candidates = Enum.GetValues<Direction>().SelectMany(d => Grid.All().Select(h => (Head: h, Direction: d))).ToArray();
            var (onA, onB) = (candidates.MaxBy(c => a.Count(w => Right(w, c.Head, c.Direction))),
                candidates.MaxBy(c => b.Count(w => Right(w, c.Head, c.Direction))));
            int Offset((int Text, int Word, int Head, string)[] of) =>
                of.GroupBy(w => w.Head - w.Word).OrderByDescending(g => g.Count()).ThenBy(g => Math.Abs(g.Key)).ThenBy(g => g.Key)
                .First().Key;
            bool[] head = [.. b.Select(w => Right(w, onA.Head, onA.Direction)), .. a.Select(w => Right(w, onB.Head, onB.Direction))];
            bool[] offset = [.. b.Select(w => w.Head - w.Word == Offset(a)), .. a.Select(w => w.Head - w.Word == Offset(b))];

            Assert.Equal(new Proportion(head.Count(x => x), words.Length), found.Accuracy);
            Assert.Equal(new Proportion(offset.Count(x => x), words.Length), found.Baseline);
            Assert.Equal([(onA.Head, onA.Direction), (onB.Head, onB.Direction)], found.Choices.Select(c => (c.Head, c.Direction)));
            Assert.Equal(found.Accuracy.Correct, found.Choices.Sum(c => c.Scored.Correct));
            Assert.Equal(McNemar.PValue(head.Zip(offset).Count(p => p.First && !p.Second), head.Zip(offset)
                .Count(p => !p.First && p.Second)), found.PValue, 1e-12);
            Assert.Equal(found.Gain, found.Accuracy.Value - found.Baseline.Value, 1e-12);

            // The nearest word of a part of speech on one side, by looking at one word after the other.
            int? Nearest((int Text, int Word, int Head, string) w, string tag, int side)
            {
                var sentence = treebank.Sentences[w.Text].Words;
                for (int j = w.Word + side; j >= 0 && j < sentence.Count; j += side)
                    if (sentence[j].Tag == tag) return j;
                return null;
            }
            var rules = new[] { "NOUN", "PUNCT" }.SelectMany(t => new[] { (Tag: t, Side: -1), (Tag: t, Side: 1) }).ToArray();
            (string Tag, int Side) Rule((int Text, int Word, int Head, string)[] of) =>
                rules.MaxBy(r => of.Count(w => Nearest(w, r.Tag, r.Side) == w.Head));
            bool[] tags = [.. b.Select(w => Nearest(w, Rule(a).Tag, Rule(a).Side) == w.Head),
                .. a.Select(w => Nearest(w, Rule(b).Tag, Rule(b).Side) == w.Head)];
            Assert.Equal([Rule(a), Rule(b)], found.Choices.Select(c => (c.PartOfSpeech.Tag, c.PartOfSpeech.Side)));
            Assert.Equal(new Proportion(tags.Count(x => x), words.Length), found.PartOfSpeech.Accuracy);
            Assert.Equal(found.Accuracy.Value - found.PartOfSpeech.Accuracy.Value, found.PartOfSpeech.Gain, 1e-12);
            Assert.Equal(McNemar.PValue(head.Zip(tags).Count(p => p.First && !p.Second), head.Zip(tags)
                .Count(p => !p.First && p.Second)), found.PartOfSpeech.PValue, 1e-12);
            Assert.Null(found.RandomWeights);
            Assert.InRange(found.Accuracy.Value, found.Interval.Low, found.Interval.High);
            Assert.InRange(found.Gain, found.GainInterval.Low, found.GainInterval.High);
        }
    }

    [Fact]
    public void A_head_that_knows_the_trees_is_chosen_on_both_halves_and_keeps_its_skill()
    {
        var treebank = new PlantedTreebank(60);
        foreach (var relation in HeldOutRelations.Score(
            DependencyHits.Measure(treebank.Source(Grid, knowing: new Head(1, 2)), treebank.Sentences)))
        {
            Assert.All(relation.Choices, c => Assert.Equal((new Head(1, 2), Direction.DependentToHead), (c.Head, c.Direction)));
            Assert.Equal((1, 1, 1), (relation.Accuracy.Value, relation.Interval.Low, relation.Interval.High));
            Assert.True(relation.GainInterval.Low > 0.3 && relation.Holm < 1e-6 && relation.Exceeds(Margin.Points)
                && relation.Exceeds(Margin.Ratio));
        }
    }

    [Fact]
    public void Of_many_heads_without_skill_the_best_looks_good_on_its_own_words_alone()
    {
        // Words look anywhere: each of 288 guessers finds about a fifth of the heads.
        var treebank = new PlantedTreebank(60, seed: 1, longest: 6);
        var relations = HeldOutRelations.Score(DependencyHits.Measure(treebank.Source(new HeadGrid(12, 12)), treebank.Sentences),
            foldSubtypes: true);
        Assert.All(relations, r => Assert.True(r.Best.Accuracy.Value > r.Best.Baseline.Value
            && r.Best.Accuracy.Value > r.Accuracy.Value + 0.1));
        // 1/(W − 1), averaged over sentences of 4 to 6 words
        Assert.All(relations, r => Assert.InRange(0.24, r.Interval.Low, r.Interval.High));
        Assert.All(relations, r => Assert.False(r.Holm < 0.05 && r.Gain > 0));
    }

    [Fact]
    public void Of_the_real_BERT_some_heads_keep_their_skill_and_others_were_flattered()
    {
        var archive = MapArchive.Open(Repository.SharedData("bert-base-maps", "sst2.npz"),
            Repository.SharedData("bert-base-maps", "sst2.tokens.jsonl"));
        var byId = ConllU.Read(Repository.SharedData("bert-base-maps", "sst2.conllu")).ToDictionary(s => s.Id);
        int[] known = [.. Enumerable.Range(0, archive.Texts.Count).Where(i => byId.ContainsKey(archive.Texts[i].Id))];
        var relations = HeldOutRelations.Score(DependencyHits.Measure(archive.Only(known),
            [.. known.Select(i => byId[archive.Texts[i].Id])])).ToDictionary(r => r.Relation);
        // Determiners: both halves choose 7-10, so that nothing was flattered.
        Assert.All(relations["det"].Choices, c => Assert.Equal(new Head(7, 10), c.Head));
        Assert.Equal(relations["det"].Best.Accuracy, relations["det"].Accuracy);
        Assert.All(new[] { "det", "obj", "case" }, r => Assert.True(relations[r].GainInterval.Low > 0.2 && relations[r].Holm < 1e-3));
        // Subjects: the best head has 0.489 on its own words; chosen without them, heads do no better than an offset.
        Assert.Equal(0.489, relations["nsubj"].Best.Accuracy.Value, 5e-4);
        Assert.InRange(relations["nsubj"].Accuracy.Value, 0.3, 0.42);
        Assert.InRange(0.0, relations["nsubj"].GainInterval.Low, relations["nsubj"].GainInterval.High);
    }

    [Fact]
    public void Another_model_of_many_guessers_is_a_baseline_chosen_in_the_same_way()
    {
        var treebank = new PlantedTreebank(60);
        var knowing = DependencyHits.Measure(treebank.Source(Grid, knowing: new Head(1, 2)), treebank.Sentences);
        var guessing = DependencyHits.Measure(new PlantedTreebank(60).Source(new HeadGrid(3, 3)), treebank.Sentences);
        var (beside, alone) = (HeldOutRelations.Score(knowing, randomWeights: guessing), HeldOutRelations.Score(guessing));
        Assert.All(beside, r => Assert.Equal(alone.Single(a => a.Relation == r.Relation).Accuracy, r.RandomWeights!.Accuracy));
        Assert.All(beside, r => Assert.True(r.RandomWeights!.Beaten && r.RandomWeights.Gain > 0.5 && r.PartOfSpeech.Beaten));
        Assert.Equal(MultipleTesting.Holm([.. beside.Select(r => r.RandomWeights!.PValue)]), beside.Select(r => r.RandomWeights!.Holm));
        Assert.Equal(new RelationCounts(4, 4, 4, 4, 4, 4), RelationCounts.Of(beside));
        // A model against itself: no gain, and nothing is beaten.
        Assert.All(HeldOutRelations.Score(knowing, randomWeights: knowing),
            r => Assert.Equal((0, 1, false), (r.RandomWeights!.Gain, r.RandomWeights.PValue, r.RandomWeights.Beaten)));
        Assert.Throws<ArgumentException>(() => HeldOutRelations.Score(knowing, randomWeights: DependencyHits.Measure(
            new PlantedTreebank(5, seed: 9).Source(Grid), new PlantedTreebank(5, seed: 9).Sentences)));
    }

    [Fact]
    public void The_nearest_word_of_a_part_of_speech_by_hand()
    {
        // "the old cat saw a dog .": determiners depend on the nearest noun to the right, nouns on the verb.
        TreebankSentence sentence = new("0", [new("the", "DET", 2, "det"), new("old", "ADJ", 2, "amod"), new("cat", "NOUN", 3, "nsubj"),
            new("saw", "VERB", -1, "root"), new("a", "DET", 5, "det"), new("dog", "NOUN", 3, "obj"), new(".", "PUNCT", 3, "punct")]);
        AttentionText text = new("0", 9, ["[CLS]", .. sentence.Words.Select(w => w.Form), "[SEP]"]);
        var hits = DependencyHits.Measure(new MapsInMemory(new HeadGrid(1, 1), [text], (_, _) => Maps.Uniform(9)), [sentence]);
        var tags = new PartOfSpeechBaseline(hits);
        BitSet Words(string relation) => hits.WordsOf(relation, fold: false);
        Assert.Equal(new PartOfSpeechRule("NOUN", 1), tags.Best(Words("det")));
        Assert.Equal(2, tags.Hits(Words("det"), new PartOfSpeechRule("NOUN", 1)).Count()); // no one offset finds both: +2 and +1
        Assert.Equal(1, OffsetBaseline.Hits(hits, Words("det"), OffsetBaseline.Best(hits, Words("det"))).Count());
        Assert.Equal("VERB left", tags.Best(Words("obj")).ToString());
        Assert.Equal("VERB right", tags.Best(Words("nsubj")).ToString());
        Assert.Equal(0, tags.Hits(Words("obj"), new PartOfSpeechRule("VERB", 1)).Count());
        Assert.Equal(0, tags.Hits(Words("nsubj"), new PartOfSpeechRule("NOUN", -1)).Count()); // a word is not its own nearest
    }

    [Fact]
    public void One_sentence_cannot_be_dealt_into_halves()
    {
        var treebank = new PlantedTreebank(1);
        Assert.Contains("two halves", Assert.Throws<InputException>(() =>
            HeldOutRelations.Score(DependencyHits.Measure(treebank.Source(Grid), treebank.Sentences))).Message);
    }

    [Fact]
    public void Halves_add_up_to_the_scores()
    {
        var treebank = new PlantedTreebank(30);
        var hits = DependencyHits.Measure(treebank.Source(Grid), treebank.Sentences);
        var (scores, halves) = (DependencyRelations.Score(hits), HeldOutRelations.Halves(hits));
        Assert.Equal(scores.Select(s => s.Accuracy),
            halves.Select(h => new Proportion(h.First.Correct + h.Second.Correct, h.First.Count + h.Second.Count)));
    }
}
