namespace AttentionNotebooks.Cli.Options;

/// <summary>A model with the head that its task needs.</summary>
/// <param name="Checkpoint">The model; of a classifier, the encoder under its head.</param>
/// <param name="Classifier">The classifier, for tasks with classes.</param>
internal sealed record AskedModel(Checkpoint Checkpoint, ClassifierCheckpoint? Classifier) : IDisposable
{
    /// <summary>The model's heads.</summary>
    public HeadGrid Grid => new(Checkpoint.Config.NumHiddenLayers, Checkpoint.Config.NumAttentionHeads);

    /// <summary>Refuses a file of another model.</summary>
    /// <param name="file">The file, whose heads are <paramref name="grid"/> and which comes from <paramref name="from"/>.</param>
    /// <exception cref="InputException">Its heads are others, or both models are known and differ.</exception>
    public void RequireOwn(string file, HeadGrid grid, Provenance? from) =>
        Provenance.RequireSame((Checkpoint.Name, Grid, Provenance.Of(ModelOrigin.Of(Checkpoint))), (file, grid, from));

    public void Dispose()
    {
        if (Classifier is null) Checkpoint.Dispose();
        else Classifier.Dispose();
    }
}

/// <summary>A task on a model.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="OfSeed">The task of a seed, which decides what is hidden; other tasks are the same for every seed.</param>
/// <param name="Texts">The items' texts, item by item, with nothing hidden that the task hides by chance.</param>
/// <param name="TextsPerItem">How many each item has.</param>
internal sealed record AskedTask(string Name, Func<int, ITextTask> OfSeed, IReadOnlyList<TokenizedText> Texts, int TextsPerItem = 1)
{
    /// <summary>How many items there are.</summary>
    public int Count => Texts.Count / TextsPerItem;

    /// <summary>The texts of items that are never tested on (<see cref="CalibrationData.Held"/>).</summary>
    public TokenizedText[] Learnt => TextTasks.OfItems(Texts, TextsPerItem, CalibrationData.Held(Count).Learnt);
}
