using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// Whole heads left out by chance while training: each head of each example adds nothing with the given probability, and what
/// the others add is scaled so that the sum stays the same in the mean. What only one head knows is sometimes lost, so it
/// pays for others to know it too.
/// </summary>
/// <remarks>Zhou et al. (2020), "Scheduled DropHead: A Regularization Method for Transformer Models", Findings of EMNLP, here
/// without their schedule. BERT was trained with dropout of single values instead (Devlin et al. 2019, appendix A.2).</remarks>
internal static class HeadDropout
{
    /// <summary>What a pass has to be given. The factors belong to the dispose scope that they are made in.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="batch">Examples, B.</param>
    /// <param name="rate">How probable it is that a head is left out, from 0 to below 1.</param>
    /// <param name="random">Chooses them.</param>
    /// <param name="device">Where the model is.</param>
    /// <returns>Hooks that multiply the heads' outputs, <c>[B, H, T, d]</c>, by 0 or 1 / (1 − rate).</returns>
    public static AttentionHooks Hooks(BertConfig config, int batch, double rate, Random random, Device device)
    {
        var (layers, heads) = (config.NumHiddenLayers, config.NumAttentionHeads);
        var factors = new float[layers * batch * heads];
        for (int i = 0; i < factors.Length; i++) factors[i] = random.NextDouble() < rate ? 0 : (float)(1 / (1 - rate));
        var perLayer = tensor(factors, [layers, batch, heads, 1, 1], device: device);
        return new AttentionHooks { EditHeads = (layer, x) => x.mul(perLayer[layer].to_type(x.dtype)) };
    }
}
