using System.Globalization;
using static AttentionNotebooks.Benchmarks.Compare.Rounds;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>Sentences of mixed length against the ideal in which nothing is padded.</summary>
internal static class PaddingRows
{
    private static readonly int[] Grid = [8, 16, 24, 32, 48, 64, 96, 128];

    public static Report Measure(int texts, int rounds)
    {
        var report = new Report("Sentences of mixed length: random weights of BERT-base's shape, fp32, all standard features");
        string treebank = Repository.SharedOr("ud-ewt/en_ewt-ud-dev.conllu", "data/treebank/demo.conllu");
        // One piece a word and the two special tokens: only the lengths' mixture matters here.
        int[] lengths = [.. ConllU.Read(treebank).Take(texts).Select(s => Math.Clamp(s.Words.Count + 2, 3, 128))];
        var folder = Directory.CreateTempSubdirectory("attention-padding-");
        try
        {
            RandomBert.Write(folder.FullName, RandomBert.Base);
            using var checkpoint = Checkpoint.Load(folder.FullName);
            var mixed = new LiveAttention(checkpoint, RandomBert.Texts(lengths));
            var even = Grid.Select(n => (Tokens: n, Count: 2048 / n,
                Source: new LiveAttention(checkpoint, RandomBert.Texts(Enumerable.Repeat(n, 2048 / n))))).ToArray();
            var t = Of(rounds, [("mixed", () => Time(() => mixed.Extract())),
                .. even.Select(e => ($"{e.Tokens}", (Func<double>)(() => Time(() => e.Source.Extract()))))]);
            double Ideal(int n)
            {
                int above = Array.FindIndex(Grid, g => g >= n), below = Math.Max(0, above - (Grid[above] == n ? 0 : 1));
                double At(int i) => t.Median($"{Grid[i]}") / even[i].Count;
                double share = above == below ? 0 : Math.Max(0, (n - Grid[below]) / (double)(Grid[above] - Grid[below]));
                return At(below) + share * (At(above) - At(below));
            }
            double ideal = lengths.Sum(Ideal), seconds = t.Median("mixed");
            var plan = BatchPlan.Of(lengths, VisitOptions.Default);
            double padded = plan.Sum(b => (double)b.Length * b.Max(i => lengths[i])) / lengths.Sum();
            report.Row($"{lengths.Length} sentences of {Path.GetFileName(treebank)}, bucketed, against the padding-free ideal",
                string.Create(CultureInfo.InvariantCulture, $"{seconds:G3} s"),
                string.Create(CultureInfo.InvariantCulture, $"ideal {ideal:G3} s"),
                    string.Create(CultureInfo.InvariantCulture, $"{seconds / ideal:0.000} ×"), "≤ 1.10 ×");
            report.Note(string.Create(CultureInfo.InvariantCulture,
                $"Padding makes {padded - 1:P1} more tokens. The ideal: every sentence at the time per text of unpadded full batches of "
                    + $"its own length, measured in the same rounds at {string.Join(", ", Grid)} tokens and interpolated."));
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
