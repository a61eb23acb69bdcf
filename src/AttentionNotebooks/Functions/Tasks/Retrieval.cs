using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How near the right sentences lie.</summary>
/// <param name="First">The share of sentences whose paraphrase is the nearest candidate, with its 95 % interval over sets.</param>
/// <param name="ReciprocalRank">Mean of 1 / rank of the paraphrase, with its interval.</param>
/// <param name="ChanceFirst">The first figure where the order is chance: 1/N.</param>
/// <param name="ChanceReciprocalRank">The second: (1 + 1/2 + … + 1/N) / N.</param>
/// <param name="Loss">Mean loss of a question, in nats.</param>
public sealed record RetrievalFigures(Interval First, Interval ReciprocalRank, double ChanceFirst, double ChanceReciprocalRank,
    double Loss);

/// <summary>
/// Does a sentence lie nearest to its paraphrase? An item is a set of questions with N candidates (<see cref="RetrievalSet"/>), of which
/// one is right and N − 1 are wrong. The loss of a question is the cross-entropy of the right candidate in a softmax over 20 · cosine. A
/// task for encoders without any head.
/// </summary>
/// <remarks>
/// The loss that sentence encoders learn by: Henderson et al. (2017), "Efficient Natural Language Response Suggestion for Smart Reply",
/// section 4.4, with the scale of sentence-transformers' MultipleNegativesRankingLoss. Questions of one set share their candidates, so the
/// set is the unit of every interval.
/// </remarks>
/// <example><code>
/// var sets = RetrievalSet.Read(Kit.DataPath("tasks/paraphrases.tsv"));
/// var task = new Retrieval(Kit.Model(), sets.Take(100).ToArray());
/// task.Measure().First                   // chance: 0.2
/// </code></example>
public sealed class Retrieval : ITextTask
{
    private const double Sharpness = 20; // sentence-transformers' own
    private static readonly Scalar Scale = Sharpness;

    private readonly Checkpoint _checkpoint;
    private readonly ComparedTexts _texts;

    /// <summary>Encodes the sets.</summary>
    /// <param name="checkpoint">The model; no head is needed. It must outlive the task.</param>
    /// <param name="sets">At least one, all with as many questions and as many candidates.</param>
    /// <param name="pooling">How tokens become a text; what the model's folder says unless given.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens; to the model's positions unless given.</param>
    /// <exception cref="InputException">There is no set, they differ in size, one has fewer than two candidates or fewer candidates than
    /// questions, a text has no token, or the folder names a pooling that is not computed.</exception>
    public Retrieval(Checkpoint checkpoint, IReadOnlyList<RetrievalSet> sets, Pooling? pooling = null, VisitOptions? options = null,
        int? maxLength = null)
    {
        if (sets.Count == 0) throw new InputException("the list of sets", null, "is empty", "Give at least one");
        (Sets, QuestionsPerSet, Candidates) = (sets, sets[0].Questions.Count, sets[0].Candidates.Count);
        if (sets.Index().FirstOrDefault(s => s.Item.Questions.Count != QuestionsPerSet || s.Item.Candidates.Count != Candidates
            || Candidates < Math.Max(2, QuestionsPerSet) || QuestionsPerSet == 0) is { Item: { } odd } bad)
            throw new InputException($"set {bad.Index}", null, $"has {odd.Questions.Count} questions and {odd.Candidates.Count} candidates",
                "Give all sets as many of both, two candidates at least, and one of them for every question");
        _checkpoint = checkpoint;
        _texts = new ComparedTexts(checkpoint, [.. sets.Select(set => set.Questions.Concat(set.Candidates).ToArray())], pooling,
            options?.TokensPerBatch, maxLength);
    }

    /// <summary>The sets.</summary>
    public IReadOnlyList<RetrievalSet> Sets { get; }

    /// <summary>How many questions a set has, Q.</summary>
    public int QuestionsPerSet { get; }

    /// <summary>How many candidates a question has, N.</summary>
    public int Candidates { get; }

    /// <summary>How tokens become a text.</summary>
    public Pooling Pooling => _texts.Pooling;

    /// <summary>How many texts were cut.</summary>
    public int Cut => _texts.Cut;

