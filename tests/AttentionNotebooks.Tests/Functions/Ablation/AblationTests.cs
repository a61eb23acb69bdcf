using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Removing heads: against plain arrays with a changed map, padding, and the shortcut through kept states.</summary>
public class AblationTests
{
    private static readonly Head[] Taken = [new(0, 3), new(1, 0), new(1, 2), new(2, 1)];

    [Theory]
    [InlineData(AblationMode.Uniform), InlineData(AblationMode.Zero), InlineData(AblationMode.Mean)]
    public void Losses_without_heads_are_those_of_plain_arrays_with_a_changed_map_or_output(AblationMode mode)
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model);
        var means = HeadMeans.Compute(model.Model.Bert, 0, task.Texts);
        var reference = mode switch
        {
            AblationMode.Uniform => ReferenceAnswers.With(model,
                map: (l, h, map) => { if (Taken.Contains(new Head(l, h))) Fill(map, 1.0 / map.GetLength(0)); }),
            AblationMode.Zero => ReferenceAnswers.With(model,
                head: (l, h, said) => { if (Taken.Contains(new Head(l, h))) foreach (var row in said) Array.Clear(row); }),
            _ => ReferenceAnswers.With(model, head: (l, h, said) =>
            {
                if (Taken.Contains(new Head(l, h))) foreach (var row in said)
                    means[new Head(l, h)].CopyTo(row);
            }),
        };
        var scores = TaskScores.Evaluate(task, new Ablation(PlantedBert.Grid, Taken, mode, means).Hooks());
        for (int i = 0; i < task.Count; i++) Assert.Equal(reference.Loss(task, i), scores.Losses[i], 1e-4);
    }

    [Fact]
    public void A_uniform_map_is_one_nth_at_the_texts_own_tokens_and_nothing_at_padding()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        using var scope = NewDisposeScope();
        int[] longer = [2, 5, 6, 7, 8, 3], shorter = [2, 5, 4, 3];
        var maps = new Dictionary<int, float[]>();
        var ablation = new Ablation(PlantedBert.Grid, Taken, AblationMode.Uniform).Hooks();
        model.Model.Bert.forward(BertFixtures.Batch(longer, shorter), null, BertFixtures.Mask(longer, shorter),
            new AttentionHooks { EditScores = ablation.EditScores, OnProbabilities = (layer, map) => maps[layer] = map.Floats() });
        foreach (var head in PlantedBert.Grid.All())
        {
            float At(int text, int query, int key) => maps[head.Layer][((text * 4 + head.Index) * 6 + query) * 6 + key];
            bool uniform = true;
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 6; j++) uniform &= At(0, i, j) == 1f / 6 && At(1, i, j) == (j < 4 ? 0.25f : 0);
            Assert.Equal(Taken.Contains(head), uniform);
        }
    }

    [Theory]
    [InlineData(AblationMode.Uniform), InlineData(AblationMode.Zero), InlineData(AblationMode.Mean)]
    public void A_text_in_a_padded_batch_answers_as_it_does_alone(AblationMode mode)
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var padded = PlantedBert.Task(model);
        var alone = new PlantedBert.WordBefore(model, padded.Count, 1)
        { Batches = [.. Enumerable.Range(0, padded.Count).Select(i => new[] { i })] };
        var hooks = new Ablation(PlantedBert.Grid, Taken, mode, HeadMeans.Compute(model.Model.Bert, 0, padded.Texts)).Hooks();
        var (a, b) = (TaskScores.Evaluate(padded, hooks), TaskScores.Evaluate(alone, hooks));
        Assert.All(a.Losses.Zip(b.Losses), l => Assert.Equal(l.First, l.Second, 1e-5));
    }

    [Theory]
    [InlineData(AblationMode.Uniform), InlineData(AblationMode.Zero), InlineData(AblationMode.Mean)]
    public void Setting_out_at_the_first_changed_layer_gives_the_bits_of_a_whole_pass(AblationMode mode)
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model);
        var means = HeadMeans.Compute(model.Model.Bert, 0, task.Texts);
        Ablation[] ablations = [.. PlantedBert.Grid.All().Select(h => new Ablation(PlantedBert.Grid, [h], mode, means)),
            new(PlantedBert.Grid, Taken, mode, means), new(PlantedBert.Grid, [], mode, means)];
        var (before, fast) = AblationScores.Run(task, ablations);
        var (_, slow) = AblationScores.Run(task, ablations, wholePasses: true);
        for (int a = 0; a < ablations.Length; a++)
        {
            Assert.Equal(TaskScores.Evaluate(task, ablations[a].Hooks()).Losses, fast[a].Losses);
            Assert.Equal(slow[a].Losses, fast[a].Losses);
        }
        Assert.Equal(before.Losses, fast[^1].Losses); // nothing taken out
    }

    [Fact]
    public void Layers_below_the_first_changed_one_are_not_run_again()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var counting = new Counting(PlantedBert.Task(model));
        AblationScores.Run(counting, [new Ablation(PlantedBert.Grid, [new Head(2, 0)], AblationMode.Zero)]);
        int batches = counting.Batches.Count;
        Assert.Equal([batches, batches, 2 * batches], counting.Layers);
    }

    [Fact]
    public void A_task_that_runs_the_model_twice_for_an_answer_is_run_whole()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var twice = new Twice(PlantedBert.Task(model));
        Ablation[] ablations = [new(PlantedBert.Grid, [PlantedBert.Planted], AblationMode.Zero)];
        Assert.Equal(AblationScores.Run(twice, ablations, wholePasses: true).After[0].Losses,
            AblationScores.Run(twice, ablations).After[0].Losses);
    }

    [Fact]
    public void The_mean_output_is_the_mean_over_all_tokens_but_padding()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 9);
        var sums = new Dictionary<Head, double[]>();
        int tokens = 0;
        var reference = ReferenceAnswers.With(model, head: (l, h, said) =>
        {
            if (l == 0 && h == 0) tokens += said.Length;
            var sum = sums.TryGetValue(new Head(l, h), out var known) ? known : sums[new Head(l, h)] = new double[16];
            foreach (var row in said)
                for (int d = 0; d < 16; d++) sum[d] += row[d];
        });
        foreach (var text in task.Texts) reference.Run(text.Ids);
        var means = HeadMeans.Compute(model.Model.Bert, 0, task.Texts, new(TokensPerBatch: 40)); // several batches, padded
        Assert.Equal(tokens, means.Tokens);
        foreach (var head in PlantedBert.Grid.All())
            for (int d = 0; d < 16; d++) Assert.Equal(sums[head][d] / tokens, means[head][d], 1e-5);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model);
        void All()
        {
            var means = HeadMeans.Compute(model.Model.Bert, 0, task.Texts);
            foreach (var mode in Enum.GetValues<AblationMode>())
                AblationScores.Run(task, [new Ablation(PlantedBert.Grid, Taken, mode, means)]);
        }
        All();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) All();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void States_are_resumed_only_where_they_fit()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        using var scope = NewDisposeScope();
        var (ids, states) = (BertFixtures.Batch([2, 5, 6, 3]), zeros(1, 4, 64));
        Assert.Contains("no layer 3", Assert.Throws<ArgumentException>(() =>
            model.Model.Bert.forward(ids, hooks: new AttentionHooks { Resume = (3, states) })).Message);
        Assert.Contains("[1, 4, 64]", Assert.Throws<ArgumentException>(() =>
            model.Model.Bert.forward(ids, hooks: new AttentionHooks { Resume = (1, zeros(1, 5, 64)) })).Message);
        Assert.Throws<ArgumentException>(() => model.Model.Bert.HiddenStates(ids, hooks: new AttentionHooks { Resume = (1, states) }));
        // A visit sets out there too, and sees only the layers from there on.
        var seen = new List<int>();
        model.Model.Bert.Visit(ids, null, null, (layer, _) => seen.Add(layer), new AttentionHooks { Resume = (2, states) });
        Assert.Equal([2], seen);
        Assert.False(states.IsInvalid);
    }

    [Fact]
    public void Heads_and_means_of_another_model_are_refused()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var means = HeadMeans.Compute(model, ["the cat sat"]);
        Assert.Contains("3-0", Assert.Throws<InputException>(() =>
            new Ablation(PlantedBert.Grid, [new Head(3, 0)], AblationMode.Zero)).Message);
        Assert.Contains("lacks", Assert.Throws<InputException>(() =>
            new Ablation(PlantedBert.Grid, [new Head(0, 0)], AblationMode.Mean)).Message);
        Assert.Contains("3 × 4", Assert.Throws<InputException>(() =>
            new Ablation(new HeadGrid(2, 4), [new Head(0, 0)], AblationMode.Mean, means)).Message);
        Assert.Contains("text 1", Assert.Throws<InputException>(() => HeadMeans.Compute(model, ["cat", " "])).Message);
        Assert.Throws<InputException>(() => HeadMeans.Compute(model, []));
    }

    private static void Fill(double[,] map, double value)
    {
        for (int i = 0; i < map.GetLength(0); i++)
            for (int j = 0; j < map.GetLength(1); j++) map[i, j] = value;
    }

    // Counts the passes of each layer.
    private sealed class Counting(IModelTask inner) : IModelTask
    {
        public int[] Layers { get; } = new int[3];
        public string Name => inner.Name;
        public nn.Module Weights => inner.Weights;
        public HeadGrid Grid => inner.Grid;
        public int Count => inner.Count;
        public IReadOnlyList<int[]> Batches => inner.Batches;

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null) => inner.Evaluate(items, new AttentionHooks
        {
            EditScores = hooks?.EditScores,
            EditHeads = hooks?.EditHeads,
            OnStates = hooks?.OnStates,
            Resume = hooks?.Resume,
            OnProbabilities = (layer, _) => Layers[layer]++,
        });
    }

    // Asks each half of a batch apart.
    private sealed class Twice(IModelTask inner) : IModelTask
    {
        public string Name => inner.Name;
        public nn.Module Weights => inner.Weights;
        public HeadGrid Grid => inner.Grid;
        public int Count => inner.Count;
        public IReadOnlyList<int[]> Batches => inner.Batches;

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
        {
            var (a, b) = (inner.Evaluate([.. items.Take(1)], hooks), inner.Evaluate([.. items.Skip(1)], hooks));
            return new TaskOutput(cat([a.Loss, b.Loss]), cat([a.Correct, b.Correct]), cat([a.Targets, b.Targets]));
        }
    }
}
