using AttentionNotebooks.Tests.Bert;
using TorchSharp;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>The real encoder: this kit, and ONNX Runtime on the same file, with the same ids in the same batches.</summary>
internal static class OnnxRows
{
    private const int Tokens = 128, Batch = 8;

    private static readonly VisitOptions _batches = new(TokensPerBatch: Tokens * Batch);

    public static Report Measure(int count, int rounds)
    {
        string folder = PackagedEncoders.Folder(PackagedEncoders.MiniLM)
            ?? throw new InvalidOperationException("all-MiniLM-L6-v2 is not beside the kit; build with -p:MiniLM=true");
        using var single = Checkpoint.Load(folder);
        using var half = Checkpoint.Load(folder).To(Precision.Bf16);
        using var engine = new OnnxEngine(folder, alone: true);
        var sentences = TextFile.Texts(Repository.Path("data/texts/sentences.txt"));
        TokenizedText[] texts = [.. Enumerable.Range(0, count).Select(i => single.Tokenizer.Encode(
            string.Join(' ', Enumerable.Range(0, Tokens).Select(s => sentences[(31 * i + s) % sentences.Count])), Tokens))];
        var (fp32, bf16) = (new LiveAttention(single, texts), new LiveAttention(half, texts));
        var onnx = engine.Source(fp32.Grid, texts, single.Tokenizer.PadId);

        double[] ours = [], theirs = [];
        var t = Of(rounds,
            ("kit bare", () => Time(() => Bare(single, texts))),
            ("onnx bare", () => Time(() => Bare(engine, texts, maps: false))),
            ("kit maps", () => Time(() => fp32.Visit(new ExtractionRows.Nothing(), _batches))),
            ("onnx maps", () => Time(() => Bare(engine, texts, maps: true))),
            ("kit checked", () => Time(() => onnx.Visit(new ExtractionRows.Nothing(), _batches))),
            ("kit features", () => Time(() => ours = Values(fp32.Extract(StandardFeatures.All, _batches)))),
            ("kit bf16", () => Time(() => bf16.Extract(StandardFeatures.All, _batches))),
            ("onnx features", () => Time(() => theirs = Values(onnx.Extract(StandardFeatures.All, _batches)))));

        var report = new Report($"all-MiniLM-L6-v2 against ONNX Runtime: {count} texts × {Tokens} tokens in batches of {Batch}, float32 "
            + "unless it says bfloat16");
        report.Same("head tables of both engines", ours, theirs);
        string Ms(string name) => $"{t.Seconds(name, 1000.0 / count)} ms a text";
        void Row(string what, string kit, string other) => report.Row(what, Ms(kit), Ms(other), $"{t.Ratio(other, kit)} ×", "");
        Row("the last hidden states", "kit bare", "onnx bare");
        Row("all maps, one layer at a time; there all at once", "kit maps", "onnx maps");
        Row("all 14 standard features; there by GivenAttention", "kit features", "onnx features");
        Row("the same in bfloat16; there float32", "kit bf16", "onnx features");
        report.Row("checking and copying the maps of ONNX Runtime", Ms("kit checked"), $"fetched alone {Ms("onnx maps")}",
            $"{t.Ratio("kit checked", "onnx maps")} ×", "");
        return report;
    }

    private static void Bare(Checkpoint checkpoint, TokenizedText[] texts)
    {
        using var quiet = torch.no_grad();
        foreach (var batch in texts.Chunk(Batch))
        {
            using var scope = torch.NewDisposeScope();
            var input = new TokenBatch(batch, checkpoint.Tokenizer.PadId, torch.CPU);
            checkpoint.Encoder.forward(input.Ids, input.Segments, input.Mask);
        }
    }

    private static void Bare(OnnxEngine engine, TokenizedText[] texts, bool maps)
    {
        foreach (var batch in texts.Chunk(Batch))
        {
            long[] ids = [.. batch.SelectMany(t => t.Ids.Select(i => (long)i))], ones = new long[ids.Length];
            Array.Fill(ones, 1);
            using var outputs = engine.Run(ids, new long[ids.Length], ones, Tokens, maps);
        }
    }

    private static double[] Values(HeadTable table) =>
        [.. table.Features.SelectMany(f => table.Grid.All().Select(h => table[h, f]))];
}