    /// <inheritdoc/>
    public string Name => $"paraphrase among {Candidates}";

    /// <inheritdoc/>
    public HeadGrid Grid => _checkpoint.Config.Grid;

    /// <inheritdoc/>
    public int Count => Sets.Count;

    /// <inheritdoc/>
    public int TextsPerItem => _texts.TextsPerItem;

    /// <inheritdoc/>
    public string Questions => "sentences";

    /// <inheritdoc/>
    public double GuessLoss => Math.Log(Candidates);

    /// <inheritdoc/>
    public nn.Module Weights => _checkpoint.Model;

    /// <inheritdoc/>
    public IReadOnlyList<int[]> Batches => _texts.Batches;

    /// <inheritdoc/>
    public IReadOnlyList<TokenizedText> Texts => _texts.Texts;

    /// <inheritdoc/>
    public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var cosines = Cosines(items, hooks);                                                                  // [n, Q, N]
        var own = eye(QuestionsPerSet, Candidates, dtype: ScalarType.Float32, device: cosines.device);        // [Q, N]
        var losses = nn.functional.log_softmax(cosines.mul(Scale), -1).mul(own).sum([1L, 2L]).neg();
        // Nearest is what is above all others; where others are as near, the question is not answered.
        var above = cosines.ge(cosines.diagonal(0, 1, 2).unsqueeze(-1)).to_type(ScalarType.Float32).sum([2L]); // [n, Q], itself counted
        var right = above.eq(ones_like(above)).to_type(ScalarType.Float32).sum([1L]);
        return new TaskOutput(losses, right, ones_like(above).sum([1L]));
    }

    /// <summary>The rank of the right candidate for every question, from 1; candidates that are as near count as nearer.</summary>
    /// <param name="hooks">Edits of the model's attention, if any.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns><c>[item][question]</c>.</returns>
    public int[][] Ranks(AttentionHooks? hooks = null, CancellationToken cancellation = default) => Ranks(Cosines(hooks, cancellation));

    /// <summary>Accuracy and mean reciprocal rank, with what chance gives, and the loss.</summary>
    /// <param name="hooks">Edits of the model's attention, if any.</param>
    /// <param name="cancellation">Stops the work.</param>
    public RetrievalFigures Measure(AttentionHooks? hooks = null, CancellationToken cancellation = default)
    {
        float[][][] cosines = Cosines(hooks, cancellation);
        int[][] ranks = Ranks(cosines);
        double[] questions = [.. ranks.Select(r => (double)r.Length)];
        Interval Of(Func<int, double> value) => Bootstrap.Ratio([.. ranks.Select(r => r.Sum(value))], questions);
        return new RetrievalFigures(Of(r => r == 1 ? 1 : 0), Of(r => 1.0 / r), 1.0 / Candidates,
            Enumerable.Range(1, Candidates).Average(r => 1.0 / r), cosines.SelectMany(rows => rows.Select(LossOf)).Average());
    }

    private static int[][] Ranks(float[][][] cosines) =>
        [.. cosines.Select(rows => rows.Select((row, q) => row.Count(c => c >= row[q])).ToArray())];

    // Of the question whose right candidate is of the same number.
    private static double LossOf(float[] row, int question) =>
        Math.Log(row.Sum(c => Math.Exp(Sharpness * ((double)c - row[question]))));

    // [item][question][candidate].
    private float[][][] Cosines(AttentionHooks? hooks, CancellationToken cancellation)
    {
        var cosines = new float[Count][][];
        using var noGradients = no_grad();
        foreach (int[] batch in Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            foreach (var (item, rows) in batch.Zip(Cosines(batch, hooks).Floats().Chunk(Candidates).Chunk(QuestionsPerSet)))
                cosines[item] = rows;
        }
        return cosines;
    }

    // Of every question (rows) with every candidate (columns): [n, Q, N].
    private Tensor Cosines(IReadOnlyList<int> items, AttentionHooks? hooks)
    {
        var embeddings = _texts.Embed(items, hooks);                                                          // [n, Q + N, D]
        return embeddings.narrow(1, 0, QuestionsPerSet).matmul(embeddings.narrow(1, QuestionsPerSet, Candidates).transpose(1, 2));
    }
}
