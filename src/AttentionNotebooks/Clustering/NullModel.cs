namespace AttentionNotebooks;

/// <summary>What heads without clusters are taken to look like. Each null permits another claim (<see cref="NullModels.Claim"/>).</summary>
public enum NullModel
{
    /// <summary>Each feature shuffled among the heads: every distribution is kept, and what ties the features together is lost.</summary>
    ShuffledFeatures,

    /// <summary>One Gaussian with the heads' means and covariances: correlations are kept, the distributions and groups are lost (the null
    /// of SigClust, Liu et al. 2008).</summary>
    OneGaussian,

    /// <summary>
    /// The heads' own distributions, tied together by a Gaussian copula with their own rank correlations: both are kept, and groups are
    /// lost. Ranks become normal scores, Φ⁻¹(rank / (n + 1)), ranks from 1 to n (van der Waerden 1952); as many points as there are heads
    /// are drawn from the normal distribution with the covariances of these scores; and in each column the smallest draw gets the
    /// column's smallest value, and so on (the steps of Iman and Conover 1982, with new normal draws).
    /// </summary>
    GaussianCopula,
}

/// <summary>What is said of the nulls.</summary>
public static class NullModels
{
    /// <summary>How many null data sets are drawn by default: 999 of the null that matches most, so that p can be small; 199 of the
    /// others.</summary>
    /// <param name="model">A null.</param>
    public static int Runs(this NullModel model) => model == NullModel.GaussianCopula ? 999 : 199;

    /// <summary>What may be said, and no more, where the heads stand apart more than this null.</summary>
    /// <param name="model">A null.</param>
    public static string Claim(this NullModel model) => model switch
    {
        NullModel.ShuffledFeatures => "The heads stand apart more than heads with the same margins and unrelated features. "
            + "Correlation alone can do that.",
        NullModel.OneGaussian => "The heads stand apart more than one Gaussian cloud with the same covariances. "
            + "Skewed margins alone can do that.",
        _ => "The heads stand apart more than heads of the same margins and rank correlations (Gaussian copula). "
            + "Neither margins nor correlations of pairs explain it; a dependence of another form, such as groups, does.",
    };

    internal static string Named(this NullModel model) => model switch
    {
        NullModel.ShuffledFeatures => "shuffled features",
        NullModel.OneGaussian => "one Gaussian",
        _ => "a Gaussian copula",
    };
}
