namespace AttentionNotebooks;

// What a notebook asks its model.
public static partial class Kit
{
    private const string Paraphrases = "tasks/paraphrases.tsv", Treebank = "treebank/demo.conllu", TextComment = "# text = ";
    private const int MostOfTreebank = 1000;
    private static readonly string[] PairLabels = ["entailment", "not_entailment"],
        PairFiles = ["tasks/pairs.dev.tsv", "tasks/pairs.test.tsv"], WrongSentences = ["polarity", "verb", "person"];

    /// <summary>
    /// A task that suits the model, with the kit's own data. A model with a masked-LM head names hidden words of sentences. A classifier
    /// tells its classes: those of the kit's pairs where it has their labels, else those that it gives to the kit's sentences itself
    /// (<see cref="SentenceLabels.OfOwnAnswers"/>). An encoder without a head finds a sentence's paraphrase among four
    /// (<see cref="Retrieval"/>): the other three deny it, have another verb, or name another person.
    /// </summary>
    /// <param name="model">The model; it must outlive the task.</param>
    /// <param name="items">How many items: sentences, or pairs.</param>
    /// <param name="skip">How many to pass over first, so that two tasks of a notebook share no item.</param>
    /// <param name="seed">Decides which words are hidden; other tasks are the same for every seed.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <exception cref="InputException">The kit has not so many items.</exception>
    /// <example><code>
    /// var model = Kit.Model();
    /// var task = Kit.Task(model, items: 16);
    /// $"{task.Name}: {task.Count} items, loss {TaskScores.Evaluate(task).Loss:0.00}, guessing {task.GuessLoss:0.00}"
    /// </code></example>
    public static ITextTask Task(Checkpoint model, int items = 16, int skip = 0, int seed = 0, VisitOptions? options = null)
    {
        if (model.HasMaskedLmHead) return new MaskedWords(model, Some(Enough(items, skip), items, skip), seed, options: options);
        if (!ClassifierCheckpoint.IsIn(model))
            return new Retrieval(model, Some(RetrievalSet.Read(DataPath(Paraphrases), WrongSentences), items, skip), options: options);
        var classifier = ClassifierCheckpoint.Of(model);
        if (!classifier.Labels.SequenceEqual(PairLabels))
            return SentenceLabels.OfOwnAnswers(classifier, Some(Enough(items, skip), items, skip), options);
        var layout = SentenceTask.OfColumns("pairs", ["sentence1", "sentence2"], "label");
        LabelledText[] pairs = [.. PairFiles.SelectMany(f => LabelledTexts.Read(DataPath(f), layout, PairLabels).Items)];
        return new SentenceLabels(classifier, new LabelledTexts(Some(pairs, items, skip), PairLabels), options);
    }

    // The kit's sentences and, where they are too few, behind them those of the demo treebank at even distances.
    private static string[] Enough(int items, int skip)
    {
        string[] own = Sentences();
        if ((long)skip + items <= own.Length) return own;
        string[] treebank = [.. ConllU.Read(DataPath(Treebank)).Select(s =>
            s.Comments.First(c => c.StartsWith(TextComment, StringComparison.Ordinal))[TextComment.Length..])];
        return [.. own, .. treebank.Evenly(MostOfTreebank)];
    }

    private static T[] Some<T>(IReadOnlyList<T> all, int items, int skip) => items >= 1 && skip >= 0 && (long)skip + items <= all.Count
        ? [.. all.Skip(skip).Take(items)]
        : throw new InputException("Kit.Task", null, $"cannot give {items} items after {skip}",
            $"Ask for 1 or more, and for {all.Count} at most with those that are passed over");
}
