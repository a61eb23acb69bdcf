using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>What the cosines of pairs tell.</summary>
/// <param name="Accuracy">The share of pairs on the right side of the threshold.</param>
/// <param name="Majority">The control: the share of the commoner kind, which an answer without looking gets.</param>
/// <param name="Roc">How well the order of the log-odds tells the kinds apart, whatever the threshold.</param>
/// <param name="Loss">Mean log-loss of a pair, in nats.</param>
/// <param name="PriorLoss">The same of an answer that knows the share of the kinds in the fitted half and nothing of the pair.</param>
public sealed record PairFigures(Proportion Accuracy, Proportion Majority, RocArea Roc, double Loss, double PriorLoss);

/// <summary>
/// Do two sentences say the same? The model reads each by itself, and the cosine of the two embeddings answers: a task for
/// encoders without any head. Two numbers turn cosines into probabilities (<see cref="PairScale"/>); they are fitted on other pairs
/// with the model as it is, and stay when its heads are changed. The loss is the log-loss of the right answer.
/// </summary>
/// <remarks>Reimers and Gurevych (2019), section 4; the tasks are those of GLUE (Wang et al. 2019), asked by cosine.</remarks>
/// <example><code>
/// var pairs = SentencePairs.Read(Kit.DataPath("tasks/pairs.dev.tsv"));
/// var task = PairSimilarity.Fit(Kit.Model(), pairs);     // one half is fitted on, the other is the task
/// task.Measure().Roc.Area                                // 0.5 where cosines say nothing
/// </code></example>
public sealed class PairSimilarity : ITextTask
{
    private readonly Checkpoint _checkpoint;
    private readonly ComparedTexts _texts;

    private PairSimilarity(Checkpoint checkpoint, SentencePairs pairs, ComparedTexts texts, PairScale scale, int fitted, double prior)
    {
        (_checkpoint, Pairs, _texts, Scale, Fitted, Prior) = (checkpoint, pairs, texts, scale, fitted, prior);
    }

    /// <summary>Fits the scale on one half of the pairs; the other half is the task (<see cref="SentencePairs.Halves"/>).</summary>
    /// <param name="checkpoint">The model; no head is needed. It must outlive the task.</param>
    /// <param name="pairs">Pairs, two of each kind at least.</param>
    /// <param name="pooling">How tokens become a text; what the model's folder says unless given.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens; to the model's positions unless given.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There are fewer than two pairs of one kind, a text has no token, or the folder names a pooling that
    /// is not computed.</exception>
    public static PairSimilarity Fit(Checkpoint checkpoint, SentencePairs pairs, Pooling? pooling = null, VisitOptions? options = null,
        int? maxLength = null, CancellationToken cancellation = default)
    {
        int yes = pairs.Alike.Length, no = pairs.Items.Count - yes;
        if (yes < 2 || no < 2)
            throw new InputException("pairs", null, $"are {yes} that say the same and {no} that do not; half of each is fitted on",
                "Give two of each kind at least (--limit)");
        var (fitted, asked) = pairs.Halves();
        return Fit(checkpoint, fitted, asked, pooling, options, maxLength, cancellation);
    }

    /// <summary>Fits the scale on some pairs, to be asked about others.</summary>
    /// <param name="checkpoint">The model; no head is needed. It must outlive the task.</param>
    /// <param name="fitted">Pairs to fit on, of both kinds.</param>
    /// <param name="asked">The task's pairs, of both kinds.</param>
    /// <param name="pooling">How tokens become a text; what the model's folder says unless given.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens; to the model's positions unless given.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There is no pair of one kind, a text has no token, or the folder names a pooling that is not
    /// computed.</exception>
    public static PairSimilarity Fit(Checkpoint checkpoint, SentencePairs fitted, SentencePairs asked, Pooling? pooling = null,
        VisitOptions? options = null, int? maxLength = null, CancellationToken cancellation = default)
    {
        if (asked.Alike.Length == 0 || asked.Alike.Length == asked.Items.Count)
            throw new InputException("pairs to ask about", null,
                $"are {asked.Items.Count}, of which {asked.Alike.Length} say the same", "Give pairs of both kinds");
        ComparedTexts Encode(SentencePairs pairs) => new(checkpoint, [.. pairs.Items.Select(p => new[] { p.First, p.Second })], pooling,
            options?.TokensPerBatch, maxLength);
        var scale = PairScale.Fit(Cosines(Encode(fitted), null, cancellation), [.. fitted.Items.Select(p => p.Alike)]);
        return new PairSimilarity(checkpoint, asked, Encode(asked), scale, fitted.Items.Count,
            (double)fitted.Alike.Length / fitted.Items.Count);
    }

