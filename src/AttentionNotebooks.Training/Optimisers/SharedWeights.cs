using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>The weights of a masked-LM that is trained with DeepNorm, shared by its replicas.</summary>
internal sealed class SharedWeights : WeightVector
{
    private readonly BertConfig config;

    /// <summary>Builds the replicas; the weights are those of <see cref="DeepNorm.Initialize"/>.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="replicas">How many.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="format">What the layers compute in: float32, or bfloat16.</param>
    /// <param name="withPairs">Whether the model has a pooler and a head for pairs.</param>
    /// <param name="device">Where the vectors live; the CPU unless given.</param>
    /// <param name="start">A BERT whose weights to begin with instead.</param>
    /// <param name="queryKeyStart">How many times larger those of queries and keys begin.</param>
    public SharedWeights(BertConfig config, int replicas, int seed, ScalarType format = ScalarType.Float32, bool withPairs = false,
        Device? device = null, BertForMaskedLM? start = null, double queryKeyStart = 1)
        : this(config, BuildAll(config, replicas, seed, withPairs, device, start, queryKeyStart), format, withPairs, device)
    {
    }

    private SharedWeights(BertConfig config, BertForMaskedLM[] models, ScalarType format, bool withPairs, Device? device)
        : base(models, device, format, model => ((BertForMaskedLM)model).LayersTo(format))
    {
        this.config = config;
        WithPairs = withPairs;
        Models = models;
    }

    /// <summary>Whether the model has a pooler and a head for pairs.</summary>
    public bool WithPairs { get; }

    /// <summary>The replicas. All see the same weights.</summary>
    public IReadOnlyList<BertForMaskedLM> Models { get; }

    /// <summary>A model of its own with the weights as they are in float32; the caller owns it.</summary>
    public BertForMaskedLM Copy()
    {
        var copy = Build(config, WithPairs, null);
        CopyInto(copy);
        return copy;
    }

    private static BertForMaskedLM[] BuildAll(BertConfig config, int replicas, int seed, bool withPairs, Device? device,
        BertForMaskedLM? start, double queryKeyStart)
    {
        BertForMaskedLM[] models = [.. Enumerable.Range(0, replicas).Select(_ => Build(config, withPairs, device))];
        DeepNorm.Initialize(models[0], seed, queryKeyStart);
        if (start is not null) DeepNorm.Unfold(start, models[0]);
        return models;
    }

    private static BertForMaskedLM Build(BertConfig config, bool withPairs, Device? device) =>
        new(config, withPooler: withPairs, withPairHead: withPairs, device: device,
            residualScale: DeepNorm.ResidualScale(config.NumHiddenLayers));
}
