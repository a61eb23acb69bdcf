using TorchSharp;

namespace AttentionNotebooks.Training;

/// <summary>Everything that decides what a training run gives: same options, same texts, same machine, same weights.</summary>
public sealed record TrainingOptions
{
    private const double LastRate = 0.02; // of the highest
    private const double LateClimb = 0.1; // of the steps

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

    /// <summary>How many times faster queries and keys learn in the late phase (<see cref="LateFrom"/>). From the start it does harm: a run
    /// of 12 layers with 2.5 had no head that looks at a neighbour after 2 M tokens; one with 1 had several at 3.4 M. One run each, with
    /// schedules of other lengths.</summary>
    public double QueryKeyRate { get; init; } = 1;

    /// <summary>Part of the steps in which the learning rate climbs.</summary>
    public double Warmup { get; init; } = 0.05;

    /// <summary>Part of the steps after which the learning rate falls, linearly to 2 %; before the end of <see cref="Warmup"/> it cannot. A
    /// late phase that begins at a high rate needs it late.</summary>
    public double FallFrom { get; init; }

    /// <summary>AdamW's decay of the matrices.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Longest gradient; a longer one is shortened to it.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Part of the tokens that are to be predicted.</summary>
    public double MaskRate { get; init; } = 0.15;

    /// <summary>How much the pair objective counts beside the masked words; 0 trains without pairs, pooler and pair head.</summary>
    public double PairWeight { get; init; } = 0.5;

    /// <summary>The part of the steps after which the pair objective counts; words alone are learnt before.</summary>
    public double PairsFrom { get; init; }

    /// <summary>The part of the steps in which no example has more than a quarter of the positions: what stands near is learnt first, from
    /// many short texts. BERT itself saw 128 of its 512 positions for nine tenths of its steps (Devlin et al. 2019, appendix
    /// A.2).</summary>
    public double ShortUntil { get; init; }

    /// <summary>How many times larger than other matrices those of queries and keys are at the start: heads that begin sharper begin more
    /// unlike one another.</summary>
    public double QueryKeyStart { get; init; } = 1;

    /// <summary>
    /// The probability that a head is left out for an example in a step (<see cref="HeadDropout"/>; Zhou et al. 2020, "Scheduled
    /// DropHead"); from 0, which leaves none out, to below 1.
    /// </summary>
    public double HeadDropout { get; init; }

    /// <summary>What heads pay in the late phase (<see cref="LateFrom"/>) for what they add to a token (<see cref="SpeakingCost"/>); 0 for
    /// nothing.</summary>
    public double SpeakingCost { get; init; }

    /// <summary>
    /// Whether heads pay only for the messages of words, so that they can park their attention on [CLS] and [SEP]. Without this a
    /// small model may park on its most frequent word: with a cost for all tokens, the 72 heads of layers 3 to 8 of one run gave
    /// "the" 69 % of their attention.
    /// </summary>
    public bool FreeSpecialTokens { get; init; }

    /// <summary>
    /// The part of the steps after which the late phase begins, in which existing heads become sharper and idle heads become
    /// quiet: over a tenth of the steps <see cref="QueryKeyRate"/> and <see cref="SpeakingCost"/> climb to their full force. A
    /// run with 0.25 had one head for each neighbour when the phase began, and no more 2,000 steps later.
    /// </summary>
    public double LateFrom { get; init; } = 0.45;

    /// <summary>The first and the last layer that the late phase touches; all unless given. Layers that it leaves alone may keep their
    /// broad heads: one run with 3 to 8 of 12 had 41 of them.</summary>
    public (int First, int Last)? LateLayers { get; init; }

    /// <summary>What the layers compute in while training; weights, embeddings and optimiser stay in float32.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

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

    /// <summary>Where the model is trained.</summary>
    public DeviceType Device { get; init; } = DeviceType.CPU;

    /// <summary>Whether the saved weights are float16.</summary>
    public bool HalfPrecision { get; init; } = true;

    /// <summary>The model's configuration over a vocabulary.</summary>
    /// <param name="vocabularySize">Entries that were learnt.</param>
    /// <returns>The configuration.</returns>
    public BertConfig Config(int vocabularySize) => new()
    {
        VocabSize = vocabularySize,
        HiddenSize = HiddenSize,
        NumHiddenLayers = Layers,
        NumAttentionHeads = Heads,
        IntermediateSize = IntermediateSize,
        MaxPositionEmbeddings = Positions,
        InitializerRange = Math.Round(1 / Math.Sqrt(HiddenSize), 4),
    };

