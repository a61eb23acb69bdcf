namespace AttentionNotebooks;

/// <summary>The arms of a calibration experiment as CSV: <c>arm,kind,parameters,seed,loss,accuracy</c>, a row per arm and seed.</summary>
public static class ExperimentCsv
{
    private const string Remedy = "Write it with attn calibrate --report";
    private static readonly string[] Columns = ["arm", "kind", "parameters", "seed", "loss", "accuracy"];

    /// <summary>Writes the arms of an experiment.</summary>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <param name="firstSeed">The first seed, as <see cref="ExperimentOptions.FirstSeed"/> gave it.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(CalibrationExperiment experiment, string file, int firstSeed = 0)
    {
        var text = new CsvText(Columns);
        foreach (var arm in experiment.Arms)
            for (int s = 0; s < arm.Scores.Count; s++)
                text.Add(arm.Name, ExperimentFile.NameOf(arm.Kind), arm.Parameters, firstSeed + s, arm.Scores[s].Loss,
                    arm.Scores[s].Accuracy.Value);
        text.Write(file);
    }

    /// <summary>Reads the arms, in the file's order; losses and accuracies are in the order of the seeds.</summary>
    /// <param name="file">What <see cref="Write"/> wrote.</param>
    /// <exception cref="InputException">
    /// The file cannot be read, lacks a column, has a broken row, or gives an arm two kinds or two numbers of parameters.
    /// </exception>
    public static IReadOnlyList<ArmFigures> Read(string file)
    {
        var arms = new List<(string Name, ArmKind Kind, int Parameters, List<(int Seed, double Loss, double Accuracy)> Rows)>();
        foreach (var row in CsvTable.Read(file, Remedy, Columns).Rows)
        {
            string name = row.Text("arm"), kind = row.Text("kind");
            if (ExperimentFile.KindOf(kind) is not { } known) throw row.Wrong($"has \"{kind}\", which is no kind of arm", "kind");
            int parameters = row.Whole("parameters"), at = arms.FindIndex(a => a.Name == name);
            if (at < 0)
            {
                at = arms.Count;
                arms.Add((name, known, parameters, []));
            }
            if (arms[at].Kind != known || arms[at].Parameters != parameters)
                throw row.Wrong($"gives the arm {name} another kind or number of parameters than before");
            arms[at].Rows.Add((row.SignedWhole("seed"), row.Number("loss"), row.Number("accuracy")));
        }
        return
        [
            .. arms.Select(a => (a.Name, a.Kind, a.Parameters, Rows: a.Rows.OrderBy(r => r.Seed).ToArray()))
                .Select(a => new ArmFigures(a.Name, a.Kind, a.Parameters,
                    [.. a.Rows.Select(r => r.Loss)], [.. a.Rows.Select(r => r.Accuracy)])),
        ];
    }
}
