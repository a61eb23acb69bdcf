namespace AttentionNotebooks;

/// <summary>A task whose items are texts of the model's, so that the tokens of the questions are known.</summary>
public interface ITextTask : IModelTask
{
    /// <summary>
    /// The texts as the model is given them, hidden words hidden: those of the first item, then those of the second, and so on,
    /// <see cref="IModelTask.TextsPerItem"/> each. A batch holds them in its own order, filled up to the longest.
    /// </summary>
    IReadOnlyList<TokenizedText> Texts { get; }
}

/// <summary>Texts by item.</summary>
internal static class TextTasks
{
    /// <summary>The texts of one item.</summary>
    public static IEnumerable<TokenizedText> TextsOf(this ITextTask task, int item) =>
        Enumerable.Range(item * task.TextsPerItem, task.TextsPerItem).Select(t => task.Texts[t]);

    /// <summary>The texts of some items, one item after the other.</summary>
    public static TokenizedText[] TextsOf(this ITextTask task, IEnumerable<int> items) => [.. items.SelectMany(task.TextsOf)];
}
