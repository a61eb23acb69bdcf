namespace AttentionNotebooks;

/// <summary>
/// Relations as CSV: <c>functions.csv</c>, a row per relation, direction and head, and the summary, a row per relation. Invariant culture,
/// numbers that read back to the same bits.
/// </summary>
public static class RelationTable
{
    private const string Remedy = "Write it with attn functions: "
        + "relation,layer,head,direction,correct,count,accuracy,ci_low,ci_high,baseline,offset";
    private const string DependentToHead = "dep->head", HeadToDependent = "head->dep";
    private const double Slack = 1e-9; // of a share that was written as a decimal number

    // Scripts rely on the first eleven.
    private static readonly string[] Needed =
        ["relation", "layer", "head", "direction", "correct", "count", "accuracy", "ci_low", "ci_high", "baseline", "offset"];
    private static readonly string[] Columns =
    [
        .. Needed, "baseline_3", "offset_3", "only_head", "only_baseline", "p", "p_holm", "p_bh",
        "ten_percent_absolute", "ten_percent_relative",
    ];
    private static readonly string[] HalfColumns = ["correct_a", "count_a", "correct_b", "count_b"];

    /// <summary>Writes a row per relation, direction and head.</summary>
    /// <param name="scores">The scores, for example of <see cref="DependencyRelations.Score(DependencyHits, bool)"/>.</param>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <param name="halves">
    /// Per score, its counts in either half of the sentences (<see cref="HeldOutRelations.Halves"/>); left out when omitted.
    /// </param>
    /// <param name="from">Where the scores come from, if that is known; it goes beside the file (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    /// <exception cref="ArgumentException">There are not as many halves as scores.</exception>
    public static void Write(IReadOnlyList<RelationScore> scores, string file,
        IReadOnlyList<(Proportion First, Proportion Second)>? halves = null, Provenance? from = null)
    {
        if (halves is not null && halves.Count != scores.Count)
            throw new ArgumentException($"{halves.Count} halves for {scores.Count} scores", nameof(halves));
        var text = new CsvText(halves is null ? Columns : [.. Columns, .. HalfColumns]);
        for (int i = 0; i < scores.Count; i++)
        {
            var s = scores[i];
            object?[] row =
            [
                s.Relation, s.Head.Layer, s.Head.Index, NameOf(s.Direction), s.Accuracy.Correct, s.Accuracy.Count, s.Accuracy.Value,
                s.Accuracy.Interval.Low, s.Accuracy.Interval.High, s.Baseline.Value, s.Offset, s.NearBaseline.Value, s.NearOffset,
                s.OnlyHead, s.OnlyBaseline, s.PValue, s.Holm, s.BenjaminiHochberg, Flag(s.Exceeds(Margin.Points)),
                Flag(s.Exceeds(Margin.Ratio)),
            ];
            if (halves is null) text.Add(row);
            else text.Add([.. row, halves[i].First.Correct, halves[i].First.Count, halves[i].Second.Correct, halves[i].Second.Count]);
        }
        text.Write(file);
        TableNotesFile.Write(file, [], from);
    }

    /// <summary>Writes a row per relation: its best head, and what a head is worth on the sentences that it was not chosen on,
    /// beside the baselines: offset, part of speech (<c>pos_…</c>), and random weights (<c>random_…</c>, empty where not
    /// measured).</summary>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <param name="from">Where the scores come from, if that is known; it goes beside the file (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<HeldOutRelation> relations, string file, Provenance? from = null)
    {
        var text = new CsvText("relation", "count", "layer", "head", "direction", "accuracy", "baseline", "offset", "p", "p_holm",
            "held_out", "held_out_low", "held_out_high", "held_out_baseline", "gain", "gain_low", "gain_high",
            "held_out_p", "held_out_p_holm", "held_out_p_bh", "ten_percent_absolute", "ten_percent_relative",
            "chosen_a", "direction_a", "offset_a", "chosen_b", "direction_b", "offset_b",
            "pos_a", "pos_b", "pos_baseline", "pos_gain", "pos_gain_low", "pos_gain_high", "pos_p", "pos_p_holm",
            "random_baseline", "random_gain", "random_gain_low", "random_gain_high", "random_p", "random_p_holm");
        foreach (var r in relations)
        {
            var b = r.Best;
            text.Add(
            [
                r.Relation, r.Accuracy.Count, b.Head.Layer, b.Head.Index, NameOf(b.Direction), b.Accuracy.Value, b.Baseline.Value, b.Offset,
                b.PValue, b.Holm, r.Accuracy.Value, r.Interval.Low, r.Interval.High, r.Baseline.Value, r.Gain, r.GainInterval.Low,
                r.GainInterval.High, r.PValue, r.Holm, r.BenjaminiHochberg,
                Flag(r.Exceeds(Margin.Points)), Flag(r.Exceeds(Margin.Ratio)),
                .. r.Choices.SelectMany(c => new object[] { c.Head, NameOf(c.Direction), c.Offset }),
                .. r.Choices.Select(c => $"{c.PartOfSpeech}"), .. Fields(r.PartOfSpeech), .. Fields(r.RandomWeights),
            ]);
        }
        text.Write(file);
        TableNotesFile.Write(file, [], from);
    }

