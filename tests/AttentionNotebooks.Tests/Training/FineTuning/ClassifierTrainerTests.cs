using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Training;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training.FineTuning;

[Collection(TrainingCollection.Name)]
public sealed class ClassifierTrainerTests : IDisposable
{
    private static readonly FineTuningOptions Quick = new() { Epochs = 12, LearningRate = 3e-3, TokensPerBatch = 128 };
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void A_task_that_can_be_learnt_is_learnt_to_the_last_text(Precision precision)
    {
        var reports = new List<FineTuningProgress>();
        var (model, report) = Run(Quick with { Epochs = 20, Precision = precision }, texts: 1000, progress: new Collect(reports));
        using (model)
        {
            Assert.Equal(1, report.Course[report.BestEpoch - 1].Dev.Accuracy.Value);
            // texts that nothing was chosen by
            Assert.Equal(1, Accuracy(model, ToyTask.Texts(300, seed: 9)), precision == Precision.Fp32 ? 0.005 : 0.02);
        }
        Assert.True(report.Course[^1].TrainLoss < 0.1 * report.Course[0].TrainLoss,
            $"{report.Course[0].TrainLoss} to {report.Course[^1].TrainLoss}");
        Assert.Equal(Enumerable.Range(1, 20), reports.Where(r => r.Finished is not null).Select(r => r.Epoch));
        Assert.Equal(report.Steps, reports[^1].Step);
        Assert.Equal(reports[^1].Steps, report.Steps);
    }

    [Fact]
    public void Shuffled_labels_teach_nothing()
    {
        using var start = ToyTask.Model(Path.Combine(folder, "start"));
        var train = ToyTask.Texts(600, seed: 1);
        var (model, _) = new ClassifierTrainer(start, Quick with { Epochs = 6 })
            .Run(train.ShuffledLabels(1), ToyTask.Texts(400, seed: 2), ClassificationMetric.Accuracy);
        using (model) Assert.InRange(Accuracy(model, ToyTask.Texts(400, seed: 9)), 0.38, 0.62);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var brief = Quick with { Epochs = 2, Dropout = 0.3 };
        byte[] Bytes(string name, FineTuningOptions options)
        {
            var (model, _) = Run(options, texts: 120);
            using (model) model.Save(Path.Combine(folder, name));
            return File.ReadAllBytes(Path.Combine(folder, name, "model.safetensors"));
        }
        byte[] first = Bytes("a", brief);
        manual_seed(77); // libtorch's generator has no part in it
        Assert.Equal(first, Bytes("b", brief));
        Assert.NotEqual(first, Bytes("c", brief with { Seed = 2 }));
        Assert.NotEqual(first, Bytes("d", brief with { Dropout = 0 }));
    }

    [Theory] // one batch on one replica, a batch each on two, on three with one idle at times
    [InlineData(1, 4000)]
    [InlineData(2, 160)]
    [InlineData(3, 110)]
    public void Steps_are_libtorchs_on_the_mean_over_the_texts_however_they_are_dealt_out(int replicas, int tokens)
    {
        using var scope = NewDisposeScope();
        using var start = ToyTask.Model(Path.Combine(folder, "start"));
        var train = ToyTask.Texts(30, seed: 1);
        var options = new FineTuningOptions
        {
            Epochs = 4,
            Replicas = replicas,
            TokensPerBatch = tokens,
            LearningRate = 1e-3,
            Dropout = 0,
            WeightDecay = 0.1,
            ClipNorm = 0.5,
            Warmup = 0.5
        };
        var (model, report) = new ClassifierTrainer(start, options).Run(train, train, ClassificationMetric.Accuracy);
        using var tuned = model;
        Assert.Equal(4, report.Steps); // so a step is the mean over all texts
        Assert.InRange(report.BestEpoch, 3, 4);
        using var reference = ClassifierCheckpoint.Create(start, train.Labels, options.Seed);
        Slowly(reference, train, report.BestEpoch, [0.5e-3, 1e-3, 1e-3 * 2 / 3, 1e-3 / 3]);
        foreach (var (expected, actual) in reference.Model.named_parameters().Zip(tuned.Model.parameters()))
            Assert.True(expected.parameter.sub(actual).abs().max().Value<float>() < 2e-5, expected.name);
    }

