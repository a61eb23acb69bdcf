using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>A changed feature in the laboratory: from the run cell to the drawn answer.</summary>
internal static partial class LaboratoryRows
{
    private const int DontNeed = 4; // POSIX_FADV_DONTNEED

    public static Report Measure(int rounds, int savedTexts, int savedTokens)
    {
        var report = new Report("The laboratory: a changed feature, from the run cell to pictures, tables and clusters as HTML");
        using (var model = Checkpoint.Load(Repository.Path("data/demo-bert")))
        {
            string[] sentences = File.ReadAllLines(Repository.Path("data/texts/sentences.txt"));
            using var lab = new Lab(new LiveAttention(model, sentences));
            int changed = 0;
            var t = Of(rounds, ("try", () => Time(() => Try(lab, changed++))));
            report.Row($"demo model, the {sentences.Length} shipped sentences", $"{t.Seconds("try")} s", "", "", "≤ 1 s");
        }
        var folder = Directory.CreateTempSubdirectory("attention-laboratory-");
        try
        {
            var source = new RandomMaps(new HeadGrid(12, 12), savedTexts, savedTokens);
            using (var first = new Lab(source, folder: folder.FullName)) { }
            string file = Directory.GetFiles(folder.FullName, "*.maps").Single();
            double gigabytes = new FileInfo(file).Length / 1e9;
            int changed = 0;
            // The maps leave the page cache before every round, so that they come from the disk.
            var t = Of(rounds,
                ("disk", () => { Forget(file); return Time(() => ReadWhole(file)); }
            ),
                ("lab", () =>
                {
                    Forget(file); using var lab = new Lab(source, folder: folder.FullName);
                    return Time(() => Try(lab, changed++));
                }
            ),
                ("cached", () =>
                {
                    ReadWhole(file); using var lab = new Lab(source, folder: folder.FullName);
                    return Time(() => Try(lab, changed++));
                }
            ));
            report.Row(
                $"{savedTexts} saved maps of BERT-base's heads, {savedTokens} tokens "
                    + $"({gigabytes.ToString("0.0", CultureInfo.InvariantCulture)} GB), from the disk", $"{t.Seconds("lab")} s",
                    $"reading the file alone {t.Seconds("disk")} s", $"{t.Ratio("lab", "disk")} ×", "≈ 1 ×");
            report.Row("the same, in the page cache", $"{t.Seconds("cached")} s", "", "", "");
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Try(Lab lab, int changed) => lab.Feature($"look_back_{changed}", "share", (a, t) =>
    {
        using var behind = t.Offset.lt(-1 - changed % 3).to_type(a.dtype);
        return t.Weighted(a, behind);
    }).ToHtml();

    private static void ReadWhole(string file)
    {
        byte[] buffer = new byte[4 << 20];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        while (stream.Read(buffer) > 0) { }
    }

    private static void Forget(string file)
    {
        if (!OperatingSystem.IsLinux()) return;
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle); // dirty pages stay
        _ = Advise((int)handle.DangerousGetHandle(), 0, 0, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int file, long offset, long length, int advice);

    // A layer of random rows that sum to 1, for all texts and layers the same: what is timed does not depend on the values.
    private sealed class RandomMaps : IAttentionSource
    {
        private readonly torch.Tensor _layer;

        public RandomMaps(HeadGrid grid, int texts, int tokens)
        {
            Grid = grid;
            Texts = [.. Enumerable.Range(0, texts).Select(i => new AttentionText($"{i:000000}", tokens, null))];
            _layer = DistanceRows.RandomMaps(grid, tokens);
            Fingerprint = $"random-{texts}-{tokens}";
        }

        public HeadGrid Grid { get; }

        public IReadOnlyList<AttentionText> Texts { get; }

        public string Fingerprint { get; }

        public void Visit(IAttentionVisitor visitor, VisitOptions? options = null, IProgress<VisitProgress>? progress = null,
            CancellationToken cancellation = default)
        {
            VisitLoop.Run(this, visitor, (batch, receive) =>
            {
                for (int layer = 0; layer < Grid.Layers; layer++)
                {
                    using var scope = torch.NewDisposeScope();
                    receive(layer, _layer.narrow(0, layer * Grid.Heads, Grid.Heads).unsqueeze(0).expand(batch.Count, -1, -1, -1)
                        .contiguous());
                }
            }, options, progress, cancellation: cancellation);
        }

        public TextMaps Maps(int text) => new(Texts[text], Grid, _layer.data<float>().ToArray());
    }
}
