namespace AttentionNotebooks;

/// <summary>
/// Attention rollout of one text, for pictures: how much of each token's input is in each token after each layer.
/// Abnar and Zuidema 2020: Ã_l = A_l·Ã_(l−1), A = ½·(mean over heads) + ½·I.
/// </summary>
public static class Rollout
{
    /// <summary>Rolls out.</summary>
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
