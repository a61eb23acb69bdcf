using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>One run, with all that lives as long as it.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingCorpus corpus;
    private readonly TrainingOptions options;
    private readonly string folder, fingerprint;
    private readonly Device device;
    private readonly SharedWeights weights;
    private readonly ReplicaThreads threads;
    private readonly IOptimizer optimizer;
    private readonly ExampleBuilder builder;
    private readonly HeldOutEvaluation evaluation;
    private readonly double alpha;
    private readonly Scalar pairWeight;
    private readonly List<(int Step, long Tokens, HeldOutFigures HeldOut)> course = [];
    private LossSums sums;

    public TrainingRun(TrainingCorpus corpus, TrainingOptions options, string folder, BertForMaskedLM? start)
    {
        (this.corpus, this.options, this.folder) = (corpus, options, folder);
        device = options.Device == DeviceType.CPU ? CPU : Precisions.Device("cuda");
        alpha = DeepNorm.ResidualScale(options.Layers);
        pairWeight = options.PairWeight;
        var format = options.Precision == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
        weights = new SharedWeights(options.Config(corpus.Tokenizer.VocabularySize), options.Replicas, options.Seed, format,
            options.PairWeight > 0, device, start, options.QueryKeyStart);
        threads = new ReplicaThreads(options.Replicas);
        optimizer = device.type == DeviceType.CPU ? new VectorAdamW(weights, threads, options) : new TensorAdamW(weights, options);
        builder = new ExampleBuilder(corpus.Tokenizer, options.Positions);
        evaluation = new HeldOutEvaluation(corpus, builder, options, device);
        fingerprint = Identity(start);
    }

    public TrainingReport Train(bool resume, IProgress<TrainingProgress>? progress, Action<TrainingReport>? saved, int stopAt,
        CancellationToken cancellation)
    {
        int done = 0;
        long tokens = 0;
        if (resume)
        {
            var point = TrainingState.Load(folder, weights, optimizer, fingerprint);
            (done, tokens, sums) = (point.Step, point.Tokens, point.Sums);
            course.AddRange(point.Course);
        }
        var baselines = evaluation.Baselines();
        // Examples are cheap beside the steps on them: those of the steps done are drawn again and passed over.
        using var batches = Batches().Skip(done * options.Replicas).GetEnumerator();
        var clock = Stopwatch.StartNew();
        long before = tokens;
        int last = Math.Max(done, Math.Min(stopAt, options.Steps));
        for (int step = done + 1; step <= last; step++)
        {
            if (cancellation.IsCancellationRequested)
            {
                SaveState(step - 1, tokens, sums);
                cancellation.ThrowIfCancellationRequested();
            }
            var work = Next(batches);
            tokens += work.Sum(b => (long)b.Length * b[0].Ids.Length);
            Backward(work, step);
            RequireNumber(step, "loss", sums.Loss + sums.Pair + sums.Speaking);
            double norm = optimizer.Step(options.RateAt(step), options.QueryKeyRateAt(step));
            RequireNumber(step, "gradient's norm", norm);
            weights.Round();
            bool evaluate = step % options.EvaluateEvery == 0 && step < options.Steps;
            if (evaluate)
            {
                course.Add((step, tokens, evaluation.Measure(r => weights.Models[r], threads)));
                RequireNumber(step, "held-out loss", course[^1].HeldOut.Loss);
                Save(step);
                SaveState(step, tokens, default); // what the sums hold is reported below
                saved?.Invoke(Report(step, tokens, course[^1].HeldOut, baselines));
            }
            if (!evaluate && step % options.ReportEvery != 0) continue;
            double seconds = clock.Elapsed.TotalSeconds;
            progress?.Report(new TrainingProgress(step, options.Steps, tokens, sums.Loss / sums.Batches, sums.Pair / sums.PairBatches,
                sums.Speaking / sums.SpeakingBatches, norm,
                (tokens - before) / seconds, TimeSpan.FromSeconds(seconds / (step - done) * (options.Steps - step)), evaluate
                    ? course[^1].HeldOut : null));
            sums = default;
        }
        Save(last);
        SaveState(last, tokens, sums);
        return Report(last, tokens, MeasureSaved(), baselines);
    }

    private IEnumerable<Example[]> Batches()
    {
        IEnumerable<Example[]> Of(ExampleBuilder from) =>
            new BatchStream(corpus.Training, from, options.TokensPerBatch, options.Seed).Endless();
        return Of(new ExampleBuilder(corpus.Tokenizer, options.Positions, shortOnly: true)).Take(options.ShortSteps * options.Replicas)
            .Concat(Of(builder));
    }

    public void Dispose()
    {
        optimizer.Dispose();
        threads.Dispose();
        weights.Dispose();
    }

    private void SaveState(int step, long tokens, LossSums untold) =>
        TrainingState.Save(folder, weights, optimizer, fingerprint, new TrainingPoint(step, tokens, untold, course));

    // Before anything is saved: what the folder holds stays the last state that was sound.
    private void RequireNumber(int step, string name, double value) =>
        LossGuard.Finite(folder, $"step {step}", name, value, "Train with a smaller learning rate or a longer warm-up");

    private TrainingReport Report(int step, long tokens, HeldOutFigures heldOut, BaselineFigures baselines) =>
        new(options, corpus.Tokenizer.VocabularySize, weights.Length, corpus.TrainingPieces, step, tokens, heldOut, baselines, [.. course]);

    private Example[][] Next(IEnumerator<Example[]> batches)
    {
        var work = new Example[options.Replicas][];
        for (int r = 0; r < work.Length; r++)
        {
            batches.MoveNext();
            work[r] = batches.Current;
        }
        return work;
    }

    private void Backward(Example[][] work, int step)
    {
        double price = options.SpeakingCostAt(step);
        Scalar speakingWeight = price;
        var pairs = options.PairWeightAt(step) > 0 ? pairWeight : null;
        var results = new LossSums[work.Length];
        threads.Run(replica =>
        {
            var random = new Random(unchecked((options.Seed * 1_000_003 + step) * 67 + replica));
            results[replica] = Backward(weights.Models[replica], work[replica], random, pairs, price > 0 ? speakingWeight : null);
            weights.Collect(replica);
        });
        foreach (var result in results) sums = sums.Plus(result);
        GC.KeepAlive(speakingWeight);
    }

    private LossSums Backward(BertForMaskedLM model, Example[] examples, Random random, Scalar? pairs, Scalar? speakingWeight)
    {
        using var scope = NewDisposeScope();
        var batch = new MaskedBatch(examples, corpus.Tokenizer, options.MaskRate, random, device);
        if (batch.Labels.Length == 0) return default; // nothing hidden, nothing to learn
        using var cost = speakingWeight is null ? null
        : new SpeakingCost(model, alpha, options.IsLate, options.FreeSpecialTokens ? batch.Words : null);
        var dropout = options.HeadDropout > 0 ? HeadDropout.Hooks(model.Config, examples.Length, options.HeadDropout, random, device)
            : null;
        var hidden = batch.Hidden(model, dropout?.Then(cost?.Hooks) ?? cost?.Hooks); // [B, T, D]
        var loss = nn.functional.cross_entropy(batch.Logits(model, hidden), batch.Targets);
        var result = new LossSums(1, loss.Value<float>(), 0, 0, 0, 0);
        if (batch.Pairs > 0 && weights.WithPairs && pairs is not null)
        {
            var pairLoss = nn.functional.cross_entropy(batch.PairLogits(model, hidden), batch.PairTargets);
            result = result with { PairBatches = 1, Pair = pairLoss.Value<float>() };
            loss = loss.add(pairLoss, pairs);
        }
        if (cost is not null)
        {
            var speaking = cost.Total();
            result = result with { SpeakingBatches = 1, Speaking = speaking.Value<float>() };
            loss = loss.add(speaking, speakingWeight!);
        }
        loss.backward();
        return result;
    }

    private void Save(int step)
    {
        using var trained = weights.Copy();
        using var plain = DeepNorm.Fold(trained);
        RequireNumber(step, options.HalfPrecision ? "largest weight in float16"
            : "largest weight", Largest(plain, options.HalfPrecision ? ScalarType.Float16 : ScalarType.Float32));
        Checkpoint.Save(folder, plain, corpus.Tokenizer, options.HalfPrecision);
    }

    // NaN where a weight is NaN: Max alone would return another value.
    private static double Largest(BertForMaskedLM model, ScalarType format)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        float[] largest = [.. model.parameters().Select(p => p.to_type(format).to_type(ScalarType.Float32).abs().max().Value<float>())];
        return largest.Any(float.IsNaN) ? double.NaN : largest.Max();
    }

    // What a user gets: float16 weights, read back and computed with in float32.
    private HeldOutFigures MeasureSaved()
    {
        using var checkpoint = Checkpoint.Load(folder, device);
        return evaluation.Measure(_ => checkpoint.Model, threads);
    }

    private string Identity(BertForMaskedLM? start)
    {
        var hash = new Fingerprint().Add(options.Identity);
        foreach (var document in corpus.Training)
        {
            foreach (int[] sentence in document) hash.Add(MemoryMarshal.AsBytes<int>(sentence));
        }
        if (start is null) return hash.Of();
        using var beginning = weights.Flat.cpu();
        hash.Add("start").Add(beginning.bytes);
        return hash.Of();
    }
}
