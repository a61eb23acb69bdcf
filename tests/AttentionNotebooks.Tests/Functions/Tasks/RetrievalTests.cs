using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Functions.Tasks;

public sealed class RetrievalTests : IDisposable
{
    private static readonly RetrievalSet[] Sets =
    [
        new(["the cat sat"], ["a cat sat", "the dog", "play , play"]), new(["a dog"], ["the dog , the dog", "cat", "sat the cat"]),
        new(["the dog play"], ["play a dog", "a cat", "the"]), new(["cat"], ["the cat", "a cat sat , a dog sat", "dog"]),
    ];

    private readonly TestFolder folder = new();

    [Fact]
    public void A_loss_is_the_cross_entropy_of_the_right_candidate_on_plain_arrays()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = new Retrieval(model, Sets);
        var scores = TaskScores.Evaluate(task);
        int[][] ranks = task.Ranks();
        for (int i = 0; i < Sets.Length; i++)
        {
            double[] cosines = Cosines(model, Sets[i].Questions[0], Sets[i].Candidates);
            double loss = Math.Log(cosines.Sum(c => Math.Exp(20 * (c - cosines[0]))));
            Assert.Equal(loss, scores.Losses[i], 1e-3);
            Assert.Equal(1 + cosines.Skip(1).Count(c => c > cosines[0]), ranks[i][0]);
            Assert.Equal(ranks[i][0] == 1 ? 1 : 0, scores.Correct[i]);
            Assert.Equal(1, scores.Targets[i]);
        }
        var figures = task.Measure();
        Assert.Equal(ranks.Average(r => 1.0 / r[0]), figures.ReciprocalRank.Value, 1e-12);
        Assert.Equal(scores.Accuracy.Value, figures.First.Value, 1e-12);
        Assert.Equal(scores.Loss, figures.Loss, 1e-5);
        Assert.Equal((1 / 3.0, (1 + 1 / 2.0 + 1 / 3.0) / 3, Math.Log(3)),
            (figures.ChanceFirst, figures.ChanceReciprocalRank, task.GuessLoss));
    }

    [Fact]
    public void Pairs_of_a_set_share_their_candidates()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var set = new RetrievalSet(["the cat sat", "a dog"], ["a cat sat", "the dog", "play"]);
        var task = new Retrieval(model, [set, new(["dog", "cat"], ["the dog", "the cat", "sat"])]);
        double loss = 0;
        for (int q = 0; q < 2; q++)
        {
            double[] cosines = Cosines(model, set.Questions[q], set.Candidates);
            loss += Math.Log(cosines.Sum(c => Math.Exp(20 * (c - cosines[q]))));
        }
        var scores = TaskScores.Evaluate(task);
        Assert.Equal(loss, scores.Losses[0], 2e-3);
        Assert.Equal(scores.Losses.Sum() / 4, task.Measure().Loss, 1e-5); // two questions in each of two sets
        Assert.Equal([2, 2], scores.Targets);
        Assert.Equal(5, task.TextsPerItem);
        Assert.Equal(["[CLS]", "a", "cat", "sat", "[SEP]"], task.Texts[2].Tokens);
        Assert.Equal(scores.Correct, task.Ranks().Select(r => r.Count(rank => rank == 1)));
    }

    [Fact]
    public void Chance_gets_one_in_N_right_where_candidates_say_the_same_to_the_model_nothing_is_right()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        // "zzz" and "qqq" are both unknown: the same text to the model, as near as the right one.
        var task = new Retrieval(model, [new(["the cat"], ["zzz", "qqq"]), new(["a dog"], ["zzz", "qqq"])]);
        var scores = TaskScores.Evaluate(task);
        Assert.All(scores.Losses, l => Assert.Equal(Math.Log(2), l, 1e-5));
        Assert.Equal([0, 0], scores.Correct);
        Assert.All(task.Ranks(), r => Assert.Equal(2, r[0]));
    }

    [Fact]
    public void Heads_are_removed_and_weighed_as_at_any_other_task()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = new Retrieval(model, Sets);
        var grid = task.Grid;
        var (before, after) = AblationScores.Run(task, [new Ablation(grid, [], AblationMode.Zero), new Ablation(grid, [new Head(2, 1)],
            AblationMode.Zero)]);
        Assert.Equal(before.Losses, after[0].Losses);
        Assert.Equal(TaskScores.Evaluate(task, new Ablation(grid, [new Head(2, 1)], AblationMode.Zero).Hooks()).Losses, after[1].Losses);
        double[][] gates = HeadGradients.ComputeGates(task);
        Assert.Equal(Sets.Length, gates.Length);
        Assert.Contains(gates, g => Math.Abs(g[grid.PositionOf(new Head(2, 1))]) > 1e-4);
    }

    [Fact]
    public void A_file_names_the_wrong_sentences_by_its_columns()
    {
        string file = folder.Write("p.tsv",
            "id\tsentence\tparaphrase\tswapped\tverb\n1\tthe cat\ta cat\tcat the\tsat\n\n2\ta dog\tdog\tx\ty\n");
        Assert.True(RetrievalSet.IsFile(file));
        var sets = RetrievalSet.Read(file);
        Assert.Equal(2, sets.Count);
        Assert.Equal(["the cat"], sets[0].Questions);
        Assert.Equal(["a cat", "cat the", "sat"], sets[0].Candidates);
        Assert.Equal(["a cat", "sat"], RetrievalSet.Read(file, ["verb"])[0].Candidates);
        foreach (string column in new[] { "paraphrase", "sentence", "id" })
            Assert.Contains($"line 1: has no wrong sentences in the column {column}",
                Assert.Throws<InputException>(() => RetrievalSet.Read(file, ["verb", column])).Message);
        Assert.Contains("named twice", Assert.Throws<InputException>(() => RetrievalSet.Read(file, ["verb", "verb"])).Message);
        Assert.Contains("has no column noun", Assert.Throws<InputException>(() => RetrievalSet.Read(file, ["noun"])).Message);
    }

    [Theory]
    [InlineData("sentence\tother\na\tb\n", "line 1: has the columns sentence, other")]
    [InlineData("sentence\tparaphrase\na\tb\n", "one at least for wrong candidates")]
    [InlineData("sentence\tparaphrase\tx\na\tb\n", "line 2: has 2 columns, not 3")]
    [InlineData("sentence\tparaphrase\tx\na\t \tc\n", "line 2, column paraphrase: is empty")]
    [InlineData("sentence\tparaphrase\tx\na\tb\t\u200B\n", "line 2, column x: holds only characters that cannot be seen (U+200B)")]
    [InlineData("sentence\tparaphrase\tx\n\uFEFF\u200B\tb\tc\n", "line 2, column sentence: holds only characters that cannot be seen")]
    [InlineData("sentence\tparaphrase\tx\n", "holds no sentence")]
    [InlineData("sentence\tparaphrase\tx\tx\na\tb\tc\td\n", "line 1: has the column x, which is named twice")]
    [InlineData("sentence\tparaphrase\tx\na\tb\tc\n\na\tb\t b\n", "line 4, column x: is the question or the right sentence once more")]
    [InlineData("sentence\tparaphrase\tx\ty\na\tb\tc\ta\n", "line 2, column y: is the question or the right sentence once more")]
    public void A_file_that_is_none_is_refused(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => RetrievalSet.Read(folder.Write("p.tsv", text))).Message);

    [Fact]
    public void Sets_of_pairs_hold_what_shares_most_words_and_no_sentence_twice()
    {
        SentencePair[] pairs =
        [
            new("a b c", "c b a", true), new("x y z", "z y x", true), new("a b c", "b", true), new("a b d", "d b a", true),
            new("x y w", "w y x", true), new("a b e", "e", false), new("q", "r", true),
        ];
        var sets = RetrievalSet.Of(pairs, 2);
        Assert.Equal([["a b c", "a b d"], ["x y z", "x y w"]], sets.Select(s => s.Questions));
        Assert.Equal([["c b a", "d b a"], ["z y x", "w y x"]], sets.Select(s => s.Candidates));
        Assert.Contains("are 5 without repeated sentences", Assert.Throws<InputException>(() => RetrievalSet.Of(pairs, 6)).Message);
        Assert.Contains("are 1", Assert.Throws<InputException>(() => RetrievalSet.Of(pairs, 1)).Message);
    }

    [Fact]
    public void Sets_of_other_sizes_are_refused()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        string Refused(params RetrievalSet[] sets) => Assert.Throws<InputException>(() => new Retrieval(model, sets)).Message;
        Assert.Contains("set 1: has 1 questions and 2 candidates", Refused(Sets[0], new(["a"], ["b", "c"])));
        Assert.Contains("set 0: has 1 questions and 1 candidates", Refused(new RetrievalSet(["a"], ["b"])));
        Assert.Contains("is empty", Refused());
    }

    public void Dispose() => folder.Dispose();

    private static double[] Cosines(Checkpoint model, string question, IReadOnlyList<string> candidates)
    {
        var reference = ReferenceAnswers.With(model);
        double[] Of(string text) => SentenceEmbeddingTests.Slow(reference, model.Tokenizer.Encode(text).Ids);
        double[] asked = Of(question);
        return [.. candidates.Select(c => Of(c).Zip(asked, (a, b) => a * b).Sum())];
    }
}
