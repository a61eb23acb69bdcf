using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace AttentionNotebooks;

/// <summary>
/// Everything that measures heads. A new measure is one file that implements <see cref="IHeadMeasure"/> and one line in
/// <see cref="Shipped"/>: then the command line computes it, and tables, charts, synthesis, explaining and pruning take it.
/// </summary>
public static class MeasureCatalogue
{
    /// <summary>The measures of the kit.</summary>
    public static IReadOnlyList<IHeadMeasure> Shipped { get; } =
    [
        .. new FeatureCatalogue(TokenCounts.Of([])).Families.Select(f => new FeatureMeasure(f)),
        new LayerNumber(),
        new GateGradient(),
        new AttentionGradient(),
        new HandedOver(),
        new HeadAblation(AblationMode.Zero),
        new HeadAblation(AblationMode.Uniform),
        new BestRelation(),
        new UndirectedTrees(),
        new PositionDriven(),
    ];

    /// <summary>What <c>attn importance</c> computes when no measure is named.</summary>
    public static IReadOnlyList<IHeadMeasure> Importance { get; } =
        [.. Shipped.Where(m => m is GateGradient or AttentionGradient or HandedOver)];

    /// <summary>The names of all columns of one kind, in the catalogue's order.</summary>
    public static IReadOnlyList<string> NamesOf(MeasureKind kind) =>
        [.. Shipped.SelectMany(m => m.Columns).Where(c => c.Kind == kind && c.InSynthesis).Select(c => c.Name).Distinct()];

    /// <summary>Whether a measure or a column has this name.</summary>
    public static bool Has(string name) =>
        Of(name) is not null || UserMeasures.Find(name) is not null || FeatureCatalogue.Numbered(name) is not null;

    /// <summary>Measures what is named.</summary>
    /// <param name="context">What to measure on.</param>
    /// <param name="names">Measures, which give all their columns, or single columns; the user's own too.</param>
    /// <returns>The columns in the order of the names, each once.</returns>
    /// <exception cref="InputException">There is no such measure, or the context lacks what one needs.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<HeadColumn> Measure(MeasureContext context, params IReadOnlyList<string> names)
    {
        var measured = new Dictionary<IHeadMeasure, IReadOnlyList<HeadColumn>>();
        var columns = new List<HeadColumn>();
        foreach (string name in names) columns.AddRange(Named(context, name, measured));
        return [.. columns.DistinctBy(c => c.Name)];
    }

    /// <summary>The same as a table that knows where it comes from.</summary>
    /// <param name="context">What to measure on.</param>
    /// <exception cref="InputException">The context lacks what one needs.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeadTable Table(MeasureContext context, IReadOnlyList<IHeadMeasure> measures) =>
        Table(context, (HeadColumn[])[.. measures.SelectMany(m => m.Measure(context)).DistinctBy(c => c.Name)]);

    /// <summary>The same for measures and columns that are named.</summary>
    /// <param name="context">What to measure on.</param>
    /// <param name="names">Measures, which give all their columns, or single columns.</param>
    /// <exception cref="InputException">There is no such measure, or the context lacks what one needs.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeadTable Table(MeasureContext context, IReadOnlyList<string> names) => Table(context, Measure(context, names));

    private static HeadTable Table(MeasureContext context, IReadOnlyList<HeadColumn> columns) =>
        new(context.Source.Grid, columns, context.Task?.Count ?? context.Source.Texts.Count,
            from: Provenance.Of(context.Source, columns.Select(c => c.Name)));

    /// <summary>The error of a name that no measure has; it names the nearest one.</summary>
    public static InputException Unknown(string name) =>
        Spelling.Unknown("measure", name, [.. Shipped.Select(m => m.Name), .. Shipped.SelectMany(m => m.Columns).Select(c => c.Name)
            .Distinct()]);

    /// <summary>What the measures of this room know of a column's name; <see langword="null"/> for others.</summary>
    internal static ColumnInfo? Find(string name) =>
        // No table has a column "layer" beside that which names the row.
        Shipped.Where(m => m is not (FeatureMeasure or LayerNumber)).SelectMany(m => m.Columns).FirstOrDefault(c => c.Name == name)
        ?? HeadAblation.FileColumns.FirstOrDefault(c => c.Name == name);

    // The room of features comes before this one and cannot see it: names without notes are looked up through this.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Registers a lookup and computes nothing.")]
    internal static void Register() => KnownColumns.Add(Find);

    private static IHeadMeasure? Of(string name) =>
        Shipped.FirstOrDefault(m => m.Name == name) ?? Shipped.FirstOrDefault(m => m.Columns.Any(c => c.Name == name));

    private static IEnumerable<HeadColumn> Named(MeasureContext context, string name,
        Dictionary<IHeadMeasure, IReadOnlyList<HeadColumn>> measured)
    {
        if (UserMeasures.Columns(context.Source.Grid).FirstOrDefault(c => c.Name == name) is { } own) return [own];
        // A single feature needs no pass for its whole family.
        var catalogue = new FeatureCatalogue(TokenCounts.Of([]));
        bool isFeature = UserMeasures.Features.Any(f => f.Name == name) || FeatureCatalogue.Numbered(name) is not null
            || catalogue.All.Any(f => f.Name == name);
        if (isFeature && Of(name) is null or FeatureMeasure && catalogue.Families.All(f => f.Name != name))
        {
            var feature = FeatureCatalogue.For(context.Source).Parse(name, context.Source);
            return context.Source.Extract(feature, progress: context.Progress, cancellation: context.Cancellation).Columns;
        }
        var measure = Of(name) ?? throw Unknown(name);
        if (!measured.TryGetValue(measure, out var columns)) measured[measure] = columns = measure.Measure(context);
        if (measure.Name == name) return columns;
        return columns.FirstOrDefault(c => c.Name == name) is { } column ? [column]
            : throw new InputException($"measure \"{name}\"", null, "has no value in these texts", "Give texts that hold what it looks at");
    }
}