    [Fact]
    public void The_best_epochs_weights_are_taken_and_patience_ends()
    {
        // A rate so high that epochs differ.
        var (model, report) = Run(Quick with { Epochs = 8, LearningRate = 0.02, Seed = 4 }, texts: 100);
        using (model)
        {
            var best = report.Course.OrderByDescending(e => e.Dev.Accuracy.Value).ThenBy(e => e.DevLoss).First();
            Assert.Equal(best.Epoch, report.BestEpoch);
            Assert.True(report.Course.Select(e => e.Dev.Accuracy.Correct).Distinct().Count() > 1);
            Assert.Equal(best.Dev.Accuracy.Value, Accuracy(model, ToyTask.Texts(200, seed: 2)), 1e-9);
        }
        var (early, shorter) = Run(Quick with { Epochs = 50, Patience = 2, LearningRate = 0.02, Seed = 4 }, texts: 100);
        early.Dispose();
        Assert.True(shorter.Course.Count < 50);
        Assert.Equal(shorter.BestEpoch + 2, shorter.Course.Count);
    }

    [Fact]
    public void A_frozen_encoder_stays_to_the_last_bit()
    {
        using var start = ToyTask.Model(Path.Combine(folder, "start"));
        var before = BertFixtures.Weights(start.Model);
        var (model, _) = Run(Quick with { FrozenEncoder = true, Epochs = 2 }, texts: 100);
        using (model)
        {
            foreach (var (name, parameter) in model.Model.named_parameters().Where(p => before.ContainsKey(p.name)))
            {
                double[] after = Array.ConvertAll(parameter.Floats(), x => (double)x);
                if (name.StartsWith("bert.pooler.", StringComparison.Ordinal)) Assert.NotEqual(before[name], after);
                else Assert.Equal(before[name], after);
            }
        }
    }

