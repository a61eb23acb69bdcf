using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn explain</c> says of importance.</summary>
/// <param name="sources">The files that features and importance are from, without their folders.</param>
/// <param name="measure">The measure of importance.</param>
/// <param name="model">Heads predicted from other heads.</param>
/// <param name="byLayer">Heads predicted from other layers; <see langword="null"/> where there is but one.</param>
/// <param name="layerAlone">R² of the layer's number alone.</param>
/// <param name="transfer">Other heads or texts, if any.</param>
/// <param name="grid">The heads.</param>
internal sealed class ExplainReport((string Features, string Importance) sources, string measure, ImportanceModel model,
    ImportanceModel? byLayer, double layerAlone, ImportanceTransfer? transfer, HeadGrid grid)
{

    /// <summary>The figures and what they mean, in plain sentences.</summary>
    public IEnumerable<string> Lines()
    {
        yield return Row("from other heads", model);
        if (byLayer is not null) yield return Row("from other layers", byLayer);
        yield return Text($"  {"layer number alone",-20} R² out of fold {layerAlone,6:F3}");
        if (transfer is not null)
            yield return
                string.Create(CultureInfo.InvariantCulture,
                    $"  {"on the test heads",-20} R² {transfer.R2,6:F3}; rank correlation {transfer.Rank:F2} "
                        + $"[{transfer.RankInterval.Low:F2}, {transfer.RankInterval.High:F2}], p = {transfer.PValue:F3}");
        yield return Text($"  {"feature",-24} {"coefficient [95 %]",-28} {"Spearman [95 %]",-26} {"p",6} {"Holm",6}");
        foreach (var e in model.Effects.OrderByDescending(e => Math.Abs(e.Coefficient)))
            yield return
                string.Create(CultureInfo.InvariantCulture,
                    $"  {e.Feature,-24} {Number(e.Coefficient, e.CoefficientInterval),-28} {Number(e.Spearman, e.SpearmanInterval),-26} "
                        + $"{e.PValue,6:F3} {e.Holm,6:F3}");
        yield return
            "  coefficients: change of importance, in its standard deviations, with one standard deviation of the feature, the others "
            + "held and the whole shrunk; intervals over draws of heads.";
        yield return $"  {Meaning()}";
        if (model.Effects.FirstOrDefault(e => e.Feature == DistanceFeatures.MeanDistance.Name) is { } distance)
            yield return $"  {Distance(distance)}";
    }

    /// <summary>What the null says, in a sentence, and how sure that is.</summary>
    public string Meaning()
    {
        string meaning = model.PValue < LeastPValue.Level && model.R2 > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"The features explain {100 * model.R2:F0} % of the variance of {measure} among heads that were not fitted "
                    + $"[{100 * model.R2Interval.Low:F0} %, {100 * model.R2Interval.High:F0} %]; with "
                    + $"importance shuffled among the heads {model.Null.Count} times, the most was "
                    + $"{100 * Math.Max(0, model.Null.Max()):F0} % (p = {model.PValue:F3}).")
            : string.Create(CultureInfo.InvariantCulture,
                $"Nothing here shows that the features predict {measure}: importance shuffled among the heads is predicted as well "
                    + $"in {model.Null.Count(v => v >= model.R2)} of {model.Null.Count} runs (R² {model.R2:F3}, p = {model.PValue:F3}). "
                    + $"With {grid.Count} heads a weak law could go unseen.");
        if (model.PValue < LeastPValue.Level && model.R2 > 0 && model.R2Interval.Low <= 0)
            meaning += " The interval reaches below 0: a few heads decide the share, so look at the rank correlation too.";
        if (byLayer is not null)
            meaning += byLayer.PValue < LeastPValue.Level && byLayer.R2 > 0
                ? Text($" It also holds from layers to a layer that was left out (R² {byLayer.R2:F3}, p = {byLayer.PValue:F3}).")
                : Text($" It is not shown to hold from layers to a layer that was left out (R² {byLayer.R2:F3}, p = {byLayer.PValue:F3}).");
        if (model.PValue < LeastPValue.Level && layerAlone >= model.R2)
            meaning += Text(
                $" The layer's number alone explains as much (R² {layerAlone:F3}): the features may only show where a head stands.");
        if (transfer is not null)
            meaning += transfer.PValue < LeastPValue.Level
                ? string.Create(CultureInfo.InvariantCulture,
                    $" Fitted here, it puts the test heads in order better than chance (rank correlation {transfer.Rank:F2}, p = "
                        + $"{transfer.PValue:F3}).")
                : string.Create(CultureInfo.InvariantCulture,
                    $" Fitted here, it is not shown to put the test heads in order (rank correlation {transfer.Rank:F2}, p = "
                        + $"{transfer.PValue:F3}).");
        return meaning;
    }

    /// <summary>A row per head.</summary>
    public HeadTable Heads(HeadColumn importance) => new(grid,
    [
        importance with { PerText = null },
        new(Predicted(importance, "predicted", "the features of other heads"), model.Predicted),
        .. byLayer is null ? []
            : new[] { new HeadColumn(Predicted(importance, "predicted_from_layers", "the features of heads of other layers"),
                byLayer.Predicted) },
    ]);

    private static ColumnInfo Predicted(HeadColumn importance, string name, string by) =>
        new(name, importance.Unit, $"{importance.Name} as {by} predict it", "this kit", MeasureKind.Importance);

    /// <summary>All figures.</summary>
    public ExplanationFigures Figures() => new(sources.Features, sources.Importance, measure, grid.Count, ExplanationFigures.Of(model),
        byLayer is null ? null : ExplanationFigures.Of(byLayer), layerAlone, transfer is null ? null : ExplanationFigures.Of(transfer),
        [.. model.Effects.Select(ExplanationFigures.Of)], Meaning());

    private static string Row(string name, ImportanceModel m) =>
        string.Create(CultureInfo.InvariantCulture,
            $"  {name,-20} R² out of fold {m.R2,6:F3} [{m.R2Interval.Low:F3}, {m.R2Interval.High:F3}]; shuffled {m.Null.Average():F3}, at "
                + $"most {m.Null.Max():F3}; p = {m.PValue:F3}; rank correlation {m.Rank:F2}");

    private static string Distance(FeatureEffect e)
    {
        bool alone = e.Holm < LeastPValue.Level, held = e.CoefficientInterval.Low > 0 || e.CoefficientInterval.High < 0;
        string first = alone
            ? string.Create(CultureInfo.InvariantCulture,
                $"Alone, heads that look farther matter {(e.Spearman > 0 ? "more" : "less")} (rank correlation of mean distance "
                    + $"{e.Spearman:F2} [{e.SpearmanInterval.Low:F2}, {e.SpearmanInterval.High:F2}], Holm {e.Holm:F3})")
            : string.Create(CultureInfo.InvariantCulture,
                $"Alone, a head's mean distance is not shown to predict its importance (rank correlation {e.Spearman:F2} "
                    + $"[{e.SpearmanInterval.Low:F2}, {e.SpearmanInterval.High:F2}], Holm {e.Holm:F3})");
        return first
            + (held ? string.Create(CultureInfo.InvariantCulture,
                $"; with the other features held, {(e.Coefficient > 0 ? "more" : "less")} (coefficient "
                    + $"{Number(e.Coefficient, e.CoefficientInterval)}).") : "; with the other features held, its sign is not sure.");
    }

    private static string Number(double value, Interval interval) => Text($"{value,6:F3} [{interval.Low:F3}, {interval.High:F3}]");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
