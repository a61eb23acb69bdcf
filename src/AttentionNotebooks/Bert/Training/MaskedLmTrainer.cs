using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>
/// Trains a small BERT from nothing on masked words, on the CPU: data-parallel replicas over shared weights, AdamW,
/// a schedule in steps, and a folder in Hugging Face's layout at every evaluation.
/// </summary>
public sealed class MaskedLmTrainer
{
    private const double LastRate = 0.02; // of the highest

    private readonly TrainingCorpus corpus;
    private readonly TrainingOptions options;

    /// <summary>Prepares a run.</summary>
    /// <param name="corpus">The texts.</param>
    /// <param name="options">The same options that the corpus was read with.</param>
    /// <exception cref="InputException">An option is outside what it can be.</exception>
    public MaskedLmTrainer(TrainingCorpus corpus, TrainingOptions options)
    {
        options.Check();
        this.corpus = corpus;
        this.options = options;
    }

    /// <summary>Trains, and saves the folded model at every evaluation and at the end.</summary>
    /// <param name="folder">Where the checkpoint goes.</param>
    /// <param name="progress">Is told of every report and evaluation.</param>
    /// <param name="saved">Is told what was done so far whenever the folder holds new weights, the last time at the end.</param>
    /// <param name="cancellation">Stops between two steps; what was saved last stays.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public TrainingReport Run(string folder, IProgress<TrainingProgress>? progress = null, Action<TrainingReport>? saved = null, CancellationToken cancellation = default)
    {
        int threadsBefore = get_num_threads();
        try
        {
            var config = options.Config(corpus.Tokenizer.VocabularySize);
            using var weights = new SharedWeights(config, options.Replicas, options.Seed);
            using var threads = new ReplicaThreads(options.Replicas);
            var builder = new ExampleBuilder(corpus.Tokenizer, options.Positions);
            var evaluation = new HeldOutEvaluation(corpus, builder, options);
            var optimizer = new AdamW(weights.Values.Length);
            using var batches = new BatchStream(corpus.Training, builder, options.TokensPerBatch, options.Seed).Endless().GetEnumerator();
            var clock = Stopwatch.StartNew();
            long tokens = 0;
            double loss = 0, sinceReport = 0;
            var unigram = evaluation.Unigram();
            TrainingReport? report = null;
            for (int step = 1; step <= options.Steps; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                var work = Next(batches);
                tokens += work.Sum(b => (long)b.Length * b[0].Ids.Length);
                loss += Backward(weights, threads, work, step);
                sinceReport++;
                double norm = Update(weights, threads, optimizer, Rate(step));
                bool evaluate = step % options.EvaluateEvery == 0 || step == options.Steps;
                if (evaluate)
                {
                    var heldOut = evaluation.Measure(weights, threads);
                    report = new TrainingReport(options, config.VocabSize, weights.Values.Length, corpus.TrainingPieces, step, tokens, heldOut, unigram);
                    Save(folder, weights.Models[0]);
                    saved?.Invoke(report);
                }
                if (!evaluate && step % options.ReportEvery != 0) continue;
                double seconds = clock.Elapsed.TotalSeconds;
                progress?.Report(new TrainingProgress(step, options.Steps, tokens, loss / sinceReport, norm, tokens / seconds, TimeSpan.FromSeconds(seconds / step * (options.Steps - step)), evaluate ? report!.HeldOut : null));
                (loss, sinceReport) = (0, 0);
            }
            return report!; // the last step is always evaluated
        }
        finally
        {
            set_num_threads(threadsBefore);
        }
    }

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

    private double Backward(SharedWeights weights, ReplicaThreads threads, Example[][] work, int step)
    {
        var losses = new double[work.Length];
        threads.Run(replica =>
        {
            using var scope = NewDisposeScope();
            var random = new Random(unchecked((options.Seed * 1_000_003 + step) * 67 + replica));
            var batch = new MaskedBatch(work[replica], corpus.Tokenizer, options.MaskRate, random);
            if (batch.Labels.Length == 0) return; // nothing hidden, nothing to learn
            var loss = nn.functional.cross_entropy(batch.Logits(weights.Models[replica]), batch.Targets);
            loss.backward();
            losses[replica] = loss.Value<float>();
        });
        return losses.Average();
    }

    // The vectors are walked in as many parts as there are replicas; their sums are added in a fixed order.
    private double Update(SharedWeights weights, ReplicaThreads threads, AdamW optimizer, double rate)
    {
        int parts = options.Replicas, length = weights.Values.Length;
        int Edge(int part) => (int)((long)length * part / parts);
        var squares = new double[parts];
        threads.Run(part => squares[part] = AdamW.Average(weights, Edge(part), Edge(part + 1)));
        double norm = Math.Sqrt(squares.Sum()), clip = Math.Min(1, options.ClipNorm / (norm + 1e-6));
        optimizer.Begin();
        threads.Run(part =>
        {
            foreach (var region in weights.Regions)
            {
                int start = Math.Max(region.Start, Edge(part)), end = Math.Min(region.Start + region.Length, Edge(part + 1));
                if (start < end) optimizer.Update(weights, start, end, rate * RateOf(region), region.IsMatrix ? options.WeightDecay : 0, clip);
            }
        });
        return norm;
    }

    private double RateOf(SharedWeights.Region region) =>
        region.Name.Contains(".self.query.", StringComparison.Ordinal) || region.Name.Contains(".self.key.", StringComparison.Ordinal) ? options.QueryKeyRate : 1;

    private double Rate(int step)
    {
        double warm = Math.Max(1, options.Warmup * options.Steps);
        if (step <= warm) return options.LearningRate * step / warm;
        double left = (options.Steps - step) / Math.Max(1, options.Steps - warm);
        return options.LearningRate * (LastRate + (1 - LastRate) * left);
    }

    private void Save(string folder, BertForMaskedLM trained)
    {
        using var plain = DeepNorm.Fold(trained);
        Checkpoint.Save(folder, plain, corpus.Tokenizer, options.HalfPrecision);
    }
}