    /// <summary>Reads the scores of every relation, direction and head.</summary>
    /// <param name="file">
    /// What <see cref="Write(IReadOnlyList{RelationScore}, string, IReadOnlyList{ValueTuple{Proportion, Proportion}}, Provenance)"/>
    /// or <c>attn functions</c> wrote; columns after the eleventh may be missing.
    /// </param>
    /// <param name="grid">The heads of the model; not checked when omitted.</param>
    /// <exception cref="InputException">
    /// The file cannot be read, lacks a column, has a broken row, or names a head that the model lacks.
    /// </exception>
    public static IReadOnlyList<RelationScore> Read(string file, HeadGrid? grid = null)
    {
        var table = CsvTable.Read(file, Remedy, Needed);
        bool whole = Columns.All(table.Has);
        return [.. table.Rows.Select(row =>
        {
            var head = row.Head();
            if (grid is { } own && !own.Contains(head))
                throw row.Wrong($"names head {head}, which is outside the {own} heads of this model");
            var accuracy = new Proportion(row.Whole("correct"), row.Whole("count"));
            if (accuracy.Correct > accuracy.Count) throw row.Wrong($"has {accuracy.Correct} correct of {accuracy.Count}", "correct");
            var score = new RelationScore(row.Text("relation"), head, DirectionOf(row), accuracy, Share(row, "baseline", accuracy.Count),
                row.SignedWhole("offset"));
            return !whole ? score : score with
            {
                NearBaseline = Share(row, "baseline_3", accuracy.Count), NearOffset = row.SignedWhole("offset_3"),
                OnlyHead = row.Whole("only_head"), OnlyBaseline = row.Whole("only_baseline"),
                PValue = row.NumberOrNaN("p"), Holm = row.NumberOrNaN("p_holm"), BenjaminiHochberg = row.NumberOrNaN("p_bh"),
            };
        })];
    }

    /// <summary>What a direction is called in files: <c>dep->head</c> or <c>head->dep</c>.</summary>
    public static string NameOf(Direction direction) => direction == Direction.DependentToHead ? DependentToHead : HeadToDependent;

    private static Direction DirectionOf(CsvRow row) => row.Text("direction") switch
    {
        DependentToHead => Direction.DependentToHead,
        HeadToDependent => Direction.HeadToDependent,
        var other => throw row.Wrong($"has \"{other}\" where {DependentToHead} or {HeadToDependent} belongs", "direction"),
    };

    // A baseline is written as a share of the same words as the accuracy.
    private static Proportion Share(CsvRow row, string column, int count)
    {
        double share = row.NumberOrNaN(column);
        if (count == 0) return new Proportion(0, 0);
        int correct = double.IsNaN(share) ? -1 : (int)Math.Round(share * count);
        return correct >= 0 && correct <= count && Math.Abs(correct / (double)count - share) < Slack ? new Proportion(correct, count)
            : throw row.Wrong($"has \"{row.Text(column)}\", which is no share of {count} words", column);
    }

    private static object?[] Fields(HeldOutBaseline? b) => b is null ? new object?[6]
        : [b.Accuracy.Value, b.Gain, b.GainInterval.Low, b.GainInterval.High, b.PValue, b.Holm];

    private static int Flag(bool value) => value ? 1 : 0;
}