    [Fact]
    public void Three_classes_pairs_and_a_pooler_that_is_missing()
    {
        // Which of three words ends the second text; the first says nothing.
        string[] words = ["cat", "dog", "sat"];
        LabelledTexts Pairs(int count, int seed)
        {
            var random = new Random(seed);
            return new LabelledTexts([.. Enumerable.Range(0, count).Select(_ => random.Next(3))
                .Select(l => new LabelledText($"the {words[random.Next(3)]}", $"a {words[l]}", l))], words);
        }
        using var start = ToyTask.Model(Path.Combine(folder, "start"), withPooler: false);
        var (model, report) = new ClassifierTrainer(start, Quick with { Epochs = 20 })
            .Run(Pairs(300, 1), Pairs(100, 2), ClassificationMetric.Matthews);
        using (model) Assert.Equal(1, report.Course[report.BestEpoch - 1].Dev.Matthews, 1e-9);
        Assert.Contains("there are 3", Assert.Throws<InputException>(() => new ClassifierTrainer(start)
            .Run(Pairs(9, 1), Pairs(9, 2), ClassificationMetric.F1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_stops_when_told_and_frees_what_it_took()
    {
        using var stop = new CancellationTokenSource();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var start = ToyTask.Model(Path.Combine(folder, "start")))
        {
            var trainer = new ClassifierTrainer(start, Quick);
            Assert.Throws<OperationCanceledException>(() =>
                trainer.Run(ToyTask.Texts(100, 1), ToyTask.Texts(20, 2), ClassificationMetric.Accuracy,
                new Collect([], p => { if (p.Epoch == 2) stop.Cancel(); }), stop.Token));
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Texts_that_do_not_fit_and_options_that_cannot_be_are_refused()
    {
        using var start = ToyTask.Model(Path.Combine(folder, "start"));
        var trainer = new ClassifierTrainer(start, Quick);
        var texts = ToyTask.Texts(10, 1);
        Assert.Contains("differ", Assert.Throws<InputException>(() =>
            trainer.Run(texts, texts with { Labels = ["cat first", "dog first"] }, ClassificationMetric.Accuracy)).Message,
            StringComparison.Ordinal);
        Assert.Contains("is empty", Assert.Throws<InputException>(() =>
            trainer.Run(texts, texts with { Items = [] }, ClassificationMetric.Accuracy)).Message, StringComparison.Ordinal);
        foreach (var bad in new[] { Quick with { Epochs = 0 }, Quick with { LearningRate = 0 }, Quick with { Dropout = 1 },
            Quick with { Replicas = 0 }, Quick with { MaxLength = 3 }, Quick with { Precision = Precision.Fp16 },
                Quick with { Device = DeviceType.CUDA } })
            Assert.Equal("options", Assert.Throws<InputException>(() => new ClassifierTrainer(start, bad)).InputSource);
    }

    [Fact]
    public void The_rate_climbs_and_falls()
    {
        var options = new FineTuningOptions { LearningRate = 1, Warmup = 0.2 };
        foreach (var (step, rate) in new[] { (1, 0.5), (2, 1), (3, 8 / 9.0), (4, 7 / 9.0), (10, 1 / 9.0) })
            Assert.Equal(rate, options.RateAt(step, 10), 1e-12);
        Assert.Equal(10 / 11.0, (options with { Warmup = 0 }).RateAt(1, 10), 1e-12);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (ClassifierCheckpoint Model, FineTuningReport Report) Run(FineTuningOptions options, int texts = 600,
        IProgress<FineTuningProgress>? progress = null)
    {
        using var start = ToyTask.Model(Path.Combine(folder, "start"));
        return new ClassifierTrainer(start, options)
            .Run(ToyTask.Texts(texts, seed: 1), ToyTask.Texts(200, seed: 2), ClassificationMetric.Accuracy, progress);
    }

    private static double Accuracy(ClassifierCheckpoint model, LabelledTexts texts)
    {
        var task = new SentenceLabels(model, texts);
        return task.Confusion(task.Predict()).Accuracy.Value;
    }

    // Text by text, gradients added up, clipped, and taken by libtorch's own AdamW.
    private static void Slowly(ClassifierCheckpoint model, LabelledTexts texts, int steps, double[] rates)
    {
        Scalar share = 1.0 / texts.Items.Count;
        var parameters = model.Model.parameters().ToArray();
        using var decayed = optim.AdamW(parameters.Where(p => p.dim() > 1), beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0.1);
        using var free = optim.AdamW(parameters.Where(p => p.dim() == 1), beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0);
        for (int step = 0; step < steps; step++)
        {
            decayed.zero_grad();
            free.zero_grad();
            foreach (var item in texts.Items)
            {
                using var scope = NewDisposeScope();
                var logits = model.Model.forward(BertFixtures.Batch(model.Tokenizer.Encode(item.Text).Ids));
                logits.log_softmax(1)[0, item.Label].neg().mul(share).backward();
            }
            double norm = Math.Sqrt(parameters.Sum(p => p.grad!.Squared().sum().Value<float>()));
            Scalar clip = Math.Min(1, 0.5 / norm);
            using (no_grad()) foreach (var p in parameters) p.grad!.mul_(clip);
            foreach (var optimizer in new[] { decayed, free })
            {
                foreach (var group in optimizer.ParamGroups) group.LearningRate = rates[step];
                optimizer.step();
            }
            GC.KeepAlive(clip);
        }
        GC.KeepAlive(share);
    }

    private sealed class Collect(List<FineTuningProgress> reports, Action<FineTuningProgress>? then = null) : IProgress<FineTuningProgress>
    {
        public void Report(FineTuningProgress value)
        {
            reports.Add(value);
            then?.Invoke(value);
        }
    }
}
