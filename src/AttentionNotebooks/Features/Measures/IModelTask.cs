namespace AttentionNotebooks;

/// <summary>
/// Something that a model is asked item by item, so that what a change of its heads does can be weighed: hidden words,
/// the number of a verb, the class of a sentence. The same task asks the same questions whenever it is asked.
/// </summary>
public interface IModelTask
{
    /// <summary>What it is called in tables, e.g. <c>masked words</c>.</summary>
    string Name { get; }

    /// <summary>The heads of the model that is evaluated.</summary>
    HeadGrid Grid { get; }

    /// <summary>How many items there are.</summary>
    int Count { get; }

    /// <summary>How the items are best dealt into batches: positions from 0 to <see cref="Count"/> − 1, each once, texts of like length
    /// together.</summary>
    IReadOnlyList<int[]> Batches { get; }

    /// <summary>Evaluates the model on a batch. Gradients flow unless the caller forbids them with <c>torch.no_grad()</c>.</summary>
    /// <param name="items">Positions of the items, n of them.</param>
    /// <param name="hooks">Edits and watchers of the model's attention, if any.</param>
    /// <returns>Losses and right predictions; their tensors belong to the caller's dispose scope.</returns>
    TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null);
}
