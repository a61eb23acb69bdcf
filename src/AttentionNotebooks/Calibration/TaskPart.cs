using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Some items of a task: those that are learnt from, chosen by, or tested on.</summary>
/// <param name="Batches">The items, dealt into batches.</param>
public sealed record TaskPart(IModelTask Task, IReadOnlyList<int[]> Batches)
{
    /// <summary>All items of a task.</summary>
    public static TaskPart All(IModelTask task) => new(task, task.Batches);

    /// <summary>How many items there are.</summary>
    public int Count => Batches.Sum(b => b.Length);

    /// <summary>The items in order.</summary>
    public int[] Items => [.. Batches.SelectMany(b => b).Order()];

    /// <summary>Some of a task's items, in batches of like length that are no larger than the task's own.</summary>
    /// <exception cref="InputException">The part is empty.</exception>
    public static TaskPart Of(IModelTask task, IReadOnlyCollection<int> items)
    {
        if (items.Count == 0) throw new InputException($"task \"{task.Name}\"", null, "has a part without items", "Give more items");
        var wanted = items.ToHashSet();
        var batches = new List<int[]>();
        int[] current = [];
        foreach (int[] batch in task.Batches)
        {
            int[] own = [.. batch.Where(wanted.Contains)];
            // The later batch holds the longer texts and says how many fit.
            if (current.Length > 0 && current.Length + own.Length > batch.Length)
            {
                batches.Add(current);
                current = [];
            }
            current = [.. current, .. own];
        }
        if (current.Length > 0) batches.Add(current);
        return new TaskPart(task, batches);
    }

    /// <summary>Scores of these items; entries of others are 0.</summary>
    /// <param name="hooks">Edits of the model's attention, if any.</param>
    /// <param name="cancellation">Stops the work.</param>
    public TaskScores Score(AttentionHooks? hooks = null, CancellationToken cancellation = default) =>
        TaskScores.Evaluate(Task, hooks, Batches, cancellation);

    /// <summary>The loss, NaN or infinite where it is: for learning, whose error names the step.</summary>
    internal double AnyLoss(AttentionHooks? hooks = null, CancellationToken cancellation = default) =>
        TaskScores.Evaluate(Task, hooks, Batches, cancellation, anyLoss: true).Loss;

    /// <summary>These items as a task of their own, so that whatever takes a task can be kept to them: item i is the i-th of
    /// <see cref="Items"/>.</summary>
    public IModelTask AsTask() => Task is ITextTask texts ? new OwnTexts(texts, Items, Batches) : new Own(Task, Items, Batches);

    // Of texts: also their tokens are known.
    private sealed class OwnTexts(ITextTask task, int[] items, IReadOnlyList<int[]> batches) : Own(task, items, batches), ITextTask
    {
        public IReadOnlyList<TokenizedText> Texts { get; } = task.TextsOf(items);
    }

    private class Own : IModelTask
    {
        private readonly IModelTask _task;
        private readonly int[] _items;

        public Own(IModelTask task, int[] items, IReadOnlyList<int[]> batches)
        {
            (_task, _items) = (task, items);
            Batches = [.. batches.Select(b => b.Select(i => Array.BinarySearch(items, i)).ToArray())];
        }

        public string Name => _task.Name;

        public HeadGrid Grid => _task.Grid;

        public int Count => _items.Length;

        public int TextsPerItem => _task.TextsPerItem;

        public string Questions => _task.Questions;

        public bool HasTruth => _task.HasTruth;

        public double GuessLoss => _task.GuessLoss;

        public nn.Module Weights => _task.Weights;

        public IReadOnlyList<int[]> Batches { get; }

        public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null) =>
            _task.Evaluate([.. items.Select(i => _items[i])], hooks);
    }
}
