using static TorchSharp.torch;

namespace AttentionNotebooks.Bert;

/// <summary>
/// Where a forward pass can be watched or changed. Layers count from 0. What a hook returns is used in place of what
/// it was given; gradients flow through it. Tensors made inside a hook belong to the pass and are disposed with it.
/// </summary>
public sealed class AttentionHooks
{
    /// <summary>Changes a layer's scores before the softmax: (layer, q·k/√d <c>[B, H, T, T]</c>) → the same shape. Padded keys are masked afterwards.</summary>
    public Func<int, Tensor, Tensor>? EditScores { get; init; }

    /// <summary>Changes a layer's probabilities before they weigh the values: (layer, <c>[B, H, T, T]</c>) → the same shape.</summary>
    public Func<int, Tensor, Tensor>? EditProbabilities { get; init; }

    /// <summary>Sees a layer's values before its probabilities: (layer, <c>[B, H, T, d]</c>). With it the last layer's values are computed in a visit too.</summary>
    public Action<int, Tensor>? OnValues { get; init; }

    /// <summary>Sees a layer's probabilities as they weigh the values: (layer, <c>[B, H, T, T]</c>). They are disposed after the call.</summary>
    public Action<int, Tensor>? OnProbabilities { get; init; }

    /// <summary>Changes a layer's head outputs before they are mixed: (layer, <c>[B, H, T, d]</c>) → the same shape. A gate per head goes here.</summary>
    public Func<int, Tensor, Tensor>? EditHeads { get; init; }

    /// <summary>Sees the hidden states that enter a layer: (layer, <c>[B, T, D]</c>). They are disposed with the pass; their <c>detach()</c>, taken out of its dispose scope, stays.</summary>
    public Action<int, Tensor>? OnStates { get; init; }

    /// <summary>
    /// Where the pass begins: a layer and the hidden states <c>[B, T, D]</c> that enter it, as <see cref="OnStates"/> saw them for
    /// the same input. The layers below are not run. For many passes that differ from one another in upper layers only.
    /// </summary>
    public (int Layer, Tensor States)? Resume { get; init; }
}
