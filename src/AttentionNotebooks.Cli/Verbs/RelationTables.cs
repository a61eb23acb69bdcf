using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Relations as the files and lines of <c>attn functions</c>.</summary>
internal static class RelationTables
{
    /// <summary>A row per relation, direction and head. Scripts rely on the first eleven columns.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="halves">Per score, its counts in either half of the sentences; <see langword="null"/> to leave them out.</param>
    public static string Csv(IReadOnlyList<RelationScore> scores, IReadOnlyList<(Proportion First, Proportion Second)>? halves)
    {
        var text = new StringBuilder("relation,layer,head,direction,correct,count,accuracy,ci_low,ci_high,baseline,offset,baseline_3,offset_3,only_head,only_baseline,p,p_holm,p_bh,ten_percent_absolute,ten_percent_relative");
        text.Append(halves is null ? "\n" : ",correct_a,count_a,correct_b,count_b\n");
        for (int i = 0; i < scores.Count; i++)
        {
            var s = scores[i];
            text.Append(CultureInfo.InvariantCulture, $"{s.Relation},{s.Head.Layer},{s.Head.Index},{Name(s.Direction)},{s.Accuracy.Correct},{s.Accuracy.Count},{s.Accuracy.Value:R},{s.Accuracy.Interval.Low:R},{s.Accuracy.Interval.High:R},{s.Baseline.Value:R},{s.Offset},");
            text.Append(CultureInfo.InvariantCulture, $"{s.NearBaseline.Value:R},{s.NearOffset},{s.OnlyHead},{s.OnlyBaseline},{s.PValue:R},{s.Holm:R},{s.BenjaminiHochberg:R},{Flag(s.Exceeds(Margin.Points))},{Flag(s.Exceeds(Margin.Ratio))}");
            if (halves is not null) text.Append(CultureInfo.InvariantCulture, $",{halves[i].First.Correct},{halves[i].First.Count},{halves[i].Second.Correct},{halves[i].Second.Count}");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A row per relation.</summary>
    public static string Csv(IReadOnlyList<HeldOutRelation> relations)
    {
        var text = new StringBuilder("relation,count,layer,head,direction,accuracy,baseline,offset,p,p_holm,held_out,held_out_low,held_out_high,held_out_baseline,gain,gain_low,gain_high,held_out_p,held_out_p_holm,held_out_p_bh,ten_percent_absolute,ten_percent_relative,chosen_a,direction_a,offset_a,chosen_b,direction_b,offset_b\n");
        foreach (var r in relations)
        {
            var b = r.Best;
            text.Append(CultureInfo.InvariantCulture, $"{r.Relation},{r.Accuracy.Count},{b.Head.Layer},{b.Head.Index},{Name(b.Direction)},{b.Accuracy.Value:R},{b.Baseline.Value:R},{b.Offset},{b.PValue:R},{b.Holm:R},");
            text.Append(CultureInfo.InvariantCulture, $"{r.Accuracy.Value:R},{r.Interval.Low:R},{r.Interval.High:R},{r.Baseline.Value:R},{r.Gain:R},{r.GainInterval.Low:R},{r.GainInterval.High:R},{r.PValue:R},{r.Holm:R},{r.BenjaminiHochberg:R},{Flag(r.Exceeds(Margin.Points))},{Flag(r.Exceeds(Margin.Ratio))}");
            foreach (var c in r.Choices) text.Append(CultureInfo.InvariantCulture, $",{c.Head},{Name(c.Direction)},{c.Offset}");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A relation's best head on the words that it was chosen on.</summary>
    public static string Line(RelationScore s) => string.Create(CultureInfo.InvariantCulture,
        $"  {s.Relation,-12} {s.Accuracy.Count,5}  head {s.Head,-5} {Name(s.Direction)}  {s.Accuracy.Value:0.000} [{s.Accuracy.Interval.Low:0.000}, {s.Accuracy.Interval.High:0.000}]  offset {s.Offset:+0;-0}: {s.Baseline.Value:0.000}");

    /// <summary>A relation's heads on the words that they were not chosen on.</summary>
    public static string Line(HeldOutRelation r) => string.Create(CultureInfo.InvariantCulture,
        $"  {r.Relation,-12} {r.Accuracy.Count,5}  head {r.Best.Head,-5} {Name(r.Best.Direction)}  {r.Best.Accuracy.Value:0.000}, held out {r.Accuracy.Value:0.000} [{r.Interval.Low:0.000}, {r.Interval.High:0.000}]  offset: {r.Baseline.Value:0.000}  gain {r.Gain:+0.000;-0.000} [{r.GainInterval.Low:+0.000;-0.000}, {r.GainInterval.High:+0.000;-0.000}]");

    private static string Name(Direction direction) => direction == Direction.DependentToHead ? "dep->head" : "head->dep";

    private static int Flag(bool value) => value ? 1 : 0;
}
