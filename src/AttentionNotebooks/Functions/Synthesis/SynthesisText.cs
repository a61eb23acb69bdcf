using System.Globalization;
using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>A cluster's row of the synthesis in plain words, from its figures alone.</summary>
internal static class SynthesisText
{
    private const int FewHeads = 5;

    public static string Of(ClusterSynthesis synthesis, int cluster)
    {
        var (name, heads) = synthesis.Clusters[cluster];
        var cells = synthesis.Cells.Where(c => c.Cluster == cluster).OrderByDescending(c => Math.Abs(c.Delta)).ToArray();
        int[] layers = [.. heads.Select(h => h.Layer).Order()];
        var sentences = new List<string>
        {
            Invariant($"{Capital(name)}: {heads.Count} head{(heads.Count == 1 ? "" : "s")}, {Layers(layers)}."),
            Sentence("More than the other heads they have ", cells.Where(c => c.IsSure && c.Delta > 0)),
            Sentence("Less they have ", cells.Where(c => c.IsSure && c.Delta < 0)),
        };
        string[] open = [.. cells.Where(c => !c.IsSure).Select(c => c.Function.Name)];
        if (open.Length > 0) sentences.Add($"No sure difference from the other heads: {string.Join(", ", open)}.");
        ClusterFunction[] notBeyond = [.. cells.Where(c => c.IsSure && !c.IsBeyondLayers && c.Function.Kind != MeasureKind.Layer)];
        string[] unseen = [.. notBeyond.Where(c => !(c.LeastLayerAdjusted < LeastPValue.Level)).Select(c => c.Function.Name)],
            byLayer = [.. notBeyond.Where(c => c.LeastLayerAdjusted < LeastPValue.Level).Select(c => c.Function.Name)];
        if (unseen.Length > 0)
            sentences.Add($"Whether the layers explain {string.Join(", ", unseen)} cannot be seen: too few layers have heads of this "
                + "cluster and others.");
        if (byLayer.Length > 0)
            sentences.Add($"Where these heads lie may explain {string.Join(", ", byLayer)}: within their layers there is no such sure "
                + "difference.");
        if (cells.Any(c => c.IsSure && c.Clustered))
            sentences.Add("The heads were clustered on what is marked *, so a difference in it is no finding.");
        if (synthesis.TooFewDraws() is null && cells.Min(c => c.LeastAdjusted) is >= LeastPValue.Level and var least)
            sentences.Add(Invariant($"So few heads cannot be told apart here, whatever their values: p cannot be below {least:0.000}."));
        else if (heads.Count < FewHeads)
            sentences.Add(Invariant($"{heads.Count} head{(heads.Count == 1 ? " is" : "s are")} little to go by."));
        return string.Join(' ', sentences.Where(s => s.Length > 0));
    }

    private static string Sentence(string beginning, IEnumerable<ClusterFunction> cells)
    {
        string list = string.Join("; ", cells.Select(Cell));
        return list.Length == 0 ? "" : $"{beginning}{list}.";
    }

    // "previous* (0.57 against 0.03 share of attention; δ 0.99, 0.97 to 1.00; p 0.001, within layers 0.001)"
    private static string Cell(ClusterFunction c) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{c.Function.Name}{(c.Clustered ? "*" : "")} ({c.Mean:0.###} against {c.Others:0.###}, {c.Function.Unit}; δ {c.Delta:0.00}, "
                + $"{c.Low:0.00} to {c.High:0.00}; p {P(c.Adjusted)}"
                + $"{(c.Function.Kind == MeasureKind.Layer ? "" : $", within layers {P(c.LayerAdjusted)}")})")
            .Replace(" -", " −", StringComparison.Ordinal).Replace("(-", "(−", StringComparison.Ordinal);

    // Rounded up, so that no p-value reads as 0.
    private static string P(double p) => Invariant($"{Math.Ceiling(p * 1000 - 1e-9) / 1000:0.000}");

    private static string Layers(int[] sorted) => sorted[0] == sorted[^1] ? Invariant($"layer {sorted[0]}")
        : Invariant($"layers {sorted[0]} to {sorted[^1]}, median {sorted[sorted.Length / 2]}");

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
