using AttentionNotebooks.Tests.Bert;
using TorchSharp;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Measures of importance: against differences of a loss on plain arrays, on a planted head, and by hand.</summary>
public class ImportanceTests
{
    private const double Step = 1e-5;
    private static readonly HeadGrid Grid = PlantedBert.Grid;

    [Fact]
    public void The_gradient_of_a_gate_is_the_difference_of_the_loss_on_plain_arrays()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 4);
        var gates = HeadGradients.ComputeGates(task);
        foreach (var head in new[] { PlantedBert.Planted, new Head(0, 1), new Head(2, 3) })
        {
            double Loss(int item, double gate) => ReferenceAnswers.With(model, head: (l, h, said) =>
            {
                if (new Head(l, h) == head) foreach (var row in said)
                    for (int d = 0; d < row.Length; d++) row[d] *= gate;
            }).Loss(task, item);
            for (int i = 0; i < task.Count; i++)
                Assert.Equal((Loss(i, 1 + Step) - Loss(i, 1 - Step)) / (2 * Step), gates[i][Grid.PositionOf(head)], 1e-4);
        }
    }

    [Fact]
    public void The_gradient_by_kind_of_key_is_the_mean_size_of_differences_in_single_weights()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 3);
        var byKind = HeadGradients.ComputeWeights(task);
        foreach (var head in new[] { PlantedBert.Planted, new Head(0, 1) })
            for (int item = 0; item < task.Count; item++)
            {
                int n = task.Texts[item].Length;
                var sizes = KeyTypes.All.ToDictionary(k => k, _ => new List<double>());
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < n; j++)
                    {
                        double Loss(double step) => ReferenceAnswers.With(model,
                            map: (l, h, map) => { if (new Head(l, h) == head) map[i, j] += step; }).Loss(task, item);
                        sizes[KeyTypes.Of(task.Texts[item].Tokens[j], task.Texts[item].Roles[j])]
                            .Add(Math.Abs(Loss(Step) - Loss(-Step)) / (2 * Step));
                    }
                foreach (var kind in KeyTypes.All)
                    Assert.Equal(sizes[kind].Count == 0 ? double.NaN
                        : sizes[kind].Average(), byKind[kind][item][Grid.PositionOf(head)], 1e-5);
            }
    }

    [Fact]
    public void Every_measure_ranks_the_planted_head_first()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var importance = HeadImportance.Compute(model, PlantedBert.Task(model));
        foreach (string column in new[] { "gradient", "first_order", "norm_mass", "attention_gradient" })
        {
            var first = importance.Table.Highest(column, 2);
            Assert.Equal(PlantedBert.Planted, first[0].Head);
            Assert.True(first[0].Value > 2 * first[1].Value, $"{column}: {first[0].Value} against {first[1].Value}");
        }
        // Per layer each of the heads without a job can be the first of its own.
        Assert.Equal(PlantedBert.Planted, importance.Table.Highest("gradient_normalised", 12).First(h => h.Head.Layer == 1).Head);
        Assert.All(importance.Measures, m => Assert.Equal(Grid.PositionOf(PlantedBert.Planted), Array.IndexOf(m.Values, m.Values.Max())));
    }

    [Fact]
    public void An_item_has_its_own_gradient_whoever_shares_its_batch_and_padding()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var together = PlantedBert.Task(model, items: 10);
        var alone = new PlantedBert.WordBefore(model, 10, 1) { Batches = [.. Enumerable.Range(0, 10).Select(i => new[] { i })] };
        var (a, b) = (HeadGradients.ComputeGates(together), HeadGradients.ComputeGates(alone));
        var (c, d) = (HeadGradients.ComputeWeights(together), HeadGradients.ComputeWeights(alone));
        for (int i = 0; i < 10; i++)
            for (int h = 0; h < Grid.Count; h++)
            {
                Assert.Equal(b[i][h], a[i][h], 1e-5);
                foreach (var kind in KeyTypes.All) Assert.Equal(d[kind][i][h], c[kind][i][h], 1e-5);
            }
    }

    [Fact]
    public void The_models_own_gradients_are_left_alone_and_so_is_its_memory()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 10);
        void All()
        {
            HeadGradients.ComputeGates(task);
            HeadGradients.ComputeWeights(task);
        }
        All();
        Assert.All(model.Model.parameters(), p => Assert.True(p.grad is null));
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) All();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void An_items_loss_is_the_mean_over_its_questions()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = new MaskedWords(model, ["the cat sat", "a dog"], rate: 1);
        var gates = HeadGradients.ComputeGates(task);
        int[] ids = [2, 4, 4, 4, 3]; // all three words hidden
        int[] right = model.Tokenizer.Encode("the cat sat").Ids;
        double Loss(double gate)
        {
            var reference = ReferenceAnswers.With(model,
                head: (l, h, said) =>
                {
                    if (new Head(l, h) == PlantedBert.Planted) foreach (var row in said)
                        for (int d = 0; d < row.Length; d++) row[d] *= gate;
                });
            return Enumerable.Range(1, 3).Average(t => reference.Loss(ids, t, right[t]));
        }
        Assert.Equal((Loss(1 + Step) - Loss(1 - Step)) / (2 * Step), gates[0][Grid.PositionOf(PlantedBert.Planted)], 1e-4);
    }

    [Fact]
    public void By_hand_the_mean_of_sizes_and_layers_of_length_1()
    {
        var grid = new HeadGrid(2, 2);
        double[] importance = HeadGradients.Importance([[3, -4, 0, 0], [-3, 4, 0, 0]]);
        Assert.Equal([3, 4, 0, 0], importance); // signs do not cancel
        Assert.Equal([0.6, 0.8, 0, 0], HeadGradients.NormalisedPerLayer(importance, grid));
    }

    [Fact]
    public void The_shares_of_attention_and_of_what_it_carries_sum_to_1_over_the_kinds_of_keys()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var table = HeadImportance.Compute(model, PlantedBert.Task(model)).Table;
        foreach (var head in Grid.All())
            foreach (string what in new[] { "attention", "norm" })
                Assert.Equal(1, KeyTypes.All.Sum(k => table[head, $"{what}_{k.ToString().ToLowerInvariant()}"]), 1e-5);
    }

    [Fact]
    public void Kinds_of_keys_and_those_that_no_text_has()
    {
        Assert.Equal([KeyType.Cls, KeyType.Sep, KeyType.Punctuation, KeyType.Other, KeyType.Other, KeyType.Cls, KeyType.Sep],
            new[] { "[CLS]", "[SEP]", ",", "[MASK]", "don't", "<s>", "</s>" }.Select(t => KeyTypes.Of(t, TokenRoles.Of(t))));
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var table = HeadImportance.Compute(model, new MaskedWords(model, ["the cat sat", "a dog"])).Table;
        Assert.DoesNotContain(table.Features, f => f.EndsWith("punctuation", StringComparison.Ordinal));
        Assert.All(table.Features, f => Assert.All(table.Column(f), v => Assert.True(double.IsFinite(v), f)));
    }

    [Fact]
    public void A_hidden_comma_is_a_mask_and_no_punctuation()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        Assert.Equal(["[CLS]", "[MASK]", "[MASK]", "[SEP]"], new MaskedWords(model, ["cat,"], rate: 1).Texts[0].Tokens);
    }

    [Fact]
    public void A_task_that_asks_more_texts_than_items_is_refused()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        Assert.Contains("the texts of every item", Assert.Throws<InvalidOperationException>(() =>
            HeadGradients.ComputeGates(new Doubled(PlantedBert.Task(model)))).Message);
    }

    private sealed class Doubled(IModelTask inner) : IModelTask
    {
        public string Name => inner.Name;
        public torch.nn.Module Weights => inner.Weights;
        public HeadGrid Grid => inner.Grid;
        public int Count => inner.Count;
        public IReadOnlyList<int[]> Batches => inner.Batches;
        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null) => inner.Evaluate([.. items, .. items], hooks);
    }
}
