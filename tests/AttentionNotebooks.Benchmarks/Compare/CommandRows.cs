using System.Globalization;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>What a user waits for at the shell.</summary>
internal static class CommandRows
{
    public static Report Measure(int rounds)
    {
        var report = new Report("Commands, each in a process of its own");
        var help = Seconds(Math.Max(rounds, 5), "--help");
        report.Row("attn --help", $"{help} s", "", "", "≤ 0.5 s");
        var folder = Directory.CreateTempSubdirectory("attention-commands-");
        try
        {
            // A thousand sentences: the shipped treebank's, one a line.
            string texts = Path.Combine(folder.FullName, "texts.txt"), table = Path.Combine(folder.FullName, "heads.csv");
            string[] sentences = [.. ConllU.Read(Repository.Path("data/treebank/demo.conllu"))
                .Select(s => string.Join(' ', s.Words.Select(w => w.Form)))];
            File.WriteAllLines(texts, Enumerable.Range(0, 1000).Select(i => sentences[i % sentences.Length]));
            var features = Seconds(Math.Min(rounds, 3), "features", "--model", Repository.Path("data/demo-bert"), "--text", texts, "--out",
                table);
            report.Row("attn features, demo model, 1,000 sentences of the shipped treebank", $"{features} s", "", "", "≤ 10 s");
            if (sentences.Length < 1000)
                report.Note($"The treebank has {sentences.Length} sentences; they are taken again until there are 1,000.");
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>All notebooks, once: long.</summary>
    public static Report Notebooks()
    {
        var report = new Report("Notebooks");
        var folder = Directory.CreateTempSubdirectory("attention-notebooks-");
        try
        {
            double seconds = Attn.Run("run", "--out", folder.FullName).Seconds;
            report.Row("attn run, all notebooks", string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"), "", "", "≤ 180 s");
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Peak memory against the number of texts.</summary>
    public static Report Memory(int tokens = 64)
    {
        var report = new Report("Memory");
        var folder = Directory.CreateTempSubdirectory("attention-memory-");
        try
        {
            string[] words = RandomBert.Write(folder.FullName, RandomBert.Narrow);
            long Peak(int texts)
            {
                var random = new Random(1);
                string file = Path.Combine(folder.FullName, "texts.txt");
                File.WriteAllLines(file, Enumerable.Range(0, texts)
                    .Select(_ => string.Join(' ', Enumerable.Range(0, tokens - 2).Select(_ => words[random.Next(words.Length)]))));
                return Attn.Run("features", "--model", folder.FullName, "--text", file, "--out",
                    Path.Combine(folder.FullName, "heads.csv")).PeakKiB;
            }
            long few = Peak(200), many = Peak(5000);
            report.Row($"peak memory of attn features, 200 and 5,000 texts × {tokens} tokens", $"{many / 1024} MiB",
                $"200 texts: {few / 1024} MiB", ((double)many / few).ToString("0.000", CultureInfo.InvariantCulture) + " ×", "≤ 1.05 ×");
            report.Note(string.Create(CultureInfo.InvariantCulture,
                $"BERT-base's 12 × 12 heads on a narrow model (hidden size 96), for speed. The peaks differ by "
                    + $"{(many - few) / 4800.0:0.0} KiB a text, its tokens included; a model of BERT-base's size adds some 450 MiB of "
                    + $"weights to both."));
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Rounds.Spread Seconds(int rounds, params string[] arguments)
    {
        Attn.Run(arguments);
        return Rounds.Spread.Of([.. Enumerable.Range(0, rounds).Select(_ => Attn.Run(arguments).Seconds)]);
    }
}
