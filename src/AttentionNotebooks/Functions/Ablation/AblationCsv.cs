using System.Globalization;
using System.Text;
using AttentionNotebooks.Data;

namespace AttentionNotebooks.Functions;

/// <summary>Effects of ablations as CSV, a row per group, invariant culture, numbers that read back to the same bits; a field without a value is empty.</summary>
public static class AblationCsv
{
    /// <summary>The columns.</summary>
    public const string Header = "group,layer,head,mode,items,loss_before,loss_after,change,ci_low,ci_high,accuracy_before,accuracy_after,accuracy_change,accuracy_ci_low,accuracy_ci_high,"
        + "random_groups,random_mean,random_low,random_high,p,p_holm,p_less,heads,only";

    /// <summary>Writes effects.</summary>
    /// <param name="effects">The effects.</param>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<AblationEffect> effects, string file) => AtomicFile.WriteText(file, Of(effects));

    /// <summary>The CSV text. <c>layer</c> stands where all heads of a group are of one layer, <c>head</c> where there is but one; <c>heads</c> is their number.</summary>
    /// <param name="effects">The effects.</param>
    public static string Of(IReadOnlyList<AblationEffect> effects)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var e in effects)
        {
            var heads = e.Group.Heads;
            string layer = heads.All(h => h.Layer == heads[0].Layer) ? heads[0].Layer.ToString(CultureInfo.InvariantCulture) : "", head = heads.Count == 1 ? heads[0].Index.ToString(CultureInfo.InvariantCulture) : "";
            text.Append(CultureInfo.InvariantCulture, $"{CsvField.Of(e.Group.Name)},{layer},{head},{e.Mode.ToString().ToLowerInvariant()},{e.Before.Losses.Length},{e.Before.Loss:R},{e.After.Loss:R},{e.Loss.Value:R},{e.Loss.Low:R},{e.Loss.High:R},");
            text.Append(CultureInfo.InvariantCulture, $"{e.Before.Accuracy.Value:R},{e.After.Accuracy.Value:R},{e.Accuracy.Value:R},{e.Accuracy.Low:R},{e.Accuracy.High:R},");
            if (e.Random is { } r) text.Append(CultureInfo.InvariantCulture, $"{r.Losses.Length},{r.Mean:R},{r.Low:R},{r.High:R},{r.PMore:R},{r.Holm:R},{r.PLess:R},");
            else text.Append("0,,,,,,,");
            text.Append(CultureInfo.InvariantCulture, $"{heads.Count},{(e.OnlyKept ? "true" : "false")}\n");
        }
        return text.ToString();
    }
}
