using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The hidden states that enter each layer in a pass without edits, from which a pass with edits can set out at the first layer
/// that they change.</summary>
internal sealed class EnteringStates(int layers) : IDisposable
{
    private readonly Tensor?[] _states = new Tensor?[layers];
    private bool _several;

    /// <summary>Keeps what enters a layer: a hook for <see cref="AttentionHooks.OnStates"/>.</summary>
    public void Keep(int layer, Tensor states)
    {
        // A task that runs the model more than once for its answer cannot be resumed in the middle.
        if (_states[layer] is not null) _several = true;
        else _states[layer] = states.detach().DetachFromDisposeScope();
    }

    /// <summary>Where a pass whose edits begin at a layer can set out; <see langword="null"/> for the beginning.</summary>
    public (int Layer, Tensor States)? From(int layer) => layer > 0 && !_several && _states[Math.Min(layer, layers - 1)] is { } states
        ? (Math.Min(layer, layers - 1), states) : null;

    public void Dispose()
    {
        foreach (var states in _states) states?.Dispose();
    }
}
