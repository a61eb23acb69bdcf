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

    /// <summary>What the same probe finds of a control task on the same held-out words, where every word type has a head by a random rule
    /// of its own (Hewitt and Liang 2019); <see langword="null"/> for rules, which learn nothing.</summary>
    public Proportion? Control { get; init; }

    /// <summary>Selectivity: accuracy minus control accuracy, with its 95 % interval over sentences. What a probe finds by learning words
    /// by heart, it finds in the control task too. Ends of NaN where there is no control.</summary>
    public Interval Selectivity { get; init; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary>Per held-out sentence with words that are asked, how many heads were found and asked.</summary>
    internal IReadOnlyList<(int Found, int Asked)> Sentences { get; init; } = [];

    /// <summary>The score beside that of its control task, of the same sentences.</summary>
    internal ProbeScore Against(ProbeScore control, int seed) => this with
    {
        Control = control.Test,
        Selectivity = Bootstrap.Ratio([.. Sentences.Zip(control.Sentences, (own, other) => (double)(own.Found - other.Found))],
            [.. Sentences.Select(s => (double)s.Asked)], seed: seed),
    };
}
