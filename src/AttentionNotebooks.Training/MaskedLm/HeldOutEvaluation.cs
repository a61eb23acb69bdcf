using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>The same hidden words, and the same pairs of segments, of held-out text, asked again and again while a model learns.</summary>
internal sealed class HeldOutEvaluation(TrainingCorpus corpus, ExampleBuilder builder, TrainingOptions options, Device device)
{
    private const int Salt = 104_729; // keeps its choices apart from the training's

    private readonly List<Example[]> batches =
        new BatchStream(corpus.HeldOut, builder, Math.Max(options.Positions, options.TokensPerBatch / 2), options.Seed + Salt)
        .Finite(options.EvaluationTokens);

    /// <summary>Asks a model, the batches shared out among the threads.</summary>
    /// <param name="model">The model of a thread.</param>
    public HeldOutFigures Measure(Func<int, BertForMaskedLM> model, ReplicaThreads threads)
    {
        var results = new (double Loss, long Right, int Count, long PairsRight, int Pairs)[batches.Count];
        threads.Run(replica =>
        {
            using var noGradients = no_grad();
            for (int i = replica; i < batches.Count; i += threads.Count)
            {
                using var scope = NewDisposeScope();
                var batch = Hide(i);
                var hidden = batch.Hidden(model(replica));
                if (batch.Labels.Length > 0)
                {
                    var logits = batch.Logits(model(replica), hidden);         // [M, V]
                    double loss = nn.functional.cross_entropy(logits, batch.Targets).Value<float>();
                    results[i] = (loss * batch.Labels.Length, Right(logits, batch.Targets), batch.Labels.Length, 0, 0);
                }
                if (batch.Pairs > 0 && model(replica).HasPairHead)
                {
                    results[i].PairsRight = Right(batch.PairLogits(model(replica), hidden), batch.PairTargets);
                    results[i].Pairs = batch.Pairs;
                }
            }
        });
        int count = results.Sum(r => r.Count);
        return new HeldOutFigures(results.Sum(r => r.Loss) / count, results.Sum(r => r.Right) / (double)count, count,
            results.Sum(r => r.PairsRight) / (double)results.Sum(r => r.Pairs), results.Sum(r => r.Pairs));
    }

    /// <summary>Asks the guessers of <see cref="NeighbourBaseline"/>, who see of the input what the model sees.</summary>
    public BaselineFigures Baselines()
    {
        var guesser = new NeighbourBaseline(corpus.Training, corpus.Tokenizer.VocabularySize, MaskedBatch.FirstWord);
        var sums = new (double Loss, int Right)[3];
        int asked = 0;
        for (int i = 0; i < batches.Count; i++)
        {
            using var scope = NewDisposeScope();
            var batch = Hide(i);
            long[] ids = batch.Ids.cpu().reshape(-1).data<long>().ToArray(), chosen = batch.Chosen.cpu().data<long>().ToArray();
            for (int m = 0; m < batch.Labels.Length; m++)
            {
                // [CLS] and [SEP] frame every row, so that a hidden word has both neighbours in its own row.
                int left = (int)ids[chosen[m] - 1], right = (int)ids[chosen[m] + 1], label = (int)batch.Labels[m];
                double[][] guesses = [guesser.Unigram(), guesser.Bigram(left), guesser.BothNeighbours(left, right)];
                for (int g = 0; g < guesses.Length; g++)
                {
                    sums[g].Loss -= Math.Log(guesses[g][label]);
                    if (Array.IndexOf(guesses[g], guesses[g].Max()) == label) sums[g].Right++;
                }
                asked++;
            }
        }
        var figures = sums.Select(s => new HeldOutFigures(s.Loss / asked, s.Right / (double)asked, asked)).ToArray();
        return new BaselineFigures(figures[0], figures[1], figures[2]);
    }

    private static long Right(Tensor logits, Tensor targets) => logits.argmax(-1).eq(targets).sum().Value<long>();

    private MaskedBatch Hide(int batch) => new(batches[batch], corpus.Tokenizer, options.MaskRate,
        new Random(unchecked(options.Seed + Salt + batch)), device);
}
