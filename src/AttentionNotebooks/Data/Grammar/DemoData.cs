namespace AttentionNotebooks.Data.Grammar;

/// <summary>All that the grammar makes for the kit.</summary>
public static class DemoData
{
    /// <summary>The seed of the shipped files.</summary>
    public const int StandardSeed = 1;

    /// <summary>The treebank and the tasks, by their path below the data folder.</summary>
    /// <param name="seed">Decides every sentence.</param>
    /// <returns>Path and content of each file.</returns>
    public static IReadOnlyDictionary<string, string> Files(int seed = StandardSeed) => new Dictionary<string, string>
    {
        ["treebank/demo.conllu"] = DemoTreebank.Write(seed),
    };

    /// <summary>The lower-cased sentences that no training text may hold.</summary>
    /// <param name="seed">The seed of treebank and tasks.</param>
    public static IReadOnlySet<string> HeldOutSentences(int seed = StandardSeed) =>
        DemoTreebank.Generate(seed, DemoTreebank.Sentences).Select(s => s.Text.ToLowerInvariant()).ToHashSet();
}
