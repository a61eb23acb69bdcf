namespace AttentionNotebooks;

/// <summary>What is put in the place of a head that is taken away.</summary>
public enum AblationMode
{
    /// <summary>Every query looks at all n tokens of its text alike, with weight 1/n: the head goes on, without a choice of its own.
    /// Kovaleva et al. 2019, who write a = 1/L.</summary>
    Uniform,

    /// <summary>The head's output is 0. Michel et al. 2019 (ξ_h = 0).</summary>
    Zero,

    /// <summary>The head's output is, at every token, its mean over the tokens of a reference corpus: what it always says stays, what it
    /// says about this text goes.</summary>
    Mean,
}
