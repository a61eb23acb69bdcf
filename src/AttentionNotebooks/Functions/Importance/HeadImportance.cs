namespace AttentionNotebooks;

/// <summary>How much every head matters, by several measures, at one task.</summary>
/// <param name="Table">
/// A row per head: <c>gradient</c> (Michel et al. 2019), <c>gradient_normalised</c> (ℓ2 per layer), <c>first_order</c> (−E ∂L/∂ξ_h: what the tangent says the loss rises by without the head), <c>attention_gradient</c> and by kind of key
/// <c>attention_gradient_cls</c>, … (Clark et al. 2019, §3.2), <c>norm_mass</c> and the shares <c>norm_cls</c>, … (Kobayashi et al. 2020) beside those of the
/// attention itself (<c>attention_cls</c>, …), and <c>rollout_distance</c> (after Abnar and Zuidema 2020). A kind of key that no text has is left out.
/// </param>
/// <param name="Measures">What can be compared: the gradient, the first-order change, the attention's gradient, and the norm, with their values in every text.</param>
public sealed record HeadImportance(HeadTable Table, IReadOnlyList<HeadMeasure> Measures)
{
    /// <summary>Computes all measures of a model at a task.</summary>
    /// <param name="checkpoint">The task's model.</param>
    /// <param name="task">The task.</param>
    /// <param name="progress">Told after each batch of each of three passes, in items.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeadImportance Of(Checkpoint checkpoint, ITextTask task, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var source = new LiveAttention(checkpoint, task.Texts);
        var grid = source.Grid;
        var gates = HeadGradients.OfGates(task, grid, progress, cancellation);
        var weights = HeadGradients.OfWeights(task, grid, progress, cancellation);
        KeyType[] kinds = [.. KeyTypes.All.Where(k => task.Texts.Any(t => t.Tokens.Any(x => KeyTypes.Of(x) == k)))];
        var values = source.Record([ValueFeatures.NormMass, .. kinds.Select(NormFeatures.Norm), .. kinds.Select(NormFeatures.Attention), LayerFeatures.RolloutDistance], progress: progress, cancellation: cancellation);

        double[][] sizes = [.. gates.Select(g => g.Select(Math.Abs).ToArray())];
        double[][] keys = [.. Enumerable.Range(0, task.Count).Select(i => WholeText(task.Texts[i], kinds, k => weights[k][i]))];
        HeadMeasure[] measures =
        [
            new("gradient", sizes), new("first order", [.. gates.Select(g => g.Select(v => -v).ToArray())]), new("attention gradient", keys),
            new("norm", [.. Enumerable.Range(0, task.Count).Select(i => values.Row(i, ValueFeatures.NormMass.Name).ToArray())]),
        ];
        var table = new HeadTable(grid, ["gradient", "gradient_normalised", "first_order", "attention_gradient", .. kinds.Select(k => $"attention_gradient_{k.Suffix()}")],
            [measures[0].Values, HeadGradients.NormalisedPerLayer(measures[0].Values, grid), measures[1].Values, measures[2].Values, .. kinds.Select(k => MeanOverTexts(weights[k], grid))], texts: task.Count);
        var norms = values.ToTable();
        return new HeadImportance(norms.Columns.Aggregate(table, (t, column) => t.With(column)), measures);
    }

    // The mean over all of a text's keys, from the means over those of each kind.
    private static double[] WholeText(TokenizedText text, KeyType[] kinds, Func<KeyType, double[]> ofKind)
    {
        double[]? whole = null;
        foreach (var kind in kinds)
        {
            int count = text.Tokens.Count(t => KeyTypes.Of(t) == kind);
            if (count == 0) continue;
            var values = ofKind(kind);
            whole ??= new double[values.Length];
            for (int h = 0; h < whole.Length; h++) whole[h] += values[h] * count / text.Length;
        }
        return whole!;
    }

    // Over the texts that have such a key.
    private static double[] MeanOverTexts(double[][] perText, HeadGrid grid)
    {
        var having = perText.Where(v => !double.IsNaN(v[0])).ToArray();
        return [.. Enumerable.Range(0, grid.Count).Select(h => having.Average(v => v[h]))];
    }
}
