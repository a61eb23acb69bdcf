using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>A model of the same sizes that has learnt nothing: what a probe or a head finds in it owes nothing to training.</summary>
internal static class RandomWeights
{
    /// <summary>Loads a checkpoint again and starts its weights anew, as BERT's are before training: normal with the configuration's
    /// initializer_range, biases 0, normalisation 1.</summary>
    /// <param name="checkpoint">The model whose sizes and tokenizer to take; it is left as it is.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <returns>The other model; the caller disposes it.</returns>
    /// <exception cref="InputException">The checkpoint's folder can no longer be read.</exception>
    public static Checkpoint Like(Checkpoint checkpoint, int seed = 0)
    {
        var other = Checkpoint.Load(checkpoint.Folder);
        using var noGradients = no_grad();
        var random = new Random(seed);
        foreach (var (name, parameter) in other.Model.named_parameters())
        {
            using var scope = NewDisposeScope();
            bool bias = name.EndsWith("bias", StringComparison.Ordinal);
            bool norm = name.Contains("norm", StringComparison.OrdinalIgnoreCase); // LayerNorm, final_norm
            parameter.copy_(bias ? zeros_like(parameter) : norm ? ones_like(parameter)
                : tensor(Normal(random, parameter.numel(), checkpoint.Config.InitializerRange), parameter.shape));
        }
        return other;
    }

    // Box and Muller 1958, both of the pair; the process's own generator of random tensors is left alone.
    private static float[] Normal(Random random, long count, double deviation)
    {
        var values = new float[count];
        for (long i = 0; i < count; i += 2)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), angle = 2 * Math.PI * random.NextDouble();
            values[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < count) values[i + 1] = (float)(radius * Math.Sin(angle));
        }
        return values;
    }
}
