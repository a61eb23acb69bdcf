namespace AttentionNotebooks;

// What heads do: ablation, importance, and the synthesis of all measures.
public partial interface IPlots
{
    /// <summary>What each cluster does: clusters × measures, coloured by Cliff's δ against all other heads, with a number where that is
    /// sure.</summary>
    /// <param name="synthesis">The cells.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure ClusterFunctions(ClusterSynthesis synthesis, string? title = null, string? caption = null);

    /// <summary>What a model loses without each group of heads (or with it alone): the change of the loss with its interval, and beside it
    /// random groups of the same make.</summary>
    /// <param name="effects">The effects, the first on top.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There are no effects.</exception>
    Figure GroupEffects(IReadOnlyList<AblationEffect> effects, string? title = null, string? caption = null);

    /// <summary>How far measures of a head's importance order the heads alike: measures × measures, Spearman's correlation and its interval
    /// over heads in each cell.</summary>
    /// <param name="agreement">The correlations.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure AgreementMatrix(MeasureAgreement agreement, string? title = null, string? caption = null);
}
