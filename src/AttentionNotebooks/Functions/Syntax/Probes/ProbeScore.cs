namespace AttentionNotebooks;

/// <summary>How a probe is trained and tested.</summary>
public sealed record ProbeOptions
{
    /// <summary>Passes over the training sentences. (Clark et al. make one, over 36,160 sentences one by one.)</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Adam's learning rate at the start; it falls linearly to 0. (Clark et al.: 0.002.)</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Sentences per step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Decoupled weight decay (AdamW), per unit of learning rate.</summary>
    public double Decay { get; init; } = 0.01;

    /// <summary>Share of the sentences that is held out.</summary>
    public double TestShare { get; init; } = 0.25;

    /// <summary>Decides the split, the order of the batches and the draws of the intervals.</summary>
    public int Seed { get; init; }
}

/// <summary>How many heads a probe, or a rule, finds in sentences held out.</summary>
/// <param name="Name">What it looks at.</param>
/// <param name="Test">Unlabelled attachment score (UAS) on the held-out sentences: words whose head, or whose being the root, is found;
/// punctuation is not asked.</param>
/// <param name="Interval">95 % of it over sentences.</param>
/// <param name="Train">The same on the training sentences.</param>
/// <param name="Weights">How many numbers were learnt.</param>
public sealed record ProbeScore(string Name, Proportion Test, Interval Interval, Proportion Train, int Weights)
{
    /// <summary>Per map (in the grid's order for attention), w_k: what attention from dependent to head weighs. Empty for rules.</summary>
    public double[] ToHead { get; init; } = [];

    /// <summary>Per map, u_k: what attention from head to dependent weighs. Empty for rules.</summary>
    public double[] FromHead { get; init; } = [];
}
