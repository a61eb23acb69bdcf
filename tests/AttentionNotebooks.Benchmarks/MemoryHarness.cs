using System.Diagnostics;
using System.Globalization;
using AttentionNotebooks.Bert;

namespace AttentionNotebooks.Benchmarks;

/// <summary>
/// Peak memory of <c>attn features</c> against the number of texts: a random model of BERT-base's shape, texts of
/// <c>tokens</c> tokens, the real command in a process of its own. Linux (reads /proc).
/// </summary>
internal static class MemoryHarness
{
    public static async Task Run(IReadOnlyList<int> textCounts, int tokens)
    {
        var folder = Directory.CreateTempSubdirectory("attention-memory-");
        try
        {
            string[] words = WriteModel(folder.FullName);
            Console.WriteLine($"attn features, random weights of BERT-base's shape, {tokens} tokens a text");
            Console.WriteLine("texts  peak MiB  seconds");
            foreach (int texts in textCounts)
            {
                var random = new Random(texts);
                string file = Path.Combine(folder.FullName, "texts.txt");
                File.WriteAllLines(file, Enumerable.Range(0, texts).Select(_ => string.Join(' ', Enumerable.Range(0, tokens - 2).Select(_ => words[random.Next(words.Length)]))));
                var (peak, time) = await Measure(["features", "--model", folder.FullName, "--text", file, "--max-length", $"{tokens}", "--out", Path.Combine(folder.FullName, "heads.csv")]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{texts,5}  {peak / 1024.0,8:0}  {time.TotalSeconds,7:0.0}"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] WriteModel(string folder)
    {
        var config = new BertConfig { VocabSize = 30_522, HiddenSize = 768, NumHiddenLayers = 12, NumAttentionHeads = 12, IntermediateSize = 3072, MaxPositionEmbeddings = 512 };
        string[] words = [.. Enumerable.Range(0, config.VocabSize - 5).Select(i => $"w{i}")];
        using var model = new BertForMaskedLM(config);
        Checkpoint.Save(folder, model, WordPieceTokenizer.Create(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]));
        return words;
    }

    private static async Task<(long PeakKiB, TimeSpan Time)> Measure(string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        long peak = 0;
        while (!process.HasExited)
        {
            try
            {
                // VmHWM is the kernel's own high-water mark, so nothing between two looks is missed.
                string? line = File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                if (line is not null) peak = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture);
            }
            catch (IOException) { break; } // the process ended while its file was read
            await Task.Delay(100);
        }
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"attn ended with {process.ExitCode}");
        return (peak, clock.Elapsed);
    }
}
