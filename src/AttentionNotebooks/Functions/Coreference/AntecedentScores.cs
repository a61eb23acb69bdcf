namespace AttentionNotebooks;

/// <summary>How often antecedents are found among the mentions before an anaphor.</summary>
/// <param name="Type">Which anaphors: all, pronoun, proper, nominal.</param>
/// <param name="Grid">The model's heads.</param>
/// <param name="ByHead">Per head in the grid's order, how often the candidate that gets most attention is of the same entity.</param>
/// <param name="Best">The best head on these anaphors, chosen and scored on the same.</param>
/// <param name="Nearest">The same for always choosing the nearest mention.</param>
/// <param name="HeadMatch">The same for the nearest mention with the same head word, or the nearest if no mention has it.</param>
/// <param name="Chance">The mean share of right candidates: what choosing blindly gives.</param>
public sealed record AntecedentScores(string Type, HeadGrid Grid, IReadOnlyList<Proportion> ByHead, Head Best, Proportion Nearest,
    Proportion HeadMatch, double Chance)
{
    /// <summary>A head's accuracy on documents that it was not chosen on: the best head over all anaphors of one half of the documents,
    /// scored on the other, and the other way round. <see langword="null"/> where there are not two halves.</summary>
    public Proportion? HeldOut { get; init; }

    /// <summary>The two heads that were chosen; none where there are not two halves.</summary>
    public IReadOnlyList<Head> Choices { get; init; } = [];

    /// <summary>95 % of <see cref="HeldOut"/> over documents.</summary>
    public Interval HeldOutInterval { get; init; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary><see cref="McNemar"/>'s p-value of the held-out head against <see cref="HeadMatch"/> on the same anaphors.</summary>
    public double PValue { get; init; } = double.NaN;

    /// <summary>The best head's accuracy.</summary>
    public Proportion BestAccuracy => ByHead[Grid.PositionOf(Best)];
}
