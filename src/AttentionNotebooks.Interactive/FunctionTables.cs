using System.Globalization;

namespace AttentionNotebooks;

/// <summary>What heads are for, as tables.</summary>
internal static class FunctionTables
{
    /// <summary>Relations, with the head that was chosen without the words that it is scored on.</summary>
    public static TextTable Of(IReadOnlyList<HeldOutRelation> relations) => new(
        "Which relations a head finds",
        ["relation", "words", "best head", "own words", "held out", "95 %", "offset", "gain", "95 %", "p, Holm",
            "part of speech", "p, Holm", "random weights", "p, Holm"],
        [.. relations.Select(r => (string[])
        [
            r.Relation, r.Accuracy.Count.ToString(CultureInfo.InvariantCulture),
                r.Best.Head + (r.Best.Direction == Direction.DependentToHead ? " dep → head" : " head → dep"),
            F(r.Best.Accuracy.Value), F(r.Accuracy.Value), $"{F(r.Interval.Low)} … {F(r.Interval.High)}", F(r.Baseline.Value),
                Signed(r.Gain), $"{Signed(r.GainInterval.Low)} … {Signed(r.GainInterval.High)}", P(r.Holm),
                F(r.PartOfSpeech.Accuracy.Value), P(r.PartOfSpeech.Holm), F(r.RandomWeights?.Accuracy.Value ?? double.NaN),
                P(r.RandomWeights?.Holm ?? double.NaN),
        ])],
        "Held out: head, direction and offset are chosen on one half of the sentences and scored on the other, both ways (offset and gain "
            + "too). Own words: the best head on the words that it was chosen on. p: McNemar's test of the held-out head against the "
            + "held-out offset, corrected for all relations of the treebank. Part of speech: the nearest word of one part of speech on one "
            + "side; random weights: the best head of a model that has learnt nothing; both chosen and scored in the same way. "
            + (relations.Count == 0 ? "" : RelationCounts.Of(relations).ToString()));

    /// <summary>Probes beside their controls.</summary>
    public static TextTable Of(IReadOnlyList<ProbeScore> scores) => new(
        scores.Count == 0 ? "" : FormattableString.Invariant($"Heads found of {scores[0].Test.Count:N0} words held out"),
        ["looks at", "UAS", "95 % from", "to", "control task", "selectivity", "95 % from", "to", "on training sentences", "weights"],
        [.. scores.Select(s => (string[])[s.Name, F(s.Test.Value), F(s.Interval.Low), F(s.Interval.High),
            F(s.Control?.Value ?? double.NaN), Signed(s.Selectivity.Value), Signed(s.Selectivity.Low), Signed(s.Selectivity.High),
            F(s.Train.Value),
            s.Weights.ToString(CultureInfo.InvariantCulture)])],
        "UAS: share of words (punctuation aside) whose head, or whose being the root, is found. Control task: every word type has a head "
            + "by a random rule of its own (Hewitt and Liang 2019); selectivity: UAS minus what the same probe finds of it. "
            + "Intervals over sentences.");

    /// <summary>Where attention goes.</summary>
    public static TextTable Of(IReadOnlyList<TypeShare> shares) => new(
        "Where the attention goes",
        ["", "kind", "share", "95 % from", "to", "uniform", "ratio", "95 % from", "to"],
        [.. shares.Select(s => (string[])[s.Type.Group, s.Type.Name, F(s.Share), F(s.Interval.Low), F(s.Interval.High), F(s.Uniform),
            F(s.Ratio), F(s.RatioInterval.Low), F(s.RatioInterval.High)])],
        "Uniform: what attention that is the same everywhere would give. Intervals over texts.");

    /// <summary>Antecedents found, by type of anaphor.</summary>
    public static TextTable Of(IReadOnlyList<AntecedentScores> scores) => new(
        "Antecedents found among the mentions before",
        ["anaphors", "number", "best head", "accuracy", "held out", "95 % from", "to", "nearest", "head match", "chance"],
        [.. scores.Select(s => (string[])
        [
            s.Type, s.Nearest.Count.ToString(CultureInfo.InvariantCulture), s.Best.ToString(), F(s.BestAccuracy.Value),
                F(s.HeldOut?.Value ?? double.NaN), F(s.HeldOutInterval.Low), F(s.HeldOutInterval.High), F(s.Nearest.Value),
                    F(s.HeadMatch.Value), F(s.Chance),
        ])],
        "Held out: one head for all anaphors, chosen on half of the documents and scored on the other.");

    private static string F(double value) => double.IsNaN(value) ? "" : value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Signed(double value) => double.IsNaN(value) ? "" : value.ToString("+0.000;-0.000", CultureInfo.InvariantCulture);

    private static string P(double p) => double.IsNaN(p) ? "" : p < 0.001 ? "< 0.001" : F(p);
}
