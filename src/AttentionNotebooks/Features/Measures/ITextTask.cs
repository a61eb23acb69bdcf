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
public static class TextTasks
{
    /// <summary>The texts of some items, one item after the other.</summary>
    /// <param name="texts">Those of all items, in the same way.</param>
    /// <param name="perItem">How many an item has.</param>
    /// <param name="items">Positions of the items.</param>
    public static TokenizedText[] OfItems(IReadOnlyList<TokenizedText> texts, int perItem, IEnumerable<int> items) =>
        [.. items.SelectMany(i => Enumerable.Range(i * perItem, perItem).Select(t => texts[t]))];

    /// <summary>The texts of some of a task's items.</summary>
    internal static TokenizedText[] TextsOf(this ITextTask task, IEnumerable<int> items) =>
        OfItems(task.Texts, task.TextsPerItem, items);
}
