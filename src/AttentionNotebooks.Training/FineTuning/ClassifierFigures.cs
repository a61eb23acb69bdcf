namespace AttentionNotebooks.Training;

/// <summary>How well classes of texts were predicted, and what that is to be compared with.</summary>
/// <param name="Who">Who predicted them.</param>
/// <param name="Confusion">Which class was predicted for which.</param>
/// <param name="Value">The task's measure, with its interval over the texts.</param>
public sealed record ClassifierFigures(string Who, Confusion Confusion, Interval Value)
{
    /// <summary>Measures answers.</summary>
    /// <param name="who">Who gave them.</param>
    /// <param name="metric">The task's measure.</param>
    /// <param name="predicted">The predicted class of each.</param>
    /// <param name="seed">Decides the interval's draws.</param>
    public static ClassifierFigures Of(string who, ClassificationMetric metric, LabelledTexts texts, IReadOnlyList<int> predicted,
        int seed = 0) =>
        new(who, Confusion.Of(texts.Gold, predicted, texts.Labels.Count),
            Confusion.Measure(metric, texts.Gold, predicted, texts.Labels.Count, seed: seed));

    /// <summary>Always predicts the class that was commonest among the texts to learn from.</summary>
    /// <param name="metric">The task's measure.</param>
    /// <param name="train">The texts to learn from.</param>
    /// <param name="texts">The texts to measure on.</param>
    public static ClassifierFigures Majority(ClassificationMetric metric, LabelledTexts train, LabelledTexts texts) =>
        Of($"always \"{train.Labels[train.Majority]}\", the commonest class", metric, texts,
            [.. Enumerable.Repeat(train.Majority, texts.Items.Count)]);
}
