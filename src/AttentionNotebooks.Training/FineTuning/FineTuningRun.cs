using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>One run of fine-tuning, with all that lives as long as it.</summary>
internal sealed class FineTuningRun : IDisposable
{
    private const string Who = "fine-tuning";
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    private readonly EncodedTexts _train, _dev;
    private readonly ClassificationMetric _metric;
    private readonly FineTuningOptions _options;
    private readonly Device _device;
    private readonly ClassifierWeights _weights;
    private readonly ReplicaThreads _threads;
    private readonly IOptimizer _optimizer;
    private readonly int _classes, _hiddenSize;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _reported;
    private int _step, _steps;
    private long _tokens;

    public FineTuningRun(ClassifierCheckpoint start, LabelledTexts train, LabelledTexts dev, ClassificationMetric metric,
        FineTuningOptions options)
    {
        (_metric, _options) = (metric, options);
        (_train, _dev) = (new EncodedTexts(train, start.Tokenizer, options.MaxLength),
            new EncodedTexts(dev, start.Tokenizer, options.MaxLength));
        (_classes, _hiddenSize) = (train.Labels.Count, start.Config.HiddenSize);
        _device = options.Device == DeviceType.CPU ? CPU : Precisions.Device("cuda");
        _weights = ClassifierWeights.Of(start.Model, options.Replicas, _device, options.Precision == Precision.Bf16 ? ScalarType.BFloat16
            : ScalarType.Float32, options.FrozenEncoder);
        _threads = new ReplicaThreads(options.Replicas);
        double DecayOf(WeightVector.Region region) => region.IsMatrix ? options.WeightDecay : 0;
        _optimizer = _device.type == DeviceType.CPU ? new VectorAdamW(_weights, _threads, options.ClipNorm, DecayOf)
            : new TensorAdamW(_weights, options.ClipNorm, DecayOf);
    }

    /// <summary>Learns, and gives a model the weights of the best epoch.</summary>
    public FineTuningReport Train(BertForSequenceClassification target, IProgress<FineTuningProgress>? progress,
        CancellationToken cancellation)
    {
        _steps = _options.Epochs * Epoch(1).Count;
        var course = new List<EpochFigures>();
        EpochFigures? best = null;
        using var bestWeights = _weights.Flat.clone().DetachFromDisposeScope();
        for (int epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            double loss = 0;
            int items = 0;
            foreach (var work in Epoch(epoch))
            {
                cancellation.ThrowIfCancellationRequested();
                loss += Step(work);
                items += work.Sum(b => b.Length);
                if (_clock.Elapsed - _reported > Often) Report(epoch, loss / items, null, progress);
            }
            var figures = Evaluate(epoch, loss / items, cancellation);
            course.Add(figures);
            Report(epoch, loss / items, figures, progress);
            if (best is null || Better(figures, best))
            {
                best = figures;
                using var noGradients = no_grad();
                bestWeights.copy_(_weights.Flat);
            }
            if (_options.Patience > 0 && epoch - best.Epoch >= _options.Patience) break;
        }
        using (no_grad()) _weights.Flat.copy_(bestWeights);
        _weights.CopyTo(target);
        return new FineTuningReport(_options, _metric, _train.Labels.Length, _train.Cut, _step, _tokens, _clock.Elapsed.TotalSeconds,
            course, best!.Epoch);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _threads.Dispose();
        _weights.Dispose();
    }

    private bool Better(EpochFigures one, EpochFigures other)
    {
        double a = one.Dev.Value(_metric), b = other.Dev.Value(_metric);
        return a > b || (a == b && one.DevLoss < other.DevLoss);
    }

    // Steps of an epoch, each a batch per replica: texts of like length together, in another order every time. The number
    // of batches depends on the lengths alone, so it is that of every epoch.
    private List<int[][]> Epoch(int epoch)
    {
        var random = new Random(unchecked(_options.Seed * 7919 + epoch));
        int[] order = [.. Enumerable.Range(0, _train.Labels.Length)];
        random.Shuffle(order);
        int[][] batches = [.. BatchPlan.Full([.. order.Select(i => _train.Lengths[i])], _options.TokensPerBatch)
            .Select(b => b.Select(i => order[i]).ToArray())];
        random.Shuffle(batches);
        return [.. batches.Chunk(_options.Replicas)];
    }

