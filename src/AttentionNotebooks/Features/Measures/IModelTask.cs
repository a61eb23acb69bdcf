using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Something that a model is asked item by item, so that what a change of its heads does can be weighed: hidden words,
/// the number of a verb, the class of a sentence, which sentences say the same. The same task asks the same questions whenever it is
/// asked.
/// </summary>
public interface IModelTask
{
    /// <summary>What it is called in tables, e.g. <c>masked words</c>.</summary>
    string Name { get; }

    /// <summary>The heads of the model that is evaluated.</summary>
    HeadGrid Grid { get; }

    /// <summary>How many items there are.</summary>
    int Count { get; }

    /// <summary>
    /// How many texts the model reads for an item, k: a pass over n items has n · k rows, those of the first item first. Two for a pair
    /// whose texts are read apart.
    /// </summary>
    int TextsPerItem => 1;

    /// <summary>What is counted in <see cref="TaskOutput.Targets"/>, in the plural, for sentences on the task:
    /// <c>hidden words</c>.</summary>
    string Questions => "questions";

    /// <summary>Whether the right answers are known from elsewhere. Where they are not, they are those of the untouched model, so that its
    /// accuracy is 1 by definition and says nothing.</summary>
    bool HasTruth => true;

    /// <summary>
    /// The loss of a question, in nats, of a model that holds all answers for equally likely: what knowing nothing costs. NaN where it is
    /// not known.
    /// </summary>
    double GuessLoss => double.NaN;

    /// <summary>All weights that the answers depend on: the model with the head that is asked.</summary>
    nn.Module Weights { get; }

    /// <summary>How the items are best dealt into batches: positions from 0 to <see cref="Count"/> − 1, each once, texts of like length
    /// together.</summary>
    IReadOnlyList<int[]> Batches { get; }

    /// <summary>Evaluates the model on a batch. Gradients flow unless the caller forbids them with <c>torch.no_grad()</c>.</summary>
    /// <param name="items">Positions of the items, n of them.</param>
    /// <param name="hooks">Edits and watchers of the model's attention, if any.</param>
    /// <returns>Losses and right predictions; their tensors belong to the caller's dispose scope.</returns>
    TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null);
}
