using AttentionNotebooks.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Calibration;

[Collection(TrainingCollection.Name)]
public class CalibrationTrainerTests
{
    private static readonly CalibrationOptions Quick = new(Epochs: 4, Rate: 0.1);

    public static TheoryData<string> Tyings => ["one", "cluster", "features", "head"];

    [Theory, MemberData(nameof(Tyings))]
    public void What_is_learnt_lowers_the_loss_on_dev_and_is_what_the_file_says(string how)
    {
        using var bert = new RandomBert();
        var task = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts, rate: 0.4));
        var fit = CalibrationTrainer.Fit(bert.Model, task, task, Tie(bert, how), Quick);
        Assert.True(fit.Best.Number > 0 && fit.Best.DevLoss < fit.Epochs[0].DevLoss);
        Assert.Equal(task.Score().Loss, fit.Epochs[0].DevLoss, 1e-5);
        // The settings in plain numbers, through hooks of their own, have the loss that the learner saw.
        Assert.Equal(fit.Best.DevLoss, bert.Model.With(fit.Calibration).Score(task.Task).Loss, 1e-4);
    }

    [Fact]
    public void The_four_ways_to_tie_have_as_many_parameters_as_they_say()
    {
        using var bert = new RandomBert();
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        int Count(string how, CalibrationParts parts) =>
            CalibrationTrainer.Fit(bert.Model, part, part, Tie(bert, how), new CalibrationOptions(parts, Epochs: 0)).Parameters;
        Assert.Equal(6, Count("one", CalibrationParts.Standard));
        Assert.Equal(18, Count("cluster", CalibrationParts.Standard));
        Assert.Equal(3 * 6, Count("features", CalibrationParts.Standard)); // (2 features + 1) · 6
        Assert.Equal(12 * 6, Count("head", CalibrationParts.Standard));
        Assert.Equal(12, Count("head", CalibrationParts.Temperature));
        Assert.Equal(17 + 1, Count("one", CalibrationParts.Buckets | CalibrationParts.Gate));
    }

    [Fact]
    public void Heads_that_share_a_set_are_set_alike_and_features_set_heads_linearly()
    {
        using var bert = new RandomBert();
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        var clustered = CalibrationTrainer.Fit(bert.Model, part, part, Tie(bert, "cluster"), Quick).Calibration;
        for (int i = 3; i < bert.Grid.Count; i++) Assert.Equal(clustered.Heads[i - 3], clustered.Heads[i]);
        Assert.Equal(3, clustered.Heads.Distinct().Count());
        // −ln τ = W·f + w: of the second differences along an evenly spaced feature nothing is left.
        var tying = Tying.ByFeatures(new HeadTable(bert.Grid, ["rank"],
            [[.. Enumerable.Range(0, bert.Grid.Count).Select(i => (double)i)]]));
        double[] log = [.. CalibrationTrainer.Fit(bert.Model, part, part, tying,
            Quick with { Parts = CalibrationParts.Temperature }).Calibration.Heads.Select(h => -Math.Log(h.Temperature))];
        Assert.NotEqual(log[0], log[1]);
        for (int i = 2; i < log.Length; i++) Assert.Equal(0, log[i] - 2 * log[i - 1] + log[i - 2], 1e-5);
    }

    [Fact]
    public void The_same_seed_gives_the_same_file_and_another_seed_another()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, RandomBert.Texts, options: new(TokensPerBatch: 16));
        string Learn(int seed) => CalibrationTrainer.Fit(bert.Model, TaskPart.All(task), TaskPart.All(task), Tying.PerHead(bert.Grid),
            Quick with { Seed = seed }).Calibration.ToJson();
        Assert.Equal(Learn(1), Learn(1));
        Assert.NotEqual(Learn(1), Learn(2));
    }

    [Fact]
    public void The_models_weights_and_gradients_are_not_touched()
    {
        using var bert = new RandomBert();
        float[][] before = [.. bert.Model.Model.parameters().Select(p => p.Floats())];
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        CalibrationTrainer.Fit(bert.Model, part, part, Tying.OneSet(bert.Grid), Quick);
        Assert.Equal(before, bert.Model.Model.parameters().Select(p => p.Floats()));
        Assert.All(bert.Model.Model.parameters(), p => Assert.True(p.requires_grad && p.grad is null));
    }

    [Fact]
    public void Without_a_better_loss_the_heads_are_left_as_they_are()
    {
        using var bert = new RandomBert();
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        var fit = CalibrationTrainer.Fit(bert.Model, part, TaskPart.All(new NeverBetter()), Tying.PerHead(bert.Grid), Quick);
        Assert.Equal(1 + Quick.Patience, fit.Epochs.Count); // it waits so long
        Assert.True(fit.Epochs[2].TrainLoss < fit.Epochs[1].TrainLoss); // and learns the while
        Assert.Equal(0, fit.Best.Number);
        Assert.True(fit.Calibration.IsIdentity);
    }

    [Fact]
    public void Gradients_are_the_slopes_of_the_loss()
    {
        using var bert = new RandomBert(layers: 2);
        var task = new MaskedWords(bert.Model, RandomBert.Texts, rate: 0.5);
        var layout = new ParameterLayout(CalibrationParts.Standard | CalibrationParts.Buckets, 2);
        var random = new Random(4);
        double[] at = [.. Enumerable.Range(0, bert.Grid.Count * layout.Count).Select(_ => random.NextDouble() - 0.5)];
        using var scope = NewDisposeScope();
        Tensor Loss(Tensor theta) => task.Evaluate([.. Enumerable.Range(0, task.Count)],
            CalibrationHooks.Of(new LearnedSettings(theta, layout, bert.Grid.Heads), bert.Model.Tokenizer)).Loss.sum();
        Tensor Theta(double[] values) => tensor(Array.ConvertAll(values, v => (float)v), [bert.Grid.Count, layout.Count]);
        var theta = Theta(at).requires_grad_();
        Loss(theta).backward();
        float[] gradient = theta.grad!.Floats();
        const double Step = 0.02;
        for (int p = 0; p < layout.Count; p++)
        {
            int i = (p % bert.Grid.Count) * layout.Count + p; // each kind of parameter, in one head or another
            double Moved(double by) => Loss(Theta([.. at.Select((v, k) => k == i ? v + by : v)])).Value<float>();
            double slope = (8 * (Moved(Step) - Moved(-Step)) - (Moved(2 * Step) - Moved(-2 * Step))) / (12 * Step);
            Assert.Equal(slope, gradient[i], 0.02 * Math.Max(0.1, Math.Abs(slope)));
        }
    }

    [Fact]
    public void What_cannot_be_learnt_with_is_refused()
    {
        using var bert = new RandomBert();
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        void Refused(string said, Action act) => Assert.Contains(said, Assert.Throws<InputException>(act).Message);
        Refused("rate", () => CalibrationTrainer.Fit(bert.Model, part, part, Tying.OneSet(bert.Grid),
            new CalibrationOptions(Rate: double.NaN)));
        Refused("parts", () => CalibrationTrainer.Fit(bert.Model, part, part, Tying.OneSet(bert.Grid), new CalibrationOptions(Parts: 0)));
        Refused("4 heads", () => CalibrationTrainer.Fit(bert.Model, part, part, Tying.OneSet(new HeadGrid(2, 2)), Quick));
        Refused("part without items", () => TaskPart.Of(part.Task, []));
    }

    [Fact]
    public void A_part_of_a_task_holds_its_items_once_in_batches_no_larger_than_the_tasks()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, [.. Enumerable.Range(0, 10).SelectMany(_ => RandomBert.Texts)],
            options: new(TokensPerBatch: 48));
        int[] items = [.. Enumerable.Range(0, task.Count).Where(i => i % 3 == 0)];
        var part = TaskPart.Of(task, items);
        Assert.Equal(items, part.Items);
        Assert.True(part.Batches.Max(b => b.Length) <= task.Batches.Max(b => b.Length));
        Assert.True(part.Batches.Count < task.Batches.Count); // put together again
        var (all, own) = (TaskScores.Evaluate(task), part.Score());
        foreach (int i in items) Assert.Equal(all.Losses[i], own.Losses[i], 1e-4);
        Assert.Equal(0, own.Losses[1]);
    }

    /// <summary>A task that is answered as badly whatever is done.</summary>
    private sealed class NeverBetter : IModelTask
    {
        public string Name => "never better";

        public nn.Module Weights => throw new NotSupportedException();

        public HeadGrid Grid => new(3, 4);

        public int Count => 2;

        public IReadOnlyList<int[]> Batches => [[0, 1]];

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null) =>
            new(ones(items.Count), zeros(items.Count), ones(items.Count));
    }

    private static Tying Tie(RandomBert bert, string how) => how switch
    {
        "one" => Tying.OneSet(bert.Grid),
        "cluster" => Tying.ByCluster([.. Enumerable.Range(0, bert.Grid.Count).Select(i => i % 3)]),
        "features" => Tying.ByFeatures(bert.Model.With(ModelCalibration.Identity(bert.Grid)).Attention(RandomBert.Texts)
            .Extract([DistanceFeatures.MeanDistance, ConcentrationFeatures.Entropy])),
        _ => Tying.PerHead(bert.Grid),
    };
}
