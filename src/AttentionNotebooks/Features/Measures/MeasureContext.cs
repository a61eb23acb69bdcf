namespace AttentionNotebooks;

/// <summary>What measures work on.</summary>
/// <param name="Source">Where attention comes from; over the treebank's sentences where there is a treebank.</param>
public sealed record MeasureContext(IAttentionSource Source)
{
    /// <summary>What the model is asked, for measures of importance.</summary>
    public IModelTask? Task { get; init; }

    /// <summary>One sentence per text of the source, in its order, for measures of syntax.</summary>
    public IReadOnlyList<TreebankSentence>? Treebank { get; init; }

    /// <summary>Decides all random choices.</summary>
    public int Seed { get; init; }

    /// <summary>How many passes of the model run at once.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Reports after each batch.</summary>
    public IProgress<VisitProgress>? Progress { get; init; }

    /// <summary>Stops the work.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What there is for measures.</summary>
    public FeatureNeeds Has =>
        FeatureCatalogue.Has(Source) | (Task is null ? 0 : FeatureNeeds.Task) | (Treebank is null ? 0 : FeatureNeeds.Treebank);

    /// <summary>The task.</summary>
    /// <param name="measure">The measure that needs it.</param>
    /// <exception cref="InputException">It is not given.</exception>
    public IModelTask RequireTask(IHeadMeasure measure) => Task
        ?? throw new InputException($"measure \"{measure.Name}\"", null, "needs something that the model is asked",
            "Give a task: hidden words, verbs, classes or pairs");

    /// <summary>The task as one whose items are texts of the model's.</summary>
    /// <param name="measure">The measure that needs it.</param>
    /// <exception cref="InputException">There is no task, or its items are no texts.</exception>
    public ITextTask RequireTextTask(IHeadMeasure measure) => RequireTask(measure) as ITextTask
        ?? throw new InputException($"measure \"{measure.Name}\"", null, $"needs the texts of the task \"{Task!.Name}\"",
            "Give a task whose items are texts");

    /// <summary>The treebank.</summary>
    /// <param name="measure">The measure that needs it.</param>
    /// <exception cref="InputException">It is not given.</exception>
    public IReadOnlyList<TreebankSentence> RequireTreebank(IHeadMeasure measure) => Treebank
        ?? throw new InputException($"measure \"{measure.Name}\"", null, "needs a treebank", "Give the texts as a treebank (--conllu)");
}
