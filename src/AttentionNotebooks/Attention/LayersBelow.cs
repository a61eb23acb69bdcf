using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// What the layers below make together: tensors that go on from each layer of a batch to the next, as each layer's own maps
/// are gone by then. Every tensor knows its layer, so a layer that was left out is an error and not a wrong value.
/// </summary>
internal sealed class LayersBelow : IDisposable
{
    private readonly Dictionary<string, State> _states = [];

    /// <summary>What the layers below one make, and the step that takes it through this one for the layer above.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="name">Its name; every maker of one name must make the same.</param>
    /// <param name="bottom">What lies below layer 0.</param>
    /// <param name="step">From what lies below this layer to what lies below the next.</param>
    /// <exception cref="InvalidOperationException">It was not asked for in the layer below.</exception>
    public Tensor Of(int layer, string name, Func<Tensor> bottom, Func<Tensor, Tensor> step)
    {
        if (!_states.TryGetValue(name, out var state) || state.Layer != layer)
        {
            if (layer > 0 && state?.Layer != layer - 1)
                throw new InvalidOperationException($"the {name} was not asked for in the layer below");
            var below = layer == 0 ? KeptTensors.Detached(bottom) : state!.Above;
            (layer == 0 ? state?.Above : null)?.Dispose();
            state?.Below.Dispose();
            _states[name] = state = new State(layer, below, KeptTensors.Detached(() => step(below)));
        }
        return state.Below;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _states.Values)
        {
            state.Below.Dispose();
            state.Above.Dispose();
        }
        _states.Clear();
    }

    private sealed record State(int Layer, Tensor Below, Tensor Above);
}
