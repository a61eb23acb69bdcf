namespace AttentionNotebooks;

/// <summary>What a model loses without a group of heads, or with that group alone.</summary>
/// <param name="Mode">What is put in the place of the heads that go.</param>
/// <param name="OnlyKept">Whether all other heads are removed, instead of the group.</param>
/// <param name="Before">The untouched model's scores, item by item.</param>
/// <param name="After">Those without the heads.</param>
/// <param name="Loss">The change of the loss in nats per question; positive where the model is worse without them.</param>
/// <param name="Accuracy">The change of the share of questions answered right; negative where the model is worse without them.</param>
/// <param name="Random">The same done to random groups; <see langword="null"/> where none was drawn, or where the group is the only one of
/// its make.</param>
public sealed record AblationEffect(HeadGroup Group, AblationMode Mode, bool OnlyKept, TaskScores Before, TaskScores After, Interval Loss,
    Interval Accuracy, RandomEffects? Random);

/// <summary>What random groups of the same make do.</summary>
/// <param name="Losses">The change of the loss for each random group, in nats per question.</param>
/// <param name="Accuracies">The change of the accuracy.</param>
/// <param name="PMore">
/// Whether the group matters more than random heads: the rank of its loss among those of the random groups, as a p-value (the group
/// counted as one draw). Removed, it matters more where the loss rises more; kept alone, where it rises less.
/// </param>
/// <param name="PLess">The other side: whether it matters less than random heads.</param>
/// <param name="Adjusted">PMore, corrected for the groups of the run by the farthest of them in each draw
/// (<see cref="WestfallYoung"/>).</param>
/// <param name="Others">How many other groups of this make there are, drawn or not.</param>
public sealed record RandomEffects(double[] Losses, double[] Accuracies, double PMore, double PLess, double Adjusted, double Others)
{
    /// <summary>The mean change of the loss.</summary>
    public double Mean => Losses.Average();

    /// <summary>The 2.5 % quantile of the changes of the loss.</summary>
    public double Low => Quantile.Of(Losses, 0.025);

    /// <summary>The 97.5 % quantile.</summary>
    public double High => Quantile.Of(Losses, 0.975);
}