    // The mean over the step's texts, however they are shared out: each replica's sum is weighed so that the average of
    // the replicas' gradients is that of the mean.
    private double Step(int[][] work)
    {
        _step++;
        int items = work.Sum(b => b.Length), step = _step;
        Scalar share = _options.Replicas / (double)items;
        var losses = new double[_options.Replicas];
        _threads.Run(replica =>
        {
            if (replica >= work.Length) return; // its gradient is 0
            losses[replica] = Backward(_weights.Models[replica], work[replica], share,
                new Random(unchecked((_options.Seed * 1_000_003 + step) * 67 + replica)));
            _weights.Collect(replica);
        });
        GC.KeepAlive(share);
        double loss = LossGuard.At(Who, _step, losses.Sum());
        _optimizer.Step(_options.RateAt(_step, _steps));
        _weights.Round();
        _tokens += work.Sum(b => b.Sum(i => (long)_train.Lengths[i]));
        return loss;
    }

    private double Backward(BertForSequenceClassification model, int[] items, Scalar share, Random random)
    {
        using var scope = NewDisposeScope();
        var batch = _train.Batch(items, _device);
        var hidden = Hidden(model, batch);                                     // [B, T, D]
        var dropout = _options.Dropout > 0 ? Dropout(items.Length, random).to_type(hidden.dtype).to(_device) : null;
        var loss = nn.functional.cross_entropy(model.Logits(hidden, dropout, batch.Mask).to_type(ScalarType.Float32),
            _train.Targets(items, _device), reduction: nn.Reduction.Sum);
        loss.mul(share).backward();
        return loss.Value<float>();
    }

    private Tensor Hidden(BertForSequenceClassification model, TokenBatch batch)
    {
        if (!_options.FrozenEncoder) return model.Bert.forward(batch.Ids, batch.Segments, batch.Mask);
        using var noGradients = no_grad();
        return model.Bert.forward(batch.Ids, batch.Segments, batch.Mask);
    }

    // Drawn here and not by libtorch, whose generator the replicas would share in an order of chance.
    private Tensor Dropout(int rows, Random random)
    {
        float kept = (float)(1 / (1 - _options.Dropout));
        var factors = new float[rows * _hiddenSize];
        for (int i = 0; i < factors.Length; i++) factors[i] = random.NextDouble() < _options.Dropout ? 0 : kept;
        return tensor(factors, [rows, _hiddenSize]);
    }

    private EpochFigures Evaluate(int epoch, double trainLoss, CancellationToken cancellation)
    {
        var batches = BatchPlan.Of(_dev.Lengths, new VisitOptions(VisitOptions.Default.TokensPerBatch));
        var losses = new double[batches.Count];
        int[] predicted = new int[_dev.Labels.Length];
        _threads.Run(replica =>
        {
            using var noGradients = no_grad();
            for (int b = replica; b < batches.Count; b += _options.Replicas)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var batch = _dev.Batch(batches[b], _device);
                var logits = _weights.Models[replica].forward(batch.Ids, batch.Segments, batch.Mask).to_type(ScalarType.Float32);
                losses[b] = nn.functional.cross_entropy(logits, _dev.Targets(batches[b], _device), reduction: nn.Reduction.Sum)
                    .Value<float>();
                long[] classes = logits.argmax(-1).cpu().data<long>().ToArray();
                for (int i = 0; i < classes.Length; i++) predicted[batches[b][i]] = (int)classes[i];
            }
        });
        return new EpochFigures(epoch, trainLoss, LossGuard.After(Who, _step, losses.Sum() / predicted.Length),
            Confusion.Of(_dev.Labels, predicted, _classes));
    }

    private void Report(int epoch, double loss, EpochFigures? finished, IProgress<FineTuningProgress>? progress)
    {
        _reported = _clock.Elapsed;
        double seconds = _reported.TotalSeconds;
        progress?.Report(new FineTuningProgress(epoch, _step, _steps, loss, _tokens / seconds,
            TimeSpan.FromSeconds(seconds / _step * (_steps - _step)), finished));
    }
}
