namespace AttentionNotebooks.Cli.Verbs;

/// <summary>A model that is asked something, with the head that the question needs.</summary>
/// <param name="Checkpoint">The model; of a classifier what is under its head.</param>
/// <param name="Classifier">The classifier, where classes are asked.</param>
internal sealed record AskedModel(Checkpoint Checkpoint, ClassifierCheckpoint? Classifier) : IDisposable
{
    public void Dispose()
    {
        if (Classifier is null) Checkpoint.Dispose();
        else Classifier.Dispose();
    }
}
