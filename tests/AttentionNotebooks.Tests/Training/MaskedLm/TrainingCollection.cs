namespace AttentionNotebooks.Tests.Training;

/// <summary>
/// Tests that train, or hold libtorch to one thread as the training does, run apart from the others: the number of MKL's
/// threads belongs to the process, and with it changes the order in which others' sums are added, and their last bits.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TrainingCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "training";
}
