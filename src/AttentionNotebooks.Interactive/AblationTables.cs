using System.Globalization;
using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>What heads are for, as tables: what is lost without them, and whether measures of importance agree.</summary>
internal static class AblationTables
{
    private const int ShownGroups = 24;

    /// <summary>Effects, a row per group, in their order.</summary>
    public static TextTable Of(IReadOnlyList<AblationEffect> effects)
    {
        if (effects.Count == 0) return new TextTable("No groups", ["group"], [], "");
        var (first, shown) = (effects[0], effects.Take(ShownGroups).ToArray());
        int draws = effects.Max(e => e.Random?.Losses.Length ?? 0);
        string what = first.OnlyKept ? "Only the group kept" : "Without the group", more = effects.Count > shown.Length
            ? Invariant($"{effects.Count - shown.Length} more groups. ") : "";
        return new TextTable(
            string.Create(CultureInfo.InvariantCulture,
                $"{what} ({first.Mode.ToString().ToLowerInvariant()}): {first.Before.Losses.Length} items, loss {first.Before.Loss:0.000} "
                    + $"nats and accuracy {first.Before.Accuracy.Value:0.000} of the whole model"),
            ["group", "heads", "loss by", "95 % from", "to", "accuracy by", "random: mean", "95 % from", "to", "p", "p, corrected"],
            [.. shown.Select(e => (string[])[e.Group.Name, e.Group.Heads.Count.ToString(CultureInfo.InvariantCulture), F(e.Loss.Value),
                F(e.Loss.Low), F(e.Loss.High), F(e.Accuracy.Value),
                F(e.Random?.Mean), F(e.Random?.Low), F(e.Random?.High), F(e.Random?.PMore), F(e.Random?.Adjusted)])],
            $"{more}Changes of the loss (nats per question) and of the accuracy, with intervals over items. "
            + (draws > 0
                ? string.Create(CultureInfo.InvariantCulture,
                    $"p: does the group matter more than random groups of the same make? With {draws} of them it cannot be below "
                        + $"{LeastPValue.Of(draws):0.000}. Corrected: for all groups (Westfall and Young 1993). "
                        + $"{AblationStudy.TooFewGroups(effects)}").TrimEnd()
                : "No random groups were drawn, or the groups are the only ones of their make."));
    }

    /// <summary>Pairs of measures, the closest first.</summary>
    public static TextTable Of(MeasureAgreement agreement) => new(
        "Do the measures order the heads alike?",
        ["", "", "Spearman", "95 % over heads", "to", "95 % over texts", "to"],
        [.. agreement.Pairs().OrderByDescending(p => p.Rho)
            .Select(p => (string[])[p.First, p.Second, F(p.Rho), F(p.OverHeads.Low), F(p.OverHeads.High), F(p.OverTexts.Low),
                F(p.OverTexts.High)])],
        "Spearman's rank correlation: 1 the same order, 0 none, −1 the reverse. Over heads: would it hold for other heads; over texts: "
            + "how much is the noise of these texts.");

    private static string F(double? value) => value is { } v && double.IsFinite(v) ? v.ToString("0.000", CultureInfo.InvariantCulture) : "";
}
