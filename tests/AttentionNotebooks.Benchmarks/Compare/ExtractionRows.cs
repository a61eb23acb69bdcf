using System.Globalization;
using System.Text.Json;
using AttentionNotebooks.Benchmarks.Peers;
using TorchSharp;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>From texts to the head table: this kit, eager PyTorch with numpy, and the conventional program on our libtorch.</summary>
internal static class ExtractionRows
{
    private const int Tokens = 128, Batch = 16;

    public static Report Measure(int texts, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("attention-compare-");
        try
        {
            RandomBert.Write(folder.FullName, RandomBert.Base);
            var tokenized = RandomBert.Texts(Enumerable.Repeat(Tokens, texts));
            string ids = Path.Combine(folder.FullName, "ids.json");
            File.WriteAllText(ids, JsonSerializer.Serialize(tokenized.Select(t => t.Ids)));
            using var single = Checkpoint.Load(folder.FullName);
            using var half = Checkpoint.Load(folder.FullName).To(Precision.Bf16);
            using var eager = PythonPeer.Start("eager_bert.py", Path.Combine(folder.FullName, "model.safetensors"), ids,
                Batch.ToString(CultureInfo.InvariantCulture));
            return Table(single, half, eager, tokenized, rounds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Report Table(Checkpoint single, Checkpoint half, PythonPeer? eager, TokenizedText[] texts, int rounds)
    {
        var report =
            new Report($"Extraction: random weights of BERT-base's shape, {texts.Length} texts × {Tokens} tokens, all standard features");
        var (fp32, bf16) = (new LiveAttention(single, texts), new LiveAttention(half, texts));
        double[] ours = [], rounded = [], conventional = [], eagerly = [];
        var contestants = new List<(string, Func<double>)>
        {
            ("fp32", () => Time(() => ours = Values(fp32.Extract()))),
            ("bf16", () => Time(() => rounded = Values(bf16.Extract()))),
            ("bare fp32", () => Time(() => fp32.Visit(new Nothing()))),
            ("bare bf16", () => Time(() => bf16.Visit(new Nothing()))),
            ("libtorch", () => Time(() => conventional = ConventionalBert.Run(single, texts, Batch))),
        };
        if (eager is not null) contestants.Add(("eager", () => { var (s, v) = eager.Run("features"); eagerly = v; return s; }));
        var t = Of(rounds, [.. contestants]);
        double perText = 1000.0 / texts.Length;
        string Ms(string name) => $"{t.Seconds(name, perText)} ms a text";
        if (eager is not null)
        {
            report.Same("eager PyTorch and fp32", ours, eagerly);
            report.Row("fp32 against eager PyTorch + numpy", Ms("fp32"), Ms("eager"), $"{t.Ratio("eager", "fp32")} ×", "≥ 2 ×");
            report.Row("bf16 against eager PyTorch + numpy", Ms("bf16"), Ms("eager"), $"{t.Ratio("eager", "bf16")} ×", "≥ 7 ×");
            report.Note($"Peer: {eager.Versions}, fp32, {Environment.ProcessorCount} threads.");
        }
        report.Same("the conventional program and fp32", ours, conventional);
        report.Row("fp32 against the conventional program on our libtorch", Ms("fp32"), Ms("libtorch"), $"{t.Ratio("libtorch", "fp32")} ×",
            "≥ 1.2 ×");
        report.Row("bf16 against the conventional program (fp32) on our libtorch", Ms("bf16"), Ms("libtorch"),
            $"{t.Ratio("libtorch", "bf16")} ×", "≥ 4 ×");
        report.Row("standard features on top of the bare forward, fp32", Ms("fp32"), $"bare {Ms("bare fp32")}",
            $"{t.Ratio("fp32", "bare fp32")} ×", "≤ 1.06 ×");
        report.Row("standard features on top of the bare forward, bf16", Ms("bf16"), $"bare {Ms("bare bf16")}",
            $"{t.Ratio("bf16", "bare bf16")} ×", "≤ 1.06 ×");
        double[] off = [.. ours.Zip(rounded, (a, b) => Math.Abs(a - b) / Math.Max(Math.Abs(a), 1e-12)).Order()];
        report.Row("bf16's features off fp32's", $"median {off[off.Length / 2]:P2}", "", $"95 % below {off[(int)(off.Length * 0.95)]:P2}",
            "median ≤ 2 %");
        report.Row("on a GPU", torch.cuda.is_available() ? "not measured by this table" : "no CUDA device here", "", "", "≥ 3 ×");
        GemmRows.Add(report, rounds, texts.Length, Tokens, Batch, t.Median("bare fp32"), t.Median("bare bf16"));
        return report;
    }

    private static double[] Values(HeadTable table) =>
        [.. Enumerable.Range(0, table.Grid.Count).SelectMany(h => table.Features.Select(f => table.Column(f)[h]))];

    /// <summary>A visitor that looks at nothing: the bare forward pass.</summary>
    internal sealed class Nothing : IAttentionVisitor
    {
        public void Visit(LayerMaps maps) { }
    }
}
