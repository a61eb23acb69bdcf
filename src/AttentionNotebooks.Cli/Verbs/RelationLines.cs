using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn functions</c> says of a relation.</summary>
internal static class RelationLines
{
    /// <summary>A relation's best head on the words that it was chosen on.</summary>
    public static string Of(RelationScore s) => string.Create(CultureInfo.InvariantCulture,
        $"  {s.Relation,-12} {s.Accuracy.Count,5}  head {s.Head,-5} {RelationTable.NameOf(s.Direction)}  {s.Accuracy.Value:0.000} "
            + $"[{s.Accuracy.Interval.Low:0.000}, {s.Accuracy.Interval.High:0.000}]  offset {s.Offset:+0;-0}: {s.Baseline.Value:0.000}");

    /// <summary>A relation's heads on the words that they were not chosen on.</summary>
    public static string Of(HeldOutRelation r) => string.Create(CultureInfo.InvariantCulture,
        $"  {r.Relation,-12} {r.Accuracy.Count,5}  head {r.Best.Head,-5} {RelationTable.NameOf(r.Best.Direction)}  "
            + $"{r.Best.Accuracy.Value:0.000}, held out {r.Accuracy.Value:0.000} [{r.Interval.Low:0.000}, {r.Interval.High:0.000}]  "
            + $"offset: {r.Baseline.Value:0.000}  gain {r.Gain:+0.000;-0.000} [{r.GainInterval.Low:+0.000;-0.000}, "
            + $"{r.GainInterval.High:+0.000;-0.000}] p {r.Holm:g2}  part of speech: {r.PartOfSpeech.Accuracy.Value:0.000} p "
            + $"{r.PartOfSpeech.Holm:g2}{(r.RandomWeights is { } w ? $"  random weights: {w.Accuracy.Value:0.000} p {w.Holm:g2}" : "")}");
}
