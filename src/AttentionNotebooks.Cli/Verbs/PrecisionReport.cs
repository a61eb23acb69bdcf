using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The cost of a faster number format: the deviation of every feature from float32, measured on the shipped sentences.</summary>
internal static class PrecisionReport
{
    public static void Write(string folder, TextWriter output)
    {
        var texts = TextFile.Texts(Kit.DataPath("texts/sentences.txt"));
        var exact = Extract(folder, texts, Precision.Fp32);
        output.WriteLine($"{folder}: {exact.Grid} heads, {texts.Count} sentences; deviation from fp32 over the heads, in the feature's "
            + $"unit");
        output.WriteLine($"{"feature",-14} {"unit",-10} {"bf16 median",12} {"largest",10} {"fp16 median",12} {"largest",10}");
        var (bf16, fp16) = (Extract(folder, texts, Precision.Bf16), Extract(folder, texts, Precision.Fp16));
        foreach (var f in StandardFeatures.All)
        {
            var (b, h) = (Deviation(exact, bf16, f.Name), Deviation(exact, fp16, f.Name));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{f.Name,-14} {f.Unit,-10} {b.Median,12:0.00000} "
                + $"{b.Largest,10:0.00000} {h.Median,12:0.00000} {h.Largest,10:0.00000}"));
        }
    }

    private static HeadTable Extract(string folder, IReadOnlyList<string> texts, Precision precision)
    {
        using var model = Checkpoint.Load(folder).To(precision);
        return new LiveAttention(model, texts).Extract();
    }

    private static (double Median, double Largest) Deviation(HeadTable exact, HeadTable other, string feature)
    {
        double[] sorted = [.. exact.Column(feature).Zip(other.Column(feature), (a, b) => Math.Abs(a - b)).Order()];
        return (sorted[sorted.Length / 2], sorted[^1]);
    }
}