    /// <summary>The pairs, in the task's order.</summary>
    public SentencePairs Pairs { get; }

    /// <summary>From a cosine to log-odds, as it was fitted.</summary>
    public PairScale Scale { get; }

    /// <summary>How many other pairs it was fitted on.</summary>
    public int Fitted { get; }

    /// <summary>The share of them that say the same.</summary>
    public double Prior { get; }

    /// <summary>How tokens become a text.</summary>
    public Pooling Pooling => _texts.Pooling;

    /// <summary>How many texts were cut.</summary>
    public int Cut => _texts.Cut;

    /// <inheritdoc/>
    public string Name => "sentence pairs";

    /// <inheritdoc/>
    public HeadGrid Grid => _checkpoint.Config.Grid;

    /// <inheritdoc/>
    public int Count => Pairs.Items.Count;

    /// <inheritdoc/>
    public int TextsPerItem => _texts.TextsPerItem;

    /// <inheritdoc/>
    public string Questions => "pairs";

    /// <inheritdoc/>
    public double GuessLoss => Math.Log(2);

    /// <inheritdoc/>
    public nn.Module Weights => _checkpoint.Model;

    /// <inheritdoc/>
    public IReadOnlyList<int[]> Batches => _texts.Batches;

    /// <inheritdoc/>
    public IReadOnlyList<TokenizedText> Texts => _texts.Texts;

    /// <inheritdoc/>
    public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var cosines = Cosines(_texts.Embed(items, hooks));                                                    // [n]
        var logOdds = cosines.mul(tensor((float)Scale.Slope, device: cosines.device))
            .Plus(tensor((float)Scale.Intercept, device: cosines.device));
        var alike = tensor(items.Select(i => Pairs.Items[i].Alike ? 1f : 0f).ToArray(), device: cosines.device);
        var right = logOdds.gt(zeros_like(logOdds)).to_type(ScalarType.Float32).eq(alike).to_type(ScalarType.Float32);
        return new TaskOutput(nn.functional.binary_cross_entropy_with_logits(logOdds, alike, reduction: nn.Reduction.None), right,
            ones_like(right));
    }

    /// <summary>The cosine of each pair.</summary>
    /// <param name="hooks">Edits of the model's attention, if any.</param>
    /// <param name="cancellation">Stops the work.</param>
    public double[] Cosines(AttentionHooks? hooks = null, CancellationToken cancellation = default) => Cosines(_texts, hooks, cancellation);

    /// <summary>Accuracy with its control, and the area under the ROC curve, which depends on no threshold.</summary>
    /// <param name="hooks">Edits of the model's attention, if any; the scale stays.</param>
    /// <param name="cancellation">Stops the work.</param>
    public PairFigures Measure(AttentionHooks? hooks = null, CancellationToken cancellation = default)
    {
        double[] logOdds = [.. Cosines(hooks, cancellation).Select(Scale.LogOdds)];
        bool[] alike = [.. Pairs.Items.Select(p => p.Alike)];
        int yes = alike.Count(a => a);
        return new PairFigures(new Proportion(logOdds.Zip(alike, (z, a) => z > 0 == a).Count(r => r), Count),
            new Proportion(Math.Max(yes, Count - yes), Count), RocArea.Compute(logOdds, alike),
            logOdds.Zip(alike, PairScale.LogLoss).Average(), alike.Average(a => -Math.Log(a ? Prior : 1 - Prior)));
    }

    private static double[] Cosines(ComparedTexts texts, AttentionHooks? hooks, CancellationToken cancellation)
    {
        var cosines = new double[texts.Texts.Length / texts.TextsPerItem];
        using var noGradients = no_grad();
        foreach (int[] batch in texts.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            foreach (var (item, cosine) in batch.Zip(Cosines(texts.Embed(batch, hooks)).Floats())) cosines[item] = cosine;
        }
        return cosines;
    }

    // [n, 2, D] → [n].
    private static Tensor Cosines(Tensor embeddings) => embeddings.select(1, 0).mul(embeddings.select(1, 1)).sum([1L]);
}
