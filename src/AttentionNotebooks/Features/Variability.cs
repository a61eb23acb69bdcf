using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// How much a head's weights change from text to text, after Vig and Belinkov 2019, §4.3 (their formula, from memory):
/// Σ_x Σ_ij |α_ij(x) − ᾱ_ij| / (2 Σ_x Σ_ij α_ij(x)) over the first tokens of the texts. 0 for a head that looks at positions
/// whatever stands there, towards 1 for one that follows the content. Goes through the texts twice, since the mean ᾱ comes
/// first; <see cref="StabilityFeatures.ContentShare"/> asks the same in one pass.
/// </summary>
public static class Variability
{
    /// <summary>Computes the variability of every head.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="tokens">So many first tokens, N, are compared; shorter texts are left out.</param>
    /// <param name="options">Batch size.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>One value per head in the grid's order.</returns>
    /// <exception cref="InputException">No text has so many tokens, or a map is broken.</exception>
    public static double[] Of(IAttentionSource source, int tokens = StabilityFeatures.FirstTokens,
        VisitOptions? options = null, CancellationToken cancellation = default)
    {
        int texts = source.Texts.Count(t => t.Length >= tokens);
        if (texts == 0)
            throw new InputException("the variability of heads", null, $"is asked of the first {tokens} tokens, and no text has so many",
                "Give longer texts, or compare fewer tokens");
        int cells = tokens * tokens;
        var means = new ExactSum[source.Grid.Count * cells];
        source.Visit(new FirstMaps(source.Grid, tokens, (head, map) =>
        {
            for (int c = 0; c < cells; c++) means[head * cells + c].Add(map[c]);
        }), options, cancellation: cancellation);
        double[] mean = [.. means.Select(m => m.Mean(texts))];
        ExactSum[] changed = new ExactSum[source.Grid.Count], all = new ExactSum[source.Grid.Count];
        source.Visit(new FirstMaps(source.Grid, tokens, (head, map) =>
        {
            for (int c = 0; c < cells; c++)
            {
                changed[head].Add(Math.Abs(map[c] - mean[head * cells + c]));
                all[head].Add(map[c]);
            }
        }), options, cancellation: cancellation);
        return [.. changed.Zip(all, (c, a) => c.Mean(1) / (2 * a.Mean(1)))];
    }

    // The weights among the first tokens of every text that has so many.
    private sealed class FirstMaps(HeadGrid grid, int tokens, Action<int, float[]> visit) : IAttentionVisitor
    {
        public void Visit(LayerMaps maps)
        {
            using var scope = torch.NewDisposeScope();
            if (maps.Length < tokens) return;
            var first = maps.Probabilities.narrow(-1, 0, tokens).narrow(-2, 0, tokens)
                .reshape(maps.Count, grid.Heads, -1).cpu().contiguous().data<float>().ToArray();
            int cells = tokens * tokens;
            for (int b = 0; b < maps.Count; b++)
                for (int h = 0; h < grid.Heads && maps.Batch.Texts[b].Length >= tokens; h++)
                    visit(maps.Layer * grid.Heads + h, first[((b * grid.Heads + h) * cells)..((b * grid.Heads + h + 1) * cells)]);
        }
    }
}
