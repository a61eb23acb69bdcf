using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// DeepNorm: residuals weighed by α and starting weights by β, without which twelve post-normalised layers do not
/// learn from a short run. LayerNorm forgets a common factor, so α folds into the weights and leaves an ordinary BERT.
/// </summary>
/// <remarks>Wang et al. (2022), "DeepNet: Scaling Transformers to 1,000 Layers", table 1 (encoder).</remarks>
internal static class DeepNorm
{
    private const double EmbeddingDeviation = 0.04, PositionDeviation = 2 * EmbeddingDeviation;

    /// <summary>α = (2L)^¼.</summary>
    /// <param name="layers">Layers, L.</param>
    /// <returns>The weight of every residual connection.</returns>
    public static double ResidualScale(int layers) => Math.Pow(2 * layers, 0.25);

    /// <summary>Gives a model its starting weights: normal with deviation 1/√D, times β = (8L)^−¼ for values, attention
    /// output and feed-forward; positions start as sinusoids; biases 0.</summary>
    /// <param name="model">The model; changed.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="queryKeyStart">How many times larger the matrices of queries and keys are.</param>
    public static void Initialize(BertForMaskedLM model, int seed, double queryKeyStart = 1)
    {
        var config = model.Config;
        double deviation = 1 / Math.Sqrt(config.HiddenSize), gain = Math.Pow(8 * config.NumHiddenLayers, -0.25);
        using var noGradients = no_grad();
        var random = new Random(seed);
        foreach (var (name, parameter) in model.named_parameters())
        {
            var values = new float[parameter.numel()];
            if (name.EndsWith("position_embeddings.weight", StringComparison.Ordinal))
                Sinusoids(values, config.HiddenSize, config.MaxPositionEmbeddings);
            else if (name.EndsWith("LayerNorm.weight", StringComparison.Ordinal)) Array.Fill(values, 1f);
            else if (parameter.dim() > 1)
            {
                double scale = name.Contains("embeddings", StringComparison.Ordinal) ? EmbeddingDeviation : IsScaled(name)
                    ? deviation * gain : IsQueryOrKey(name) ? deviation * queryKeyStart : deviation;
                for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * Normal(random));
            }
            using var source = tensor(values).view(parameter.shape);
            parameter.copy_(source);
        }
    }

    /// <summary>The ordinary BERT that computes what a DeepNorm model computes.</summary>
    /// <param name="trained">A model with <see cref="ResidualScale"/>.</param>
    /// <returns>A new model with residual scale 1; the caller owns it.</returns>
    public static BertForMaskedLM Fold(BertForMaskedLM trained)
    {
        using var noGradients = no_grad();
        var plain = new BertForMaskedLM(trained.Config, withPooler: trained.Bert.Pooler is not null, withHead: trained.HasHead,
            withPairHead: trained.HasPairHead);
        Scalar alpha = ResidualScale(trained.Config.NumHiddenLayers);
        var sources = trained.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in plain.named_parameters())
        {
            using var scope = NewDisposeScope();
            parameter.copy_(name.Contains(".output.dense.", StringComparison.Ordinal) ? sources[name].div(alpha) : sources[name]);
        }
        GC.KeepAlive(alpha);
        plain.eval();
        return plain;
    }

    /// <summary>The other way round: gives a DeepNorm model the weights of an ordinary BERT, so that it computes the same. Parameters that
    /// the BERT lacks, such as a head for pairs, keep what they have.</summary>
    /// <param name="plain">A model with residual scale 1.</param>
    /// <param name="target">A model of the same sizes with <see cref="ResidualScale"/>; changed.</param>
    /// <exception cref="ArgumentException">A parameter has another shape.</exception>
    public static void Unfold(BertForMaskedLM plain, BertForMaskedLM target)
    {
        using var noGradients = no_grad();
        Scalar alpha = ResidualScale(target.Config.NumHiddenLayers);
        var sources = plain.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in target.named_parameters())
        {
            if (!sources.TryGetValue(name, out var source)) continue;
            if (!source.shape.SequenceEqual(parameter.shape))
                throw new ArgumentException($"{name} is [{string.Join(", ", source.shape)}], not [{string.Join(", ", parameter.shape)}]",
                    nameof(plain));
            using var scope = NewDisposeScope();
            parameter.copy_(name.Contains(".output.dense.", StringComparison.Ordinal) ? source.mul(alpha) : source);
        }
        GC.KeepAlive(alpha);
    }

    /// <summary>Whether a parameter is of queries or keys.</summary>
    internal static bool IsQueryOrKey(string name) => name.Contains(".self.query.", StringComparison.Ordinal)
        || name.Contains(".self.key.", StringComparison.Ordinal);

    private static bool IsScaled(string name) =>
        name.Contains(".value.", StringComparison.Ordinal) || name.Contains(".output.dense.", StringComparison.Ordinal)
        || name.Contains(".intermediate.", StringComparison.Ordinal);

    // Vaswani et al. (2017), section 3.5, whose waves are up to 10,000 · 2π long; as long as the positions here, since over 128
    // positions half of theirs do less than a quarter of a turn. Shrunk to the deviation wanted: a sinusoid's is 1/√2.
    private static void Sinusoids(float[] values, int width, int positions)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int position = i / width, dimension = i % width;
            double angle = position / Math.Pow(positions, (dimension - dimension % 2) / (double)width);
            values[i] = (float)(PositionDeviation * Math.Sqrt(2) * (dimension % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle)));
        }
    }

    // Box and Muller (1958).
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
