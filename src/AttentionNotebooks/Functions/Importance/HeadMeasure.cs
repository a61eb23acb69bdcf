namespace AttentionNotebooks;

/// <summary>
/// One way of saying how much a head matters, with its value in every text: the head's value is Σ value / Σ weight over
/// texts, so that texts can be drawn again.
/// </summary>
/// <param name="Name">What it is called.</param>
/// <param name="PerText"><c>[text][head position]</c>.</param>
/// <param name="Weights">Each text's weight; 1 each when omitted.</param>
public sealed record HeadMeasure(string Name, IReadOnlyList<double[]> PerText, IReadOnlyList<double>? Weights = null)
{
    /// <summary>The value of every head, <c>[head position]</c>.</summary>
    public double[] Values => Of([.. Enumerable.Range(0, PerText.Count)]);

    /// <summary>The values that a choice of texts gives, which may hold one more than once.</summary>
    /// <param name="texts">Positions of texts.</param>
    public double[] Of(IReadOnlyList<int> texts)
    {
        var sums = new double[PerText[0].Length];
        double weight = 0;
        foreach (int text in texts)
        {
            weight += Weights?[text] ?? 1;
            var values = PerText[text];
            for (int h = 0; h < sums.Length; h++) sums[h] += values[h];
        }
        for (int h = 0; h < sums.Length; h++) sums[h] /= weight;
        return sums;
    }

    /// <summary>How much the loss rises without the head, in nats per question.</summary>
    /// <param name="effects">An effect for every head alone, in the grid's order, as <see cref="HeadGroups.Single"/> makes them.</param>
    /// <exception cref="ArgumentException">An effect is of more than one head, or they are not in the grid's order.</exception>
    public static HeadMeasure Ablation(IReadOnlyList<AblationEffect> effects)
    {
        var questions = effects[0].Before.Targets;
        return new HeadMeasure($"ablation ({Mode(effects)})", Changes(effects), [.. questions.Select(q => (double)q)]);
    }

    /// <summary>
    /// How far each text's loss moves without the head, up or down, in nats per question: the mean over texts of the change's
    /// size. Like the gradient's size it counts a head that helps one text and hurts another; <see cref="Ablation"/> does not.
    /// </summary>
    /// <param name="effects">An effect for every head alone, in the grid's order.</param>
    /// <exception cref="ArgumentException">An effect is of more than one head, or they are not in the grid's order.</exception>
    public static HeadMeasure AblationSize(IReadOnlyList<AblationEffect> effects)
    {
        var questions = effects[0].Before.Targets;
        return new HeadMeasure($"ablation size ({Mode(effects)})", [.. Changes(effects).Select((text, i) => text.Select(c => Math.Abs(c) / questions[i]).ToArray())]);
    }

    private static string Mode(IReadOnlyList<AblationEffect> effects) => effects[0].Mode.ToString().ToLowerInvariant();

    private static double[][] Changes(IReadOnlyList<AblationEffect> effects)
    {
        var heads = effects.Select(e => e.Group.Heads.Count == 1 && !e.OnlyKept ? e.Group.Heads[0] : throw new ArgumentException($"{e.Group.Name} is not a head taken out alone", nameof(effects))).ToArray();
        if (!heads.SequenceEqual(heads.OrderBy(h => h.Layer).ThenBy(h => h.Index))) throw new ArgumentException("the heads are not in the grid's order", nameof(effects));
        var before = effects[0].Before;
        return [.. Enumerable.Range(0, before.Losses.Length).Select(i => effects.Select(e => e.After.Losses[i] - before.Losses[i]).ToArray())];
    }
}
