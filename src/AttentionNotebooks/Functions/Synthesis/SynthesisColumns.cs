namespace AttentionNotebooks;

/// <summary>Which columns of a table stand in the synthesis when none is named.</summary>
public static class SynthesisColumns
{
    /// <summary>
    /// The layer, the standard features that say where heads look (<see cref="StandardFeatures.ForSynthesis"/>), and of the other columns
    /// the
    /// user's own and those of syntax, antecedents and importance that can be compared between heads.
    /// </summary>
    public static IReadOnlyList<HeadColumn> ForSynthesis(this HeadTable table)
    {
        HeadColumn[] features = [.. StandardFeatures.ForSynthesis.Where(f => table.Features.Contains(f.Name))
            .Select(f => table.Column(f.Name))];
        return
        [
            LayerNumber.Of(table.Grid), .. features,
            .. table.Columns.Where(c => c.Kind == MeasureKind.User
                || (c.Info.InSynthesis && c.Kind is MeasureKind.Syntax or MeasureKind.Coreference or MeasureKind.Importance))
                .Except(features),
        ];
    }
}
