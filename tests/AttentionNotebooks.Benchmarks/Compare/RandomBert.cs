using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>A checkpoint of BERT-base's shape with random weights, written once and read by every program.</summary>
internal static class RandomBert
{
    // Queries and keys are spread wider than the rest: otherwise every map would be nearly uniform.
    private static readonly Scalar Spread = 0.02, Wider = 0.05;

    /// <summary>BERT-base's sizes.</summary>
    public static BertConfig Base { get; } = new()
    {
        VocabSize = 30_522,
        HiddenSize = 768,
        NumHiddenLayers = 12,
        NumAttentionHeads = 12,
        IntermediateSize = 3072,
        MaxPositionEmbeddings = 512
    };

    /// <summary>Its head grid and little else: where the number of texts counts and not the model.</summary>
    public static BertConfig Narrow { get; } = Base with { HiddenSize = 96, IntermediateSize = 192 };

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="config">Its sizes.</param>
    /// <returns>The words of its vocabulary.</returns>
    public static string[] Write(string folder, BertConfig config)
    {
        string[] words = [.. Enumerable.Range(0, config.VocabSize - 5).Select(i => $"w{i}")];
        manual_seed(1);
        using var model = new BertForMaskedLM(config);
        using (no_grad())
            foreach (var (name, parameter) in model.named_parameters())
            {
                using var scope = NewDisposeScope();
                if (name.Contains("LayerNorm", StringComparison.Ordinal)) continue; // stays 1 and 0
                bool attends = name.Contains("query.weight", StringComparison.Ordinal)
                || name.Contains("key.weight", StringComparison.Ordinal);
                parameter.copy_(randn(parameter.shape).mul(attends ? Wider : Spread));
            }
        Checkpoint.Save(folder, model, WordPieceTokenizer.Create(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]));
        return words;
    }

    /// <summary>Texts of random words.</summary>
    /// <param name="lengths">Tokens of each, [CLS] and [SEP] included.</param>
    public static TokenizedText[] Texts(IEnumerable<int> lengths)
    {
        var random = new Random(1);
        return [.. lengths.Select(n => new TokenizedText(
            [2, .. Enumerable.Range(0, n - 2).Select(_ => random.Next(5, Base.VocabSize)), 3],
            ["[CLS]", .. Enumerable.Repeat("w", n - 2), "[SEP]"], new int[n], [-1, .. Enumerable.Range(0, n - 2), -1], 0))];
    }
}
