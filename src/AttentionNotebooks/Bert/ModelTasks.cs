namespace AttentionNotebooks;

/// <summary>What a checkpoint can be asked, by the heads that it has.</summary>
internal static class ModelTasks
{
    // The tasks' names, as attn --task calls them, with the type of each.
    private static IReadOnlyList<string> Of(Checkpoint checkpoint) =>
    [
        .. checkpoint.HasMaskedLmHead ? ["masked (MaskedWords)", "agreement (VerbNumber)"] : Array.Empty<string>(),
        .. ClassifierCheckpoint.IsIn(checkpoint) ? ["labels (SentenceLabels)"] : Array.Empty<string>(),
        "pairs (PairSimilarity)", "retrieval (Retrieval)",
    ];

    /// <summary>The same as a sentence without its stop, for the remedy of an error.</summary>
    public static string Able(Checkpoint checkpoint) => $"Ask this model for one of --task {string.Join(", ", Of(checkpoint))}";
}
