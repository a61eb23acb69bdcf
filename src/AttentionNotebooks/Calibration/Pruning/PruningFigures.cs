using System.Globalization;

namespace AttentionNotebooks;

/// <summary>All figures of a pruning study but its curves, which are a CSV of their own: what <c>attn prune --json</c> writes.</summary>
/// <param name="Model">What the model is called.</param>
/// <param name="Task">What the task is called.</param>
/// <param name="Grid">The model's heads.</param>
/// <param name="MeasuredItems">How many items importance was measured on.</param>
/// <param name="TestItems">On how many other items heads were removed.</param>
/// <param name="Removed">How many heads were out at each step.</param>
/// <param name="RandomOrders">How many random orders stand beside.</param>
/// <param name="Areas">The area under each order's curve, that of the random ones' mean last.</param>
/// <param name="Comparisons">Each order with the mean of the random ones, then each with each.</param>
public sealed record PruningFigures(string Model, string Task, HeadGrid Grid, int MeasuredItems, int TestItems, IReadOnlyList<int> Removed,
    int RandomOrders, IReadOnlyList<PruningArea> Areas, IReadOnlyList<PruningComparison> Comparisons)
{
    private const string Format = "attention-pruning-study", Again = "Write the file with attn prune --json";
    private const int Version = 1;

    /// <summary>The figures of a study.</summary>
    /// <param name="model">What the model is called.</param>
    /// <param name="task">What the task is called.</param>
    /// <param name="grid">The model's heads.</param>
    /// <param name="measured">How many items importance was measured on.</param>
    /// <param name="tested">On how many other items heads were removed.</param>
    public static PruningFigures Of(PruningStudy study, string model, string task, HeadGrid grid, int measured, int tested) =>
        new(model, task, grid, measured, tested, study.Curves[0].Removed, study.Random.Count,
            [.. study.Areas, .. study.RandomArea is { } r ? new[] { r } : []], study.Comparisons);

    /// <summary>What the comparisons say, each in a sentence with its interval, and p where it is with random orders.</summary>
    public IEnumerable<string> Sentences() => Comparisons.Select(c => string.Create(CultureInfo.InvariantCulture,
        $"{c.First} against {c.Second}: {c.Loss.Value:+0.000;−0.000;0} nats a question [{c.Loss.Low:+0.000;−0.000;0}, "
            + $"{c.Loss.High:+0.000;−0.000;0}]{(double.IsNaN(c.PValue) ? "" : string.Create(CultureInfo.InvariantCulture, $", p = "
            + $"{c.PValue:0.000}, Holm {c.Holm:0.000}"))}: {Verdict(c)}"));

    /// <summary>Writes the figures.</summary>
    /// <param name="file">The file; it holds all of them or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => AtomicFile.WriteText(file, JsonPart.Document(new
    {
        format = Format,
        version = Version,
        model = Model,
        task = Task,
        layers = Grid.Layers,
        heads = Grid.Heads,
        measured_items = MeasuredItems,
        test_items = TestItems,
        removed = Removed,
        random_orders = RandomOrders,
        areas = Areas.Select(a => new { name = a.Name, loss = Figure(a.Loss), accuracy = Figure(a.Accuracy) }),
        comparisons = Comparisons.Select(c => new
        {
            first = c.First,
            second = c.Second,
            loss = Figure(c.Loss),
            accuracy = Figure(c.Accuracy),
            p = JsonPart.Finite(c.PValue),
            p_holm = JsonPart.Finite(c.Holm)
        }),
    }));

    /// <summary>Reads what <c>attn prune --json</c> wrote.</summary>
    /// <exception cref="InputException">It cannot be read, is no such file, lacks a figure, or holds one that cannot be.</exception>
    public static PruningFigures Read(string file)
    {
        using var document = JsonFile.Read(file);
        var root = new JsonPart(file, null, document.RootElement, Again);
        root.Require(Format, Version, "figures of a pruning study");
        PruningArea[] areas = [.. root.List("areas")
            .Select(a => new PruningArea(a.Text("name"), Interval(a.Object("loss")), Interval(a.Object("accuracy"))))];
        PruningComparison Comparison(JsonPart c)
        {
            string Named(string key) => areas.Any(a => a.Name == c.Text(key)) ? c.Text(key)
                : throw c.Wrong(key, $"is \"{c.Text(key)}\", which has no area");
            double P(string key) => c.IsNull(key) ? double.NaN : c.Share(key);
            return new PruningComparison(Named("first"), Named("second"), Interval(c.Object("loss")), Interval(c.Object("accuracy")),
                P("p"), P("p_holm"));
        }
        return new PruningFigures(root.Text("model"), root.Text("task"),
            new HeadGrid(root.Whole("layers", least: 1), root.Whole("heads", least: 1)), root.Whole("measured_items", least: 1),
                root.Whole("test_items", least: 1),
            root.Wholes("removed", least: 0), root.Whole("random_orders", least: 0), areas,
                [.. root.List("comparisons").Select(Comparison)]);
    }

    private static string Verdict(PruningComparison c)
    {
        bool apart = c.Loss.High < 0 || c.Loss.Low > 0;
        string which = c.Loss.Value < 0 ? "keeps more" : "keeps less";
        // p asks one way only: how rarely a random order keeps as much. An order that keeps less than they do has a p near 1.
        bool sure = apart && (double.IsNaN(c.Holm) || c.Holm < LeastPValue.Level || c.Loss.Value > 0);
        return sure ? which : apart || c.PValue < LeastPValue.Level ? $"{which}, but that is not sure"
            : "no difference that these items can show";
    }

    private static Interval Interval(JsonPart part)
    {
        double Value(string key) => part.IsNull(key) ? double.NaN : part.Number(key);
        return Value("low") > Value("high") ? throw part.Wrong("low", "is above high")
            : new Interval(Value("value"), Value("low"), Value("high"));
    }

    private static object Figure(Interval x) =>
        new { value = JsonPart.Finite(x.Value), low = JsonPart.Finite(x.Low), high = JsonPart.Finite(x.High) };
}
