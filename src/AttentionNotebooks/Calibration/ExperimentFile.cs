namespace AttentionNotebooks;

/// <summary>The figures of an experiment as a JSON file.</summary>
internal static class ExperimentFile
{
    private const string Format = "attention-calibration-experiment", Again = "Write the file with attn calibrate --json";
    private const int Version = 1;
    private const double Slack = 1e-9;
    private static readonly (ArmKind Kind, string Name)[] _kinds =
        [(ArmKind.Uncalibrated, "uncalibrated"), (ArmKind.Calibrated, "calibrated"), (ArmKind.Control, "control"),
            (ArmKind.FullTuning, "full")];

    /// <summary>What a kind of row is called in a file.</summary>
    public static string NameOf(ArmKind kind) => _kinds.First(k => k.Kind == kind).Name;

    /// <summary>The kind of a name in a file; <see langword="null"/> where it is unknown.</summary>
    public static ArmKind? KindOf(string name) => _kinds.Where(k => k.Name == name).Select(k => (ArmKind?)k.Kind).FirstOrDefault();

    /// <summary>The file's content. The same figures always give the same bytes.</summary>
    public static string ToJson(ExperimentFigures figures) => JsonPart.Document(new
    {
        format = Format,
        version = Version,
        model = figures.Model,
        task = figures.Task,
        layers = figures.Grid.Layers,
        heads = figures.Grid.Heads,
        items = figures.Items,
        test_items = figures.TestItems,
        seeds = figures.Seeds,
        first_seed = figures.FirstSeed,
        epochs = figures.Epochs,
        rate = figures.Rate,
        full_rate = figures.FullRate,
        parts = figures.Parts.ToString().ToLowerInvariant(),
        arms = figures.Arms.Select(a => new
        {
            name = a.Name,
            kind = NameOf(a.Kind),
            parameters = a.Parameters,
            loss = a.Loss,
            accuracy = a.Accuracy,
            losses = a.Losses,
            accuracies = a.Accuracies
        }),
        comparisons = figures.Comparisons.Zip(figures.Holm, (c, holm) => new
        {
            first = c.First,
            second = c.Second,
            loss = c.Loss,
            loss_low = c.LossInterval.Low,
            loss_high = c.LossInterval.High,
            loss_p = c.LossPValue,
            loss_p_holm = holm,
            accuracy = c.Accuracy,
            accuracy_low = c.AccuracyInterval.Low,
            accuracy_high = c.AccuracyInterval.High,
            accuracy_p = c.AccuracyPValue,
            seeds_with_less_loss = c.SeedsWithLessLoss,
        }),
    });

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It cannot be read, is no such file, lacks a figure, or holds one that cannot be.</exception>
    public static ExperimentFigures Read(string file)
    {
        using var document = JsonFile.Read(file);
        var root = new JsonPart(file, null, document.RootElement, Again);
        root.Require(Format, Version, "figures of a calibration experiment");
        int seeds = root.Whole("seeds", least: 1);
        ArmFigures[] arms = [.. root.List("arms").Select(a => Arm(a, seeds))];
        if (arms.Length == 0 || arms[0].Kind != ArmKind.Uncalibrated)
            throw new InputException(file, "arms", "do not begin with the uncalibrated model", Again);
        if (arms.Select(a => a.Name).Distinct().Count() < arms.Length) throw new InputException(file, "arms", "have a name twice", Again);
        var compared = root.List("comparisons").Select(c => Comparison(c, arms, seeds)).ToArray();
        foreach (var arm in arms.Skip(1).Where(a => !compared.Any(c => c.Of.First == a.Name && c.Of.Second == arms[0].Name)))
            throw new InputException(file, "comparisons", $"lack {arm.Name} with {arms[0].Name}", Again);
        return new ExperimentFigures(root.Text("model"), root.Text("task"),
            new HeadGrid(root.Whole("layers", least: 1), root.Whole("heads", least: 1)), root.Whole("items", least: 1),
                root.Whole("test_items", least: 1), seeds, root.Whole("first_seed"),
            Parts(root), root.Whole("epochs", least: 0), root.Number("rate"), root.IsNull("full_rate") ? null
                : root.Number("full_rate"), arms, [.. compared.Select(c => c.Of)], [.. compared.Select(c => c.Holm)]);
    }

    private static ArmFigures Arm(JsonPart arm, int seeds)
    {
        string kind = arm.Text("kind");
        int known = Array.FindIndex(_kinds, k => k.Name == kind);
        if (known < 0) throw arm.Wrong("kind", $"is \"{kind}\"", $"Known: {string.Join(", ", _kinds.Select(k => k.Name))}");
        var read = new ArmFigures(arm.Text("name"), _kinds[known].Kind, arm.Whole("parameters", least: 0), arm.Numbers("losses", seeds),
            arm.Numbers("accuracies", seeds));
        if (Math.Abs(read.Loss - arm.Number("loss")) > Slack * Math.Max(1, Math.Abs(read.Loss)))
            throw arm.Wrong("loss", "is not the mean of the losses");
        if (Math.Abs(read.Accuracy - arm.Number("accuracy")) > Slack) throw arm.Wrong("accuracy", "is not the mean of the accuracies");
        return read;
    }

    private static (PairedComparison Of, double Holm) Comparison(JsonPart c, ArmFigures[] arms, int seeds)
    {
        string Named(string key) => arms.Any(a => a.Name == c.Text(key)) ? c.Text(key)
            : throw c.Wrong(key, $"is \"{c.Text(key)}\", which is no arm");
        Interval Figure(string of) => new Interval(c.Number(of), c.Number($"{of}_low"), c.Number($"{of}_high")) is var figure
            && figure.Low <= figure.High ? figure
            : throw c.Wrong($"{of}_low", $"is above {of}_high");
        var (loss, accuracy) = (Figure("loss"), Figure("accuracy"));
        int less = c.Whole("seeds_with_less_loss", least: 0);
        if (less > seeds) throw c.Wrong("seeds_with_less_loss", $"are {less} of {seeds}");
        return (new PairedComparison(Named("first"), Named("second"), loss.Value, loss, c.Share("loss_p"), accuracy.Value, accuracy,
            c.Share("accuracy_p"), less, seeds), c.Share("loss_p_holm"));
    }

    private static CalibrationParts Parts(JsonPart root)
    {
        string text = root.Text("parts");
        return text.Length > 0 && char.IsLetter(text[0]) && Enum.TryParse<CalibrationParts>(text, ignoreCase: true, out var parts) ? parts
            : throw root.Wrong("parts", $"are \"{text}\"",
                $"Known: {string.Join(", ", Enum.GetNames<CalibrationParts>()).ToLowerInvariant()}");
    }
}
