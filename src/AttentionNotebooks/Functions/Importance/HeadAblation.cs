namespace AttentionNotebooks;

/// <summary>How much the loss rises without the head, each removed alone: a pass of the model for every head.</summary>
/// <param name="mode">What stands in the place of the head.</param>
public sealed class HeadAblation(AblationMode mode) : IHeadMeasure
{
    /// <summary>The columns of what <c>attn ablate --by head</c> writes.</summary>
    internal static IReadOnlyList<ColumnInfo> FileColumns { get; } =
    [
        new("change", "nats", "(Σ_x L(x) without the head − Σ_x L(x)) / Σ_x questions", "Michel et al. 2019, §3", MeasureKind.Importance)
        {
            InSynthesis = true,
        },
        new("accuracy_change", "share", "accuracy without the head − accuracy", "Michel et al. 2019, §3", MeasureKind.Importance),
    ];

    /// <inheritdoc/>
    public string Name => NameOf(mode);

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns => [ChangeInfo(mode), SizeInfo(mode)];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.Task;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context)
    {
        var grid = context.Source.Grid;
        var task = context.RequireTask(this);
        var (before, after) = AblationScores.Run(task, [.. grid.All().Select(h => new Ablation(grid, [h], mode))], context.Threads,
            progress: context.Progress, cancellation: context.Cancellation);
        return Both(mode, before, [.. after.Select(a => a.Losses)]);
    }

    /// <summary>How much the loss rises without the head, in nats per question.</summary>
    /// <param name="effects">An effect for every head alone, in the grid's order, as <see cref="HeadGroups.Single"/> makes them.</param>
    /// <exception cref="ArgumentException">An effect is of more than one head, or they are not in the grid's order.</exception>
    public static HeadColumn Change(IReadOnlyList<AblationEffect> effects) => Checked(effects)[0];

    /// <summary>
    /// How far each text's loss moves without the head, up or down, in nats per question: the mean over texts of the change's
    /// size. Like the gradient's size it counts a head that helps one text and hurts another; <see cref="Change"/> does not.
    /// </summary>
    /// <param name="effects">An effect for every head alone, in the grid's order.</param>
    /// <exception cref="ArgumentException">An effect is of more than one head, or they are not in the grid's order.</exception>
    public static HeadColumn Size(IReadOnlyList<AblationEffect> effects) => Checked(effects)[1];

    private static HeadColumn[] Checked(IReadOnlyList<AblationEffect> effects)
    {
        var heads = effects.Select(e => e.Group.Heads.Count == 1 && !e.OnlyKept ? e.Group.Heads[0]
            : throw new ArgumentException($"{e.Group.Name} is not a head removed alone", nameof(effects))).ToArray();
        if (!heads.SequenceEqual(heads.OrderBy(h => h.Layer).ThenBy(h => h.Index)))
            throw new ArgumentException("the heads are not in the grid's order", nameof(effects));
        return Both(effects[0].Mode, effects[0].Before, [.. effects.Select(e => e.After.Losses)]);
    }

    private static HeadColumn[] Both(AblationMode mode, TaskScores before, double[][] after)
    {
        double[] questions = [.. before.Targets.Select(q => (double)q)];
        double[][] changes = [.. Enumerable.Range(0, before.Losses.Length)
            .Select(i => after.Select(losses => losses[i] - before.Losses[i]).ToArray())];
        return
        [
            HeadColumn.OfTexts(ChangeInfo(mode), changes, questions),
            HeadColumn.OfTexts(SizeInfo(mode), [.. changes.Select((text, i) => text.Select(c => Math.Abs(c) / questions[i]).ToArray())]),
        ];
    }

    private static string NameOf(AblationMode mode) =>
        mode == AblationMode.Zero ? "ablation" : $"ablation_{mode.ToString().ToLowerInvariant()}";

    private static ColumnInfo ChangeInfo(AblationMode mode) => FileColumns[0] with
    {
        Name = NameOf(mode),
        Title = $"ablation ({mode.ToString().ToLowerInvariant()})",
    };

    private static ColumnInfo SizeInfo(AblationMode mode) => new($"{NameOf(mode)}_size", "nats",
        "E_x |L(x) without the head − L(x)| / questions of x", "this kit", MeasureKind.Importance)
    {
        Title = $"ablation size ({mode.ToString().ToLowerInvariant()})",
    };
}
