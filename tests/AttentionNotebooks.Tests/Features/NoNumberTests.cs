using AttentionNotebooks.Tests.Calibration;
using AttentionNotebooks.Tests.Training;
using AttentionNotebooks.Tests.Training.FineTuning;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Features;

/// <summary>NaN and infinity after the attention: named at the stage where they arise, and in no file.</summary>
[Collection(TrainingCollection.Name)]
public sealed class NoNumberTests : IDisposable
{
    private static readonly Scalar NaN = double.NaN.ToScalar();

    private readonly TestFolder folder = new();

    [Fact]
    public void In_a_feature_the_text_and_the_head_are_named()
    {
        // 0/0 where a head puts nothing on the diagonal: head 0-1 in text 1.
        HeadFeature feature = new("share_of_self", "share", (_, t) => t.OnDiagonal(0) / t.OnDiagonal(0));
        var source = new MapsInMemory(new HeadGrid(1, 2), [new("0", 4, null), new("1", 4, null)], (t, h) => t == 1 && h.Index == 1
            ? Maps.Of(4, (i, j) => j == (i + 1) % 4 ? 1 : 0) : Maps.Uniform(4));
        Assert.Equal("text 1, head 0-1", Assert.Throws<InputException>(() => source.Extract([feature])).Place);
        Assert.Equal("text 1, head 0-1", Assert.Throws<InputException>(() => source.Record([feature])).Place);
    }

    [Fact]
    public void In_a_distance_the_text_and_both_heads_are_named()
    {
        // The logarithm of a distance: heads 0-1 and 1-0 are alike in text b.
        HeadDistance distance = new("log_tv", "", "", rows => HeadDistance.TotalVariation.Pairwise(rows).log());
        var grid = new HeadGrid(2, 2);
        var source = new MapsInMemory(grid, [new("a", 4, null), new("b", 5, null)],
            (t, h) => Maps.Random(4 + t, t == 1 && grid.PositionOf(h) is 1 or 2 ? 7 : 10 * t + grid.PositionOf(h)));
        var error = Assert.Throws<InputException>(() => source.Distances(distance));
        Assert.Equal("text b, heads 0-1 and 1-0", error.Place);
        Assert.Contains("-Infinity", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("heads.csv"), InlineData("heads.parquet"), InlineData("heads.npz")]
    public void In_a_table_the_feature_and_the_head_are_named_and_no_file_is_written(string name)
    {
        var table = new HeadTable(new HeadGrid(2, 2), ["good", "bad"], [[1, 2, 3, 4], [1, 2, double.NaN, 4]]);
        Assert.Equal("feature bad, head 1-0", Assert.Throws<InputException>(() => table.Write(folder[name])).Place);
        Assert.False(File.Exists(folder[name]));
    }

    [Fact]
    public void In_a_loss_the_item_is_named()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, RandomBert.Texts, seed: 0);
        Assert.All(TaskScores.Evaluate(task).Losses, l => Assert.True(double.IsFinite(l)));
        var error = Assert.Throws<InputException>(() =>
            TaskScores.Evaluate(task, new AttentionHooks { EditHeads = (layer, said) => layer == 1 ? said.mul(NaN) : said }));
        Assert.Contains("has a loss of NaN", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("item ", error.InputSource, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_gradient_the_item_and_the_head_are_named()
    {
        using var bert = new RandomBert();
        var error = Assert.Throws<InputException>(() =>
            HeadGradients.ComputeGates(new RootOfNothing(new MaskedWords(bert.Model, RandomBert.Texts, seed: 0))));
        Assert.Equal(("head 0-0", "has a gradient that is NaN or infinite"), (error.Place, error.Problem));
    }

    [Fact]
    public void In_fine_tuning_the_step_is_named_and_no_model_is_given()
    {
        using var start = ToyTask.Model(folder["start"]);
        using (no_grad())
        {
            // Weights that are numbers, and whose sums are none.
            using var scope = NewDisposeScope();
            var weight = start.Model.named_parameters()
                .Single(p => p.name.EndsWith("layer.1.intermediate.dense.weight", StringComparison.Ordinal)).parameter;
            weight.copy_(tensor(Enumerable.Repeat(3e38f, (int)weight.numel()).ToArray()).view(weight.shape));
        }
        var error = Assert.Throws<InputException>(() => new ClassifierTrainer(start)
            .Run(ToyTask.Texts(200, 1), ToyTask.Texts(20, 2), ClassificationMetric.Accuracy));
        Assert.Equal(("step 1", "the loss is NaN or infinite"), (error.Place, error.Problem));
    }

    public void Dispose() => folder.Dispose();

    // The loss is a number, and has no derivative: the root of 0 is added to it.
    private sealed class RootOfNothing(IModelTask task) : IModelTask
    {
        public string Name => task.Name;

        public nn.Module Weights => task.Weights;

        public HeadGrid Grid => task.Grid;

        public int Count => task.Count;

        public IReadOnlyList<int[]> Batches => task.Batches;

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
        {
            var answers = task.Evaluate(items, hooks);
            return answers with { Loss = answers.Loss.add(answers.Loss.sub(answers.Loss).sqrt(), Scalars.One) };
        }
    }
}
