using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn features --intervals</c> writes: how sure every value is, and how reliable every feature.</summary>
internal static class IntervalTable
{
    public static void Write(TextValues values, string file, int seed, TextWriter output)
    {
        var table = values.ToTable();
        var text = new StringBuilder("feature,layer,head,mean,low,high\n");
        foreach (var interval in values.Intervals(seed: seed))
            for (int h = 0; h < values.Grid.Count; h++)
                text.Append(CultureInfo.InvariantCulture, $"{interval.Feature},{values.Grid[h].Layer},{values.Grid[h].Index},{table.Column(interval.Feature)[h]:R},{interval.Low[h]:R},{interval.High[h]:R}\n");
        AtomicFile.WriteText(file, text.ToString());
        output.WriteLine($"{file}: 95 % intervals over {values.Texts.Count} texts");
        if (values.Grid.Count < 2) return;
        output.WriteLine("split-half reliability over the heads (Spearman-Brown), and where 95 % of 100 splits lie:");
        foreach (var r in values.Reliabilities(seed: seed))
            output.WriteLine(double.IsNaN(r.Value) ? $"  {r.Feature,-24} has no spread over the heads" : string.Create(CultureInfo.InvariantCulture, $"  {r.Feature,-24} {r.Value:0.000}  [{r.Interval.Low:0.000}, {r.Interval.High:0.000}]"));
    }
}
