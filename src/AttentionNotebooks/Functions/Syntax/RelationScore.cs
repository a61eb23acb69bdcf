namespace AttentionNotebooks;

/// <summary>Which way a head is read.</summary>
public enum Direction
{
    /// <summary>The dependent's row: which word does it look at most? Written <c>dep->head</c>.</summary>
    DependentToHead,

    /// <summary>The dependent's column: which word looks at it most? Written <c>head->dep</c>.</summary>
    HeadToDependent,
}

/// <summary>
/// By how much a head must exceed the best fixed offset. Voita et al. 2019, §5.2, call a head syntactic when it is at least 10 %
/// more accurate; they do not say 10 % of what.
/// </summary>
public enum Margin
{
    /// <summary>Ten percentage points more: accuracy ≥ baseline + 0.10.</summary>
    Points,

    /// <summary>A tenth more: accuracy ≥ 1.10 · baseline.</summary>
    Ratio,
}

/// <summary>How well one attention head finds the syntactic heads of one relation's dependents.</summary>
/// <param name="Relation">The relation, e.g. <c>obj</c>.</param>
/// <param name="Head">The attention head.</param>
/// <param name="Direction">Which way it was read.</param>
/// <param name="Accuracy">How often its strongest word was the syntactic head.</param>
/// <param name="Baseline">The same for always pointing <paramref name="Offset"/> words away, the best of all fixed offsets on the same
/// words.</param>
/// <param name="Offset">The baseline's offset: +1 is the next word.</param>
public sealed record RelationScore(string Relation, Head Head, Direction Direction, Proportion Accuracy, Proportion Baseline, int Offset)
{
    /// <summary>The best fixed offset from −3 to +3. (Clark et al.'s code looks at −3 … +2.)</summary>
    public int NearOffset { get; init; }

    /// <summary>How often <see cref="NearOffset"/> is right.</summary>
    public Proportion NearBaseline { get; init; }

    /// <summary>Words whose head this attention head finds and the baseline does not.</summary>
    public int OnlyHead { get; init; }

    /// <summary>Words whose head the baseline finds and this attention head does not.</summary>
    public int OnlyBaseline { get; init; }

    /// <summary><see cref="McNemar"/>'s p-value of the head against the baseline. Small too where the baseline is the better one.</summary>
    public double PValue { get; init; }

    /// <summary><see cref="PValue"/> corrected by Holm for all heads and directions of this relation.</summary>
    public double Holm { get; init; }

    /// <summary><see cref="PValue"/> corrected by Benjamini and Hochberg for all heads and directions of this relation.</summary>
    public double BenjaminiHochberg { get; init; }

    /// <summary>Whether the head is at least ten percent better than the baseline.</summary>
    /// <param name="margin">Ten percent of what.</param>
    public bool Exceeds(Margin margin) => Exceeds(Accuracy, Baseline, margin);

    // With integers: 0.5 + 0.1 is not quite 0.6.
    internal static bool Exceeds(Proportion head, Proportion baseline, Margin margin) => head.Count > 0 && (margin == Margin.Points
        ? 10L * head.Correct * baseline.Count >= 10L * baseline.Correct * head.Count + (long)baseline.Count * head.Count
        : 10L * head.Correct * baseline.Count >= 11L * baseline.Correct * head.Count);
}
