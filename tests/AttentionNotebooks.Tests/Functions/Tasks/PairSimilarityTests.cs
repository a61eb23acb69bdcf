using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions.Tasks;

public sealed class PairSimilarityTests : IDisposable
{
    internal static readonly SentencePairs Pairs = new(
    [
        new("the cat sat", "a cat sat", true), new("the dog", "play , play the cat", false), new("the cat play", "the cat", true),
        new("a dog sat , a cat sat", "play", false), new("dog", "a dog", true), new("cat cat cat", "sat , sat", false),
        new("the dog sat", "the dog play", true), new("a", "the cat , the dog sat", false), new("the dog , sat", "the dog sat", true),
        new("sat", "cat", false),
    ]);

    private readonly TestFolder folder = new();

    [Fact]
    public void A_loss_is_the_log_loss_of_the_fitted_cosine_on_plain_arrays()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        var reference = ReferenceAnswers.With(model);
        double Cosine(SentencePair pair) => Embedding(pair.First).Zip(Embedding(pair.Second), (a, b) => a * b).Sum();
        double[] Embedding(string text) => SentenceEmbeddingTests.Slow(reference, model.Tokenizer.Encode(text).Ids);
        var (fitted, asked) = Pairs.Halves();
        var scale = PairScale.Fit([.. fitted.Items.Select(Cosine)], [.. fitted.Items.Select(p => p.Alike)]);
        Assert.Equal(scale.Slope, task.Scale.Slope, 1e-2 * Math.Abs(scale.Slope));
        var scores = TaskScores.Evaluate(task);
        for (int i = 0; i < task.Count; i++)
        {
            double odds = task.Scale.LogOdds(Cosine(asked.Items[i])), p = 1 / (1 + Math.Exp(-odds));
            Assert.Equal(-Math.Log(asked.Items[i].Alike ? p : 1 - p), scores.Losses[i], 1e-3);
            Assert.Equal((odds > 0) == asked.Items[i].Alike ? 1 : 0, scores.Correct[i]);
            Assert.Equal(1, scores.Targets[i]);
        }
        var figures = task.Measure();
        Assert.Equal(scores.Loss, figures.Loss, 1e-5);
        Assert.Equal(scores.Accuracy, figures.Accuracy);
        Assert.Equal(new Proportion(2, 4), figures.Majority);
        Assert.Equal(Math.Log(2), figures.PriorLoss, 1e-12); // three of six fitted pairs say the same
    }

    [Fact]
    public void Halves_share_no_pair_and_have_the_same_share_of_each_kind()
    {
        var (first, second) = Pairs.Halves();
        Assert.Equal(Pairs.Items.ToHashSet(), first.Items.Concat(second.Items).ToHashSet());
        Assert.Empty(first.Items.Intersect(second.Items));
        Assert.Equal((3, 3, 2, 2), (first.Alike.Length, first.Items.Count - first.Alike.Length, second.Alike.Length,
            second.Items.Count - second.Alike.Length));
        Assert.Equal(first.Items, Pairs.Halves().First.Items);
        Assert.Equal(2, Pairs.Evenly(4).Alike.Length); // though the kinds alternate
    }

    [Fact]
    public void The_gradient_of_a_gate_is_the_slope_of_the_loss_when_the_head_is_turned_in_both_texts()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        double[][] gates = HeadGradients.ComputeGates(task);
        const double Step = 1e-2;
        foreach (var head in new[] { new Head(0, 1), new Head(2, 3) })
        {
            double[] Turned(double gate) => TaskScores.Evaluate(task, new AttentionHooks
            {
                EditHeads = (layer, heads) => layer != head.Layer ? heads
                    : heads.mul(tensor([.. Enumerable.Range(0, 4).Select(h => h == head.Index ? (float)gate : 1f)]).view(1, 4, 1, 1)),
            }).Losses;
            double[] up = Turned(1 + Step), down = Turned(1 - Step);
            for (int i = 0; i < task.Count; i++)
                Assert.Equal((up[i] - down[i]) / (2 * Step), gates[i][task.Grid.PositionOf(head)], 5e-3);
        }
        Assert.Contains(gates, g => g.Any(v => Math.Abs(v) > 0.01));
    }

    [Fact]
    public void Ablations_that_set_out_from_the_layer_they_change_give_the_same_and_without_any_head_words_are_left()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        var grid = task.Grid;
        Ablation[] ablations = [new(grid, [new Head(1, 0), new Head(2, 2)], AblationMode.Zero), new(grid, grid.All(), AblationMode.Zero)];
        var (before, after) = AblationScores.Run(task, ablations, threads: 2);
        Assert.Equal(TaskScores.Evaluate(task).Losses, before.Losses);
        for (int a = 0; a < ablations.Length; a++) Assert.Equal(TaskScores.Evaluate(task, ablations[a].Hooks()).Losses, after[a].Losses);
        // Without attention nothing passes between tokens: the order of the words is all that positions know of it.
        var silent = ReferenceAnswers.With(model, head: (_, _, states) => { foreach (var s in states) Array.Clear(s); });
        double[] cosines = task.Cosines(ablations[1].Hooks());
        for (int i = 0; i < task.Count; i++)
        {
            double[] Of(string text) => SentenceEmbeddingTests.Slow(silent, model.Tokenizer.Encode(text).Ids);
            Assert.Equal(Of(task.Pairs.Items[i].First).Zip(Of(task.Pairs.Items[i].Second), (a, b) => a * b).Sum(), cosines[i], 1e-5);
        }
    }

    [Fact]
    public void Every_measure_of_importance_has_a_value_per_pair_so_that_they_can_be_compared()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        var importance = HeadImportance.Compute(model, task);
        Assert.All(importance.Measures, m => Assert.Equal(task.Count, m.PerText!.Count));
        var agreement = MeasureAgreement.Compute(importance.Measures, draws: 50);
        Assert.All(agreement.Pairs(), p => Assert.InRange(p.Rho, -1, 1));
        // What is handed over is the mean of both texts.
        double[] alone = new LiveAttention(model, task.Texts).Extract([ValueFeatures.NormMass]).Column("norm_mass").Values;
        foreach (var (a, b) in alone.Zip(importance.Table.Column("norm_mass").Values)) Assert.Equal(a, b, 1e-6);
    }

    [Fact]
    public void Texts_of_another_source_are_no_pairs_though_they_are_as_many()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        HeadColumn Handed(IReadOnlyList<TokenizedText> texts) =>
            MeasureCatalogue.Measure(new MeasureContext(new LiveAttention(model, texts)) { Task = task }, "norms")[0];
        Assert.Equal(task.Count, Handed(task.Texts).PerText!.Count);
        foreach (var others in new[] { task.Texts.Reverse(), task.Texts.Skip(1).Append(model.Tokenizer.Encode("cat")) })
        {
            TokenizedText[] texts = [.. others];
            var column = Handed(texts);
            Assert.Equal(texts.Length, column.PerText!.Count);
            Assert.Equal(Handed([texts[0]]).Values[0], column.PerText[0][0], 1e-6); // the first text's own, and no mean of two
        }
    }

    [Fact]
    public void The_gradient_of_attention_weights_is_a_mean_over_both_texts()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        var weights = HeadGradients.ComputeWeights(task);
        // One pair alone, all of its weights by hand: Σ |∂L/∂α| over keys of a kind, by the number of queries and such keys.
        using var scope = NewDisposeScope();
        const int Item = 1;
        var leaves = new List<Tensor>();
        var output = task.Evaluate([Item], new AttentionHooks
        {
            EditProbabilities = (_, p) =>
            {
                leaves.Add(zeros_like(p).DetachFromDisposeScope().requires_grad_());
                return p.Plus(leaves[^1]);
            },
        });
        output.Loss.sum().backward();
        TokenizedText[] texts = [task.Texts[2 * Item], task.Texts[2 * Item + 1]];
        float[] gradient = leaves[1].grad!.abs().Floats();
        int heads = task.Grid.Heads, width = texts.Max(t => t.Length);
        double sum = 0, count = 0;
        for (int b = 0; b < 2; b++)
            for (int query = 0; query < texts[b].Length; query++)
                for (int key = 0; key < texts[b].Length; key++)
                    if (KeyTypes.Of(texts[b].Tokens[key], texts[b].Roles[key]) == KeyType.Other)
                        (sum, count) = (sum + gradient[((b * heads + 2) * width + query) * width + key], count + 1);
        Assert.Equal(sum / count, weights[KeyType.Other][Item][task.Grid.PositionOf(new Head(1, 2))], 1e-6);
    }

    [Fact]
    public void Part_of_a_task_is_a_task_with_its_own_texts()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        var task = PairSimilarity.Fit(model, Pairs);
        var part = Assert.IsAssignableFrom<ITextTask>(TaskPart.Of(task, [1, 3]).AsTask());
        Assert.Equal((2, 2, task.GuessLoss), (part.Count, part.TextsPerItem, part.GuessLoss));
        Assert.Same(model.Model, part.Weights);
        Assert.Equal([task.Texts[2], task.Texts[3], task.Texts[6], task.Texts[7]], part.Texts);
        Assert.Equal(HeadGradients.ComputeGates(task)[3].Select(v => Math.Round(v, 5)),
            HeadGradients.ComputeGates(part)[1].Select(v => Math.Round(v, 5)));
    }

    [Fact]
    public void Pairs_of_one_kind_and_empty_sentences_are_refused()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        string Refused(params SentencePair[] pairs) =>
            Assert.Throws<InputException>(() => PairSimilarity.Fit(model, Pairs, new SentencePairs(pairs))).Message;
        Assert.Contains("are 1, of which 1 say the same", Refused(new SentencePair("cat", "dog", true)));
        Assert.Equal("item 1, text 1: has no token: it is empty, or holds only characters that the tokenizer drops, such as zero-width "
            + "ones. Leave it out.", Refused(new SentencePair("cat", "dog", true), new SentencePair("cat", " ", false)));
    }

    [Theory]
    [InlineData(1, 1), InlineData(1, 5), InlineData(4, 1), InlineData(0, 4), InlineData(3, 0)]
    public void Half_of_one_pair_cannot_be_fitted_on(int yes, int no)
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        SentencePair[] some = [.. Pairs.Items.Where(p => p.Alike).Take(yes), .. Pairs.Items.Where(p => !p.Alike).Take(no)];
        Assert.Contains($"pairs: are {yes} that say the same and {no} that do not; half of each is fitted on. Give two of each kind at "
            + "least (--limit)", Assert.Throws<InputException>(() => PairSimilarity.Fit(model, new SentencePairs(some))).Message);
        Assert.Equal(2, PairSimilarity.Fit(model, Pairs.Evenly(4)).Count);
    }

    public void Dispose() => folder.Dispose();
}
