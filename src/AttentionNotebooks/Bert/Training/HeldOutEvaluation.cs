using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>The same hidden words of held-out text, asked again and again while a model learns.</summary>
internal sealed class HeldOutEvaluation(TrainingCorpus corpus, ExampleBuilder builder, TrainingOptions options)
{
    private const int Salt = 104_729; // keeps its choices apart from the training's

    private readonly List<Example[]> batches = new BatchStream(corpus.HeldOut, builder, Math.Max(options.Positions, options.TokensPerBatch / 2), options.Seed + Salt).Finite(options.EvaluationTokens);

    /// <summary>Asks the model, the batches shared out among the replicas.</summary>
    public HeldOutFigures Measure(SharedWeights weights, ReplicaThreads threads)
    {
        var results = new (double Loss, long Right, int Count)[batches.Count];
        threads.Run(replica =>
        {
            using var noGradients = no_grad();
            for (int i = replica; i < batches.Count; i += weights.Models.Count)
            {
                using var scope = NewDisposeScope();
                var batch = Hide(i);
                if (batch.Labels.Length == 0) continue;
                var logits = batch.Logits(weights.Models[replica]);            // [M, V]
                double loss = nn.functional.cross_entropy(logits, batch.Targets).Value<float>();
                results[i] = (loss * batch.Labels.Length, logits.argmax(-1).eq(batch.Targets).sum().Value<long>(), batch.Labels.Length);
            }
        });
        int count = results.Sum(r => r.Count);
        return new HeldOutFigures(results.Sum(r => r.Loss) / count, results.Sum(r => r.Right) / (double)count, count);
    }

    /// <summary>Asks a guesser that knows only the frequencies of the training texts (one added to each).</summary>
    public HeldOutFigures Unigram()
    {
        var counts = new long[corpus.Tokenizer.VocabularySize];
        foreach (int id in corpus.Training.SelectMany(d => d).SelectMany(s => s)) counts[id]++;
        double total = counts.Sum() + counts.Length, loss = 0;
        int most = Array.IndexOf(counts, counts.Max()), right = 0, asked = 0;
        for (int i = 0; i < batches.Count; i++)
        {
            using var scope = NewDisposeScope();
            foreach (long label in Hide(i).Labels)
            {
                loss -= Math.Log((counts[label] + 1) / total);
                if (label == most) right++;
                asked++;
            }
        }
        return new HeldOutFigures(loss / asked, right / (double)asked, asked);
    }

    private MaskedBatch Hide(int batch) => new(batches[batch], corpus.Tokenizer, options.MaskRate, new Random(unchecked(options.Seed + Salt + batch)));
}
