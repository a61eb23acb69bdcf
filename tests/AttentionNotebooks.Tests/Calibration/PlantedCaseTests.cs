using AttentionNotebooks.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>One head of the demo model is spoilt by a known amount; calibrating it to give the model's answers again finds the
/// amount.</summary>
[Collection(TrainingCollection.Name)]
public class PlantedCaseTests
{
    private static readonly string[] Texts =
        [.. File.ReadLines(Repository.Path("data", "texts", "sentences.txt")).Where(l => l.Length > 0).Take(8)];

    public static TheoryData<string, double> Factors => new() { { "0-0", 0.5 }, { "3-3", 0.6 } };

    [Theory, MemberData(nameof(Factors))]
    public void A_head_whose_queries_were_rescaled_gets_its_temperature_back(string name, double factor)
    {
        var head = Head.Parse(name);
        using var original = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        using var spoilt = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        var grid = new HeadGrid(12, 12);
        CalibrationExport.Fold(spoilt, ModelCalibration.Identity(grid).With(head, new HeadCalibration(1 / factor)));
        var part = TaskPart.All(new SameAnswers(original, spoilt, Texts));
        var fit = CalibrationTrainer.Fit(spoilt, part, part, Tying.Only(grid, head),
            new CalibrationOptions(CalibrationParts.Temperature, Epochs: 12, Rate: 0.05, Patience: 6));
        Assert.Equal(1, factor / fit.Calibration[head].Temperature, 0.05);
        Assert.True(fit.Best.DevLoss < 0.05 * fit.Epochs[0].DevLoss);
        Assert.Equal([head], fit.Calibration.Changed);
    }

    // Broad heads: where attention is on one token already, or a head says next to nothing, a shift of 3 nats may leave no trace to find.
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void A_head_whose_scores_were_shifted_gets_the_prior_that_takes_it_back(int rank)
    {
        using var bert = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        var head = new LiveAttention(bert, Texts).Extract(cancellation: TestContext.Current.CancellationToken)
            .Highest("entropy", rank + 1)[rank].Head;
        var grid = new HeadGrid(12, 12);
        var planted = new GaussianPrior(4, 2, -3);
        var spoilt = ModelCalibration.Identity(grid).With(head, new HeadCalibration().With(planted));
        var part = TaskPart.All(new SameAnswers(bert, bert, Texts));
        var fit = CalibrationTrainer.Fit(bert, part, part, Tying.Only(grid, head),
            new CalibrationOptions(CalibrationParts.Gaussian, Epochs: 30, Rate: 0.05, Patience: 10), spoilt);
        var found = Assert.IsType<GaussianPrior>(fit.Calibration[head].Priors[^1]);
        Assert.Equal(planted.Centre, found.Centre, 0.05 * planted.Centre);
        Assert.Equal(-planted.Strength, found.Strength, 0.1 * 3);
        Assert.Equal(planted.Width, found.Width, 0.1 * planted.Width);
    }

    /// <summary>The answers of another model as the right ones: a text's loss is the sum over its tokens of KL(theirs ‖ ours), in
    /// nats.</summary>
    private sealed class SameAnswers : IModelTask
    {
        private readonly Checkpoint _model;
        private readonly TokenizedText[] _texts;
        private readonly float[][] _wanted; // log-probabilities per text, [T · V]

        public SameAnswers(Checkpoint original, Checkpoint model, string[] texts)
        {
            (_model, _texts) = (model, [.. texts.Select(t => model.Tokenizer.Encode(t, 24))]);
            using var noGradients = no_grad();
            _wanted = [.. _texts.Select(t => Answers(original, t, null))];
            Batches = [.. Enumerable.Range(0, texts.Length).Select(i => new[] { i })];
        }

        public string Name => "same answers";

        public nn.Module Weights => _model.Model;

        public HeadGrid Grid => _model.Config.Grid;

        public int Count => _texts.Length;

        public IReadOnlyList<int[]> Batches { get; }

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
        {
            var text = _texts[items[0]];
            var ours = LogProbabilities(_model, text, hooks);
            var theirs = tensor(_wanted[items[0]], ours.shape);
            var loss = theirs.exp().mul(theirs.add(ours, Scalars.MinusOne)).sum().view(1);
            return new TaskOutput(loss, zeros(1), ones(1).mul(tensor((float)text.Length)));
        }

        private static float[] Answers(Checkpoint model, TokenizedText text, AttentionHooks? hooks)
        {
            using var scope = NewDisposeScope();
            return LogProbabilities(model, text, hooks).Floats();
        }

        private static Tensor LogProbabilities(Checkpoint model, TokenizedText text, AttentionHooks? hooks) =>
            nn.functional.log_softmax(model.Model.forward(tensor(text.Ids.Select(i => (long)i).ToArray(), [1, text.Length]), hooks: hooks),
                -1);
    }
}
