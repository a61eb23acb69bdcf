using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Tensors that are made when first asked for, by name, and kept until all of them are disposed.</summary>
internal sealed class KeptTensors : IDisposable
{
    private readonly Dictionary<string, IDisposable> _kept = [];

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">Its name; every maker of one name must make the same.</param>
    /// <param name="make">Makes it, if it is not there yet.</param>
    public Tensor Of(string name, Func<Tensor> make) => Of<Tensor>(name, () => Detached(make));

    /// <summary>What holds tensors under a name. The maker must detach them from all dispose scopes.</summary>
    /// <typeparam name="T">What holds them.</typeparam>
    /// <param name="name">Its name; every maker of one name must make the same.</param>
    /// <param name="make">Makes it, if it is not there yet.</param>
    public T Of<T>(string name, Func<T> make) where T : IDisposable
    {
        if (!_kept.TryGetValue(name, out var known)) _kept[name] = known = make();
        return (T)known;
    }

    /// <summary>Makes a tensor that outlives the caller's dispose scope; what is made on the way to it does not.</summary>
    public static Tensor Detached(Func<Tensor> make)
    {
        using var scope = NewDisposeScope();
        return make().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var kept in _kept.Values) kept.Dispose();
        _kept.Clear();
    }
}
