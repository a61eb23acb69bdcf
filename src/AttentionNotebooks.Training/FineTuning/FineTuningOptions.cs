using TorchSharp;

namespace AttentionNotebooks.Training;

/// <summary>Everything that decides what fine-tuning gives beside the model and the texts: same options, same machine, same
/// weights.</summary>
public sealed record FineTuningOptions
{
    /// <summary>Passes over the texts.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Part of the steps in which the learning rate climbs; after it, it falls linearly towards 0.</summary>
    public double Warmup { get; init; } = 0.1;

    /// <summary>Tokens of one replica's batch, padding included; a step sees <see cref="Replicas"/> times as many.</summary>
    public int TokensPerBatch { get; init; } = 256;

    /// <summary>Batches worked on side by side, each on one thread, over the same weights.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>AdamW's decay of the matrices.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Longest gradient; a longer one is shortened to it.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>The share of the pooled states that is dropped before the classifier. Elsewhere nothing is dropped, unlike in Devlin et al.
    /// (2019).</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Texts are cut to so many tokens, or to the model's positions.</summary>
    public int MaxLength { get; init; } = 128;

    /// <summary>Stop after so many epochs without a better one; 0 for never. The best epoch is taken in any case.</summary>
    public int Patience { get; init; }

    /// <summary>Whether only pooler and classifier learn: what the model knew already, as a control of what fine-tuning adds.</summary>
    public bool FrozenEncoder { get; init; }

    /// <summary>What the layers compute in while learning; weights and optimiser stay in float32.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Decides every random choice: the head's first weights, the order of the texts, what is dropped.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where to learn.</summary>
    public DeviceType Device { get; init; } = DeviceType.CPU;

    /// <summary>Checks the options.</summary>
    /// <exception cref="InputException">An option is outside what it can be.</exception>
    public void Check()
    {
        foreach (var (name, good, remedy) in new[]
        {
            ("epochs", Epochs is >= 1 and <= 1000, "Take 1 to 1000"),
            ("learning rate", LearningRate is > 0 and < 1, "Take a number between 0 and 1"),
            ("warm-up", Warmup is >= 0 and < 1, "Take a part of the steps, 0 to below 1"),
            ("tokens per batch", TokensPerBatch >= 1, "Take at least 1"),
            ("replicas", Replicas is >= 1 and <= 64, "Take 1 to 64"),
            ("replicas on a GPU", Device == DeviceType.CPU || Replicas == 1, "Take 1"),
            ("weight decay", WeightDecay is >= 0 and < 1, "Take 0 or more, below 1"),
            ("longest gradient", ClipNorm > 0, "Take a number above 0"),
            ("dropout", Dropout is >= 0 and < 1, "Take a share, 0 to below 1"),
            ("longest text", MaxLength >= 8, "Take at least 8"),
            ("patience", Patience >= 0, "Take 0 or more epochs"),
            ("precision", Precision is Precision.Fp32 or Precision.Bf16, "Take fp32 or bf16"),
        })
        {
            if (!good) throw new InputException("options", name, "is out of range", remedy);
        }
    }

    /// <summary>The learning rate of a step, from 1: it climbs while warming up, then falls linearly, and the step after the last would
    /// have none.</summary>
    internal double RateAt(int step, int steps)
    {
        double warm = Warmup * steps;
        return step <= warm ? LearningRate * step / warm : LearningRate * (steps + 1 - step) / (steps + 1 - Math.Floor(warm));
    }
}
