using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Attention rollout: how much of each token's input is in each token after each layer.
/// Abnar and Zuidema 2020: Ã_l = A_l·Ã_(l−1), A = ½·(mean over heads) + ½·I.
/// </summary>
public static class Rollout
{
    private static readonly Scalar Half = 0.5.ToScalar();

    /// <summary>Rolls out one text, for pictures.</summary>
    /// <param name="maps">All maps of a text.</param>
    /// <returns>Per layer, <c>[T, T]</c> from token to input; rows sum to 1.</returns>
    public static IReadOnlyList<double[,]> Of(TextMaps maps)
    {
        int n = maps.Text.Length;
        var result = new List<double[,]>();
        for (int layer = 0; layer < maps.Grid.Layers; layer++)
        {
            var step = new double[n, n];
            for (int head = 0; head < maps.Grid.Heads; head++)
            {
                var own = maps[layer, head];
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < n; j++) step[i, j] += own[i, j] / maps.Grid.Heads / 2;
            }
            for (int i = 0; i < n; i++) step[i, i] += 0.5;
            result.Add(layer == 0 ? step : Product(step, result[^1]));
        }
        return result;
    }

    /// <summary>
    /// The rollout of the layers below, Ã_(l−1): the identity below layer 0. A formula has to ask for it in every layer from 0
    /// on.
    /// </summary>
    /// <returns><c>[B, T, T]</c>.</returns>
    /// <exception cref="InvalidOperationException">It was not asked for in the layer below.</exception>
    internal static Tensor Below(LayerMaps m) => m.Below("rollout", () => diag_embed(m.Mask),
        below => m.Probabilities.mean([1L]).PlusInPlace(diag_embed(m.Mask)).mul_(Half).matmul(below));

    private static double[,] Product(double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        var product = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                for (int j = 0; j < n; j++) product[i, j] += a[i, k] * b[k, j];
        return product;
    }
}
