using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Where a forward pass can be watched or changed. Layers count from 0. What a hook returns is used in place of what
/// it was given; gradients flow through it. Tensors made inside a hook belong to the pass and are disposed with it.
/// </summary>
public sealed class AttentionHooks
{
    /// <summary>Sees the ids of a batch before layer 0: <c>[B, T]</c>, int64, padding included. For edits that depend on the
    /// tokens.</summary>
    public Action<Tensor>? OnTokens { get; init; }

    /// <summary>
    /// Changes a layer's scores before the softmax: (layer, q·k/√d, and the bias for positions where the model has one,
    /// <c>[B, H, T, T]</c>) → the same shape. Padded keys are masked afterwards.
    /// </summary>
    public Func<int, Tensor, Tensor>? EditScores { get; init; }

    /// <summary>Changes a layer's probabilities before they weigh the values: (layer, <c>[B, H, T, T]</c>) → the same shape.</summary>
    public Func<int, Tensor, Tensor>? EditProbabilities { get; init; }

    /// <summary>Sees a layer's values before its probabilities: (layer, <c>[B, H, T, d]</c>). With it the last layer's values are computed
    /// in a visit too.</summary>
    public Action<int, Tensor>? OnValues { get; init; }

    /// <summary>Sees a layer's probabilities as they weigh the values: (layer, <c>[B, H, T, T]</c>). They are disposed after the
    /// call.</summary>
    public Action<int, Tensor>? OnProbabilities { get; init; }

    /// <summary>Changes a layer's head outputs before they are mixed: (layer, <c>[B, H, T, d]</c>) → the same shape. A gate per head goes
    /// here.</summary>
    public Func<int, Tensor, Tensor>? EditHeads { get; init; }

    /// <summary>Sees the hidden states that enter a layer: (layer, <c>[B, T, D]</c>). They are disposed with the pass; their
    /// <c>detach()</c>, moved out of its dispose scope, stays.</summary>
    public Action<int, Tensor>? OnStates { get; init; }

    /// <summary>
    /// Where the pass begins: a layer and the hidden states <c>[B, T, D]</c> that enter it, as <see cref="OnStates"/> saw them for
    /// the same input. The layers below are not run. For many passes that differ from one another in upper layers only.
    /// </summary>
    public (int Layer, Tensor States)? Resume { get; init; }

    /// <summary>Both one after the other: what these hooks return is what <paramref name="next"/> is given; these watch first.</summary>
    /// <param name="next">The hooks behind these; if omitted, only these run.</param>
    /// <returns>New hooks; both stay as they are.</returns>
    /// <exception cref="ArgumentException">Both resume.</exception>
    public AttentionHooks Then(AttentionHooks? next) => next is null ? this : new AttentionHooks
    {
        OnTokens = OnTokens + next.OnTokens,
        EditScores = Then(EditScores, next.EditScores),
        EditProbabilities = Then(EditProbabilities, next.EditProbabilities),
        OnValues = OnValues + next.OnValues,
        OnProbabilities = OnProbabilities + next.OnProbabilities,
        EditHeads = Then(EditHeads, next.EditHeads),
        OnStates = OnStates + next.OnStates,
        Resume = Resume is null || next.Resume is null ? Resume ?? next.Resume
            : throw new ArgumentException("both begin the pass at a layer of their own", nameof(next)),
    };

    private static Func<int, Tensor, Tensor>? Then(Func<int, Tensor, Tensor>? first, Func<int, Tensor, Tensor>? second) =>
        first is null ? second : second is null ? first : (layer, x) => second(layer, first(layer, x));
}
