using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The classes of texts, or of pairs, predicted by a BERT that was fine-tuned for them. One question an item; the loss is the
/// cross-entropy of the true class.</summary>
/// <remarks>Devlin et al. (2019), section 4.1.</remarks>
public sealed class SentenceLabels : ITextTask
{
    private readonly EncodedTexts _texts;

    /// <summary>Prepares the texts.</summary>
    /// <param name="classifier">The model; it must outlive the task.</param>
    /// <param name="texts">Texts with the model's classes, at least one.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens (<see cref="Cut"/>); to the model's positions unless given.</param>
    /// <exception cref="InputException">There is no text, or the classes are not the model's.</exception>
    public SentenceLabels(ClassifierCheckpoint classifier, LabelledTexts texts, VisitOptions? options = null, int? maxLength = null)
    {
        if (texts.Items.Count == 0) throw new InputException("the list of texts", null, "is empty", "Give at least one");
        if (!texts.Labels.SequenceEqual(classifier.Labels))
            throw new InputException("labels", null,
                $"are {string.Join(", ", texts.Labels.Take(10))}, but the model's are {string.Join(", ", classifier.Labels.Take(10))}",
                    "Read the texts with the model's labels");
        Classifier = classifier;
        _texts = new EncodedTexts(texts, classifier.Tokenizer, maxLength);
        Batches = BatchPlan.Of(_texts.Lengths, new VisitOptions((options ?? VisitOptions.Default).TokensPerBatch));
    }

    /// <summary>
    /// The classes that the untouched model gives to texts itself, for texts whose classes nobody knows: a change of its heads can then
    /// only take it away from its own answers. Before any change the accuracy is 1 (<see cref="HasTruth"/> is
    /// <see langword="false"/>).
    /// </summary>
    /// <param name="classifier">The model; it must outlive the task.</param>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There is no text.</exception>
    public static SentenceLabels OfOwnAnswers(ClassifierCheckpoint classifier, IReadOnlyList<string> texts, VisitOptions? options = null,
        CancellationToken cancellation = default)
    {
        var unknown = new LabelledTexts([.. texts.Select(t => new LabelledText(t, null, 0))], classifier.Labels);
        int[] own = new SentenceLabels(classifier, unknown, options).Predict(cancellation: cancellation);
        var answered = unknown with { Items = [.. unknown.Items.Zip(own, (text, label) => text with { Label = label })] };
        return new SentenceLabels(classifier, answered, options) { Name = "its own answers", HasTruth = false };
    }

    /// <summary>The model that is asked.</summary>
    public ClassifierCheckpoint Classifier { get; }

    /// <inheritdoc/>
    public string Name { get; private init; } = "sentence labels";

    /// <inheritdoc/>
    public string Questions => "texts";

    /// <inheritdoc/>
    public bool HasTruth { get; private init; } = true;

    /// <inheritdoc/>
    public double GuessLoss => Math.Log(Classifier.Labels.Count);

    /// <inheritdoc/>
    public nn.Module Weights => Classifier.Model;

    /// <inheritdoc/>
    public HeadGrid Grid => Classifier.Config.Grid;

    /// <inheritdoc/>
    public int Count => Gold.Count;

    /// <inheritdoc/>
    public IReadOnlyList<TokenizedText> Texts => _texts.Texts;

    /// <summary>The items' true classes, from 0.</summary>
    public IReadOnlyList<int> Gold => _texts.Labels;

    /// <summary>How many texts were cut.</summary>
    public int Cut => _texts.Cut;

    /// <inheritdoc/>
    public IReadOnlyList<int[]> Batches { get; }

    /// <summary>The model's scores of the classes.</summary>
    /// <param name="items">Positions of the items, n of them.</param>
    /// <param name="hooks">Edits and watchers of the model's attention, if any.</param>
    /// <returns>Logits <c>[n, C]</c>, float32; they belong to the caller's dispose scope.</returns>
    public Tensor Logits(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var batch = _texts.Batch(items, Classifier.Model.Device);
        return Classifier.Model.forward(batch.Ids, batch.Segments, batch.Mask, hooks).to_type(ScalarType.Float32);
    }

    /// <inheritdoc/>
    public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var logits = Logits(items, hooks);
        var targets = _texts.Targets(items, logits.device);
        var right = logits.argmax(-1).eq(targets).to_type(ScalarType.Float32);
        return new TaskOutput(nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.None), right, ones_like(right));
    }

    /// <summary>The class that the model predicts for each item, so that measures of all answers together, such as Matthews' correlation,
    /// can be taken.</summary>
    /// <param name="hooks">Edits of the model's attention, if any.</param>
    /// <param name="batches">Which items, dealt into batches; all unless given. The others' entries are −1.</param>
    /// <param name="cancellation">Stops the work.</param>
    public int[] Predict(AttentionHooks? hooks = null, IReadOnlyList<int[]>? batches = null, CancellationToken cancellation = default)
    {
        int[] predicted = new int[Count];
        Array.Fill(predicted, -1);
        using var noGradients = no_grad();
        foreach (var batch in batches ?? Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            long[] classes = Logits(batch, hooks).argmax(-1).cpu().data<long>().ToArray();
            for (int i = 0; i < batch.Length; i++) predicted[batch[i]] = (int)classes[i];
        }
        return predicted;
    }

    /// <summary>How often items of each class were predicted to be of each class.</summary>
    /// <param name="predicted">The predicted classes of all items (<see cref="Predict"/>).</param>
    public Confusion Confusion(IReadOnlyList<int> predicted) => AttentionNotebooks.Confusion.Of(Gold, predicted, Classifier.Labels.Count);
}
