namespace AttentionNotebooks;

/// <summary>What a held-out head adds to another way to find the same words' heads, which was chosen on the other half as well.</summary>
/// <param name="Accuracy">What the other way finds, held out.</param>
/// <param name="Gain">The head's accuracy minus this one.</param>
/// <param name="GainInterval">95 % of the gain over sentences, the choices held fixed.</param>
/// <param name="PValue"><see cref="McNemar"/>'s p-value on the same words. Small too where the head is the worse one.</param>
public sealed record HeldOutBaseline(Proportion Accuracy, double Gain, Interval GainInterval, double PValue)
{
    /// <summary><see cref="PValue"/> corrected by Holm for all relations.</summary>
    public double Holm { get; init; }

    /// <summary>Whether the head is better, and that is sure: a gain, with p &lt; 0.05 after Holm.</summary>
    public bool Beaten => Gain > 0 && Holm < LeastPValue.Level;

    internal static HeldOutBaseline Of(HitTable table, BitSet words, BitSet head, BitSet other, int seed, int draws)
    {
        int count = words.Count();
        double[][] counts = table.PerUnit(words, head, other);
        return new HeldOutBaseline(new Proportion(other.Count(), count), (head.Count() - other.Count()) / (double)count,
            Bootstrap.Ratio([.. counts[0].Zip(counts[1], (h, b) => h - b)], counts[2], draws, seed: seed),
            McNemar.PValue(head.CountAndNot(words, other), other.CountAndNot(words, head)));
    }
}

/// <summary>In how many relations a held-out head beats each baseline, after Holm's correction for all relations.</summary>
/// <param name="Relations">How many relations were scored.</param>
/// <param name="TenPoints">Ten points better than the offset, which asks for no test.</param>
/// <param name="Offset">Better than the best fixed offset.</param>
/// <param name="PartOfSpeech">Better than the nearest word of a part of speech.</param>
/// <param name="RandomWeights">Better than the best head of random weights; <see langword="null"/> where that was not measured.</param>
/// <param name="All">Better than all of these that were measured.</param>
public sealed record RelationCounts(int Relations, int TenPoints, int Offset, int PartOfSpeech, int? RandomWeights, int All)
{
    /// <summary>Counts.</summary>
    /// <param name="relations">Relations, all with or all without a model of random weights.</param>
    public static RelationCounts Of(IReadOnlyList<HeldOutRelation> relations)
    {
        bool random = relations.Count > 0 && relations.All(r => r.RandomWeights is not null);
        return new RelationCounts(relations.Count, relations.Count(r => r.Exceeds(Margin.Points)), relations.Count(r => r.BeatsOffset),
            relations.Count(r => r.PartOfSpeech.Beaten), random ? relations.Count(r => r.RandomWeights!.Beaten) : null,
            relations.Count(r => r.BeatsOffset && r.PartOfSpeech.Beaten && (!random || r.RandomWeights!.Beaten)));
    }

    /// <summary>The counts in one sentence.</summary>
    public override string ToString() => $"Of {Relations} relations, a head beats the best offset in {Offset} (p < 0.05 after Holm; "
        + $"{TenPoints} by ten points), the nearest word of a part of speech in {PartOfSpeech}"
        + (RandomWeights is { } random ? $", the best head of random weights in {random}" : "") + $", and all of them in {All}.";
}
