namespace AttentionNotebooks.Training;

/// <summary>How well classes of texts were told, and what that is to be held against.</summary>
/// <param name="Who">Who told them.</param>
/// <param name="Confusion">What was told of what.</param>
/// <param name="Value">The task's measure, with its interval over the texts.</param>
public sealed record ClassifierFigures(string Who, Confusion Confusion, MetricInterval Value)
{
    /// <summary>Measures answers.</summary>
    /// <param name="who">Who gave them.</param>
    /// <param name="metric">The task's measure.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="told">What was told of each.</param>
    /// <param name="seed">Decides the interval's draws.</param>
    public static ClassifierFigures Of(string who, ClassificationMetric metric, LabelledTexts texts, IReadOnlyList<int> told, int seed = 0) =>
        new(who, Confusion.Of(texts.Gold, told, texts.Labels.Count), MetricInterval.Of(metric, texts.Gold, told, texts.Labels.Count, seed: seed));

    /// <summary>Who always tells the class that was commonest among the texts to learn from.</summary>
    /// <param name="metric">The task's measure.</param>
    /// <param name="train">The texts to learn from.</param>
    /// <param name="texts">The texts to measure on.</param>
    public static ClassifierFigures Majority(ClassificationMetric metric, LabelledTexts train, LabelledTexts texts) =>
        Of($"always \"{train.Labels[train.Majority]}\", the commonest class", metric, texts, [.. Enumerable.Repeat(train.Majority, texts.Items.Count)]);
}
