namespace AttentionNotebooks.Bert.Training;

/// <summary>Everything that decides what a training run gives: same options, same texts, same machine, same weights.</summary>
public sealed record TrainingOptions
{
    /// <summary>Layers, L.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Heads per layer, H.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Width of the hidden states, D.</summary>
    public int HiddenSize { get; init; } = 192;

    /// <summary>Width of the feed-forward part.</summary>
    public int IntermediateSize { get; init; } = 384;

    /// <summary>Positions: the longest example in tokens.</summary>
    public int Positions { get; init; } = 128;

    /// <summary>Entries that the vocabulary is learnt up to.</summary>
    public int VocabularySize { get; init; } = 8000;

    /// <summary>Updates of the weights.</summary>
    public int Steps { get; init; } = 4000;

    /// <summary>Tokens of one replica's batch; a step sees <see cref="Replicas"/> times as many.</summary>
    public int TokensPerBatch { get; init; } = 512;

    /// <summary>Batches worked on side by side, each on one thread, over the same weights.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>How many times faster queries and keys learn. A run of 12 layers with 2.5 had no head that looks at a neighbour after 2 M tokens; one with 1 had several at 3.4 M. One run each, with schedules of other lengths.</summary>
    public double QueryKeyRate { get; init; } = 1;

    /// <summary>Part of the steps in which the learning rate climbs; after it, it falls linearly to 2 %.</summary>
    public double Warmup { get; init; } = 0.05;

    /// <summary>AdamW's decay of the matrices.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Longest gradient; a longer one is shortened to it.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Part of the tokens that are to be predicted.</summary>
    public double MaskRate { get; init; } = 0.15;

    /// <summary>Every how many blocks of text one is held out for evaluation.</summary>
    public int HoldOutEvery { get; init; } = 20;

    /// <summary>Held-out tokens that an evaluation reads at most.</summary>
    public int EvaluationTokens { get; init; } = 20_000;

    /// <summary>Steps between two evaluations, at each of which the weights so far are saved.</summary>
    public int EvaluateEvery { get; init; } = 500;

    /// <summary>Steps between two reports of the training loss.</summary>
    public int ReportEvery { get; init; } = 50;

    /// <summary>Decides every random choice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether the saved weights are float16.</summary>
    public bool HalfPrecision { get; init; } = true;

    /// <summary>The model's configuration over a vocabulary.</summary>
    /// <param name="vocabularySize">Entries that were learnt.</param>
    /// <returns>The configuration.</returns>
    public BertConfig Config(int vocabularySize) => new()
    {
        VocabSize = vocabularySize, HiddenSize = HiddenSize, NumHiddenLayers = Layers, NumAttentionHeads = Heads, IntermediateSize = IntermediateSize,
        MaxPositionEmbeddings = Positions, InitializerRange = Math.Round(1 / Math.Sqrt(HiddenSize), 4),
    };

    /// <summary>Checks the options.</summary>
    /// <exception cref="InputException">An option is outside what it can be.</exception>
    public void Check()
    {
        Config(VocabularySize).Check("options");
        foreach (var (name, good, remedy) in new[]
        {
            ("positions", Positions >= 8, "Take at least 8"),
            ("vocabulary size", VocabularySize >= 32, "Take at least 32"),
            ("steps", Steps >= 1, "Take at least 1"),
            ("tokens per batch", TokensPerBatch >= Positions, $"Take at least the positions, {Positions}"),
            ("replicas", Replicas is >= 1 and <= 64, "Take 1 to 64"),
            ("learning rate", LearningRate is > 0 and < 1, "Take a number between 0 and 1"),
            ("query and key rate", QueryKeyRate is > 0 and <= 100, "Take a number between 0 and 100"),
            ("warm-up", Warmup is >= 0 and < 1, "Take a part of the steps, 0 to below 1"),
            ("mask rate", MaskRate is > 0 and < 1, "Take a number between 0 and 1"),
            ("hold-out", HoldOutEvery >= 2, "Take at least 2"),
            ("evaluation tokens", EvaluationTokens >= 1, "Take at least 1"),
            ("evaluation steps", EvaluateEvery >= 1 && ReportEvery >= 1, "Take at least 1"),
        })
        {
            if (!good) throw new InputException("options", name, "is out of range", remedy);
        }
    }
}