    /// <summary>The learning rate of a step, from 1: it climbs while warming up, stays until <see cref="FallFrom"/>, then falls
    /// linearly.</summary>
    internal double RateAt(int step)
    {
        double warm = Math.Max(1, Warmup * Steps), fall = Math.Max(warm, FallFrom * Steps);
        if (step <= warm) return LearningRate * step / warm;
        double left = Math.Min(1, (Steps - step) / Math.Max(1, Steps - fall));
        return LearningRate * (LastRate + (1 - LastRate) * left);
    }

    /// <summary>How much the pair objective counts at a step.</summary>
    internal double PairWeightAt(int step) => step > PairsFrom * Steps ? PairWeight : 0;

    /// <summary>The steps with short examples alone.</summary>
    internal int ShortSteps => (int)Math.Round(ShortUntil * Steps);

    /// <summary>Whether the late phase touches a layer.</summary>
    internal bool IsLate(int layer) => LateLayers is not { } range || (layer >= range.First && layer <= range.Last);

    /// <summary>Whether a parameter learns at <see cref="QueryKeyRateAt"/> times the rate.</summary>
    internal bool IsFaster(WeightVector.Region region) => region.IsQueryOrKey && IsLate(region.Layer);

    /// <summary>The cost for what heads add at a step.</summary>
    internal double SpeakingCostAt(int step) => SpeakingCost * Late(step);

    /// <summary>How many times the learning rate queries and keys learn at in a step.</summary>
    internal double QueryKeyRateAt(int step) => 1 + (QueryKeyRate - 1) * Late(step);

    /// <summary>The decay of a parameter.</summary>
    internal double DecayOf(WeightVector.Region region) => region.IsMatrix ? WeightDecay : 0;

    /// <summary>
    /// Identifies a run, so that a resumed one can be checked against it: all options that decide the weights, and nothing else.
    /// </summary>
    internal string Identity => (this with { EvaluateEvery = 1, ReportEvery = 1, EvaluationTokens = 1, HalfPrecision = true }).ToString();

    private double Late(int step) => Math.Clamp((step / (double)Steps - LateFrom) / LateClimb, 0, 1);

    /// <summary>The options for a model that exists: its sizes instead of those here.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <returns>The same options with the model's layers, heads, widths, positions and vocabulary size.</returns>
    public TrainingOptions Sized(BertConfig config) => this with
    {
        Layers = config.NumHiddenLayers,
        Heads = config.NumAttentionHeads,
        HiddenSize = config.HiddenSize,
        IntermediateSize = config.IntermediateSize,
        Positions = config.MaxPositionEmbeddings,
        VocabularySize = config.VocabSize,
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
            ("pair weight", PairWeight is >= 0 and <= 100, "Take a number from 0 to 100"),
            ("head dropout", HeadDropout is >= 0 and < 1, "Take a number from 0 to below 1"),
            ("speaking cost", SpeakingCost is >= 0 and <= 100, "Take a number from 0 to 100"),
            ("beginning of the late phase", LateFrom is >= 0 and < 1, "Take a part of the steps, between 0 and 1"),
            ("end of the high learning rate", FallFrom is >= 0 and < 1, "Take a part of the steps, 0 to below 1"),
            ("beginning of the pairs", PairsFrom is >= 0 and < 1, "Take a part of the steps, 0 to below 1"),
            ("end of the short examples", ShortUntil is >= 0 and <= 1, "Take a part of the steps, 0 to 1"),
            ("start of queries and keys", QueryKeyStart is > 0 and <= 10, "Take a number between 0 and 10"),
            ("layers of the late phase", LateLayers is not { } late
                || (late.First >= 0 && late.First <= late.Last && late.Last < Layers),
                $"Take two layers from 0 to {Layers - 1}, the lower one first"),
            ("precision", Precision is Precision.Fp32 or Precision.Bf16, "Take fp32 or bf16"),
            ("replicas on a GPU", Device == DeviceType.CPU || Replicas == 1, "Take 1"),
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
