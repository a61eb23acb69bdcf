using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Training;

/// <summary>All that the grammar makes for the kit: the treebank and five tasks.</summary>
public sealed class DemoData
{
    /// <summary>The seed of the shipped files.</summary>
    public const int StandardSeed = 1;

    private static readonly (string Name, int Rows)[] Splits = [("train", 1600), ("dev", 200), ("test", 200)];

    private const int Paraphrases = 400;

    private DemoData(IReadOnlyDictionary<string, string> files, IReadOnlySet<string> sentences)
    {
        Files = files;
        Sentences = sentences;
    }

    /// <summary>The content of each file, by its path below the data folder.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>Every sentence of the files, lower-cased, masked verbs in both forms: what no training text may hold. Those of
    /// <c>tasks/paraphrases.tsv</c> are not among them: that task is asked of models that learn from other texts.</summary>
    public IReadOnlySet<string> Sentences { get; }

    /// <summary>Generates everything; no sentence comes twice, in whatever file.</summary>
    /// <param name="seed">Decides every sentence.</param>
    /// <returns>Files and sentences.</returns>
    public static DemoData Generate(int seed = StandardSeed)
    {
        var files = new Dictionary<string, string> { ["treebank/demo.conllu"] = DemoTreebank.Write(seed) };
        var taken = DemoTreebank.Generate(seed, DemoTreebank.Sentences).Select(s => s.Text.ToLowerInvariant()).ToHashSet();
        files["tasks/agreement.tsv"] = AgreementTask.Write(seed, taken);
        foreach (var (number, (split, rows)) in Splits.Index())
        {
            // Dice of its own for each file: a change to one leaves the others as they are.
            Dice DiceOf(int task) => new(seed + 1000 * (number + 1) + task);
            files[$"tasks/acceptability.{split}.tsv"] =
                Table("acceptability", split, "sentence\tlabel\tconstruction\tpair",
                    AcceptabilityTask.Generate(DiceOf(1), rows / 2, taken));
            files[$"tasks/sentiment.{split}.tsv"] =
                Table("sentiment", split, "sentence\tlabel\tconstruction", SentimentTask.Generate(DiceOf(2), rows, taken));
            files[$"tasks/pairs.{split}.tsv"] = Table("pairs", split, "sentence1\tsentence2\tlabel\tconstruction",
                PairTask.Generate(DiceOf(3), rows, taken));
        }
        files["tasks/paraphrases.tsv"] = Table("paraphrases", null, PairTask.ParaphraseColumns,
            PairTask.Paraphrases(new Dice(seed + 5000), Paraphrases, [.. taken]));
        return new DemoData(files, taken);
    }

    private static string Table(string task, string? split, string header, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder($"id\t{header}\n");
        string name = split is null ? task : $"{task}-{split}";
        int number = 0;
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture, $"{name}-{++number:0000}\t").AppendJoin('\t', row).Append('\n');
        return text.ToString();
    }
}
