using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How much of the trees all heads' attention holds together: p(i | j) ∝ exp Σ_k (w_k·α_k(j→i) + u_k·α_k(i→j)) for head i of
/// dependent j, and with words w_k + W_k·(v_i ⊕ v_j) in place of w_k, u likewise. Clark et al. 2019, §5; the model stays as it
/// is. A word is the root by its attention to and from [CLS] and [SEP], with weights of their own (the kit's choice).
/// Punctuation is not asked, but may be chosen.
/// </summary>
internal static class DependencyProbe
{
    /// <summary>Trains a probe on most of the sentences and tests it on the rest.</summary>
    /// <param name="data">Maps and trees.</param>
    /// <param name="words">Word vectors of the same sentences; without them the probe sees maps alone.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <exception cref="InputException">There are too few sentences to hold some out, or an option makes no sense.</exception>
    public static ProbeScore Train(ProbeData data, WordVectors? words = null, ProbeOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= new ProbeOptions();
        var split = ProbeSplit.Of(data, options);
        var train = Batches(data, words, split.Train, options.Batch);
        var test = Batches(data, words, split.Test, options.Batch);
        try
        {
            using var model = new ProbeModel(data.Maps, words?.Dimensions ?? 0);
            var random = new Random(options.Seed);
            int step = 0, steps = train.Length * options.Epochs;
            for (int epoch = 0; epoch < options.Epochs; epoch++)
            {
                random.Shuffle(train);
                foreach (var batch in train)
                {
                    cancellation.ThrowIfCancellationRequested();
                    model.Learn(batch, options.LearningRate * (1 - step++ / (double)steps), options.Decay);
                }
            }
            double[] weights = model.Values();
            return split.Score(data.Name + (words is null ? "" : " + words"), Found(model, train), Found(model, test), model.Count) with
            { ToHead = weights[..data.Maps], FromHead = weights[data.Maps..(2 * data.Maps)] };
        }
        finally
        {
            foreach (var batch in train.Concat(test)) batch.Dispose();
        }
    }

    /// <summary>Every word depends on the next one: Clark et al.'s right-branching baseline.</summary>
    /// <param name="data">Maps and trees; the maps are not looked at.</param>
    /// <param name="options">The split.</param>
    /// <exception cref="InputException">There are too few sentences to hold some out.</exception>
    public static ProbeScore RightBranching(ProbeData data, ProbeOptions? options = null) =>
        Offset(data, options ?? new ProbeOptions(), "right-branching", _ => 1);

    /// <summary>Every word depends on the word so many to the right, by the best offset of the training sentences.</summary>
    /// <param name="data">Maps and trees; the maps are not looked at.</param>
    /// <param name="options">The split.</param>
    /// <exception cref="InputException">There are too few sentences to hold some out.</exception>
    public static ProbeScore BestOffset(ProbeData data, ProbeOptions? options = null) =>
        Offset(data, options ?? new ProbeOptions(), "best offset", train => train
        .SelectMany(s => Enumerable.Range(0, data.Sentences[s].Words)
            .Where(i => data.Sentences[s].Scored[i] && data.Sentences[s].Heads[i] < data.Sentences[s].Words)
            .Select(i => data.Sentences[s].Heads[i] - i))
        .GroupBy(o => o).OrderByDescending(g => g.Count()).ThenBy(g => Math.Abs(g.Key)).ThenBy(g => g.Key).Select(g => g.Key)
        .FirstOrDefault(1));

    private static ProbeScore Offset(ProbeData data, ProbeOptions options, string name, Func<int[], int> choose)
    {
        var split = ProbeSplit.Of(data, options);
        int offset = choose(split.Train);
        Dictionary<int, (int, int)> Found(int[] sentences) => sentences.ToDictionary(s => s, s =>
        {
            var own = data.Sentences[s];
            int[] asked = [.. Enumerable.Range(0, own.Words).Where(i => own.Scored[i])];
            return (asked.Count(i => own.Heads[i] < own.Words && own.Heads[i] == i + offset), asked.Length);
        });
        return split.Score(name, Found(split.Train), Found(split.Test), 0);
    }

    // Batches are made once, of sentences of like length, so that little is padded; their order changes from epoch to epoch.
    private static ProbeBatch[] Batches(ProbeData data, WordVectors? words, int[] sentences, int size) =>
        [.. sentences.Where(s => data.Sentences[s].Scored.Any(x => x)).OrderBy(s => data.Sentences[s].Words).Chunk(size)
            .Select(chunk => new ProbeBatch(data, words, chunk))];

    // Per sentence, the heads found and asked.
    private static Dictionary<int, (int Found, int Asked)> Found(ProbeModel model, IEnumerable<ProbeBatch> batches)
    {
        using var noGradients = no_grad();
        var found = new Dictionary<int, (int Found, int Asked)>();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var right = model.Scores(batch).argmax(-1).eq(batch.Targets).cpu().data<bool>();
            var rows = batch.Rows.data<long>();
            for (int i = 0; i < rows.Count; i++)
            {
                int sentence = batch.Sentences[(int)(rows[i] / batch.Length)];
                var (so, asked) = found.GetValueOrDefault(sentence);
                found[sentence] = (so + (right[i] ? 1 : 0), asked + 1);
            }
        }
        return found;
    }
}
