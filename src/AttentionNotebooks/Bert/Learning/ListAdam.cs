using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>Adam over a list of tensors: a probe, a calibration, or all weights of a model as they lie.</summary>
/// <remarks>Kingma and Ba (2015), algorithm 1. TorchSharp's own goes by temporary scalars (see <see cref="Scalars"/>); those of training
/// are for weights in one vector.</remarks>
internal sealed class ListAdam : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999;
    private static readonly Scalar Keep1 = Beta1, Rest1 = 1 - Beta1, Keep2 = Beta2, Rest2 = 1 - Beta2, Epsilon = 1e-8;

    private readonly Tensor[] _parameters, _means, _squares;
    private readonly double _rate;
    private int _steps;

    /// <summary>An optimiser.</summary>
    /// <param name="parameters">What is learnt.</param>
    /// <param name="rate">Learning rate, where a step is given no other.</param>
    public ListAdam(IReadOnlyList<Tensor> parameters, double rate)
    {
        (_parameters, _rate) = ([.. parameters], rate);
        _means = [.. parameters.Select(p => zeros_like(p, requires_grad: false).DetachFromDisposeScope())];
        _squares = [.. parameters.Select(p => zeros_like(p, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">The gradient of each parameter; one without is left alone.</param>
    /// <param name="rate">The step's learning rate.</param>
    /// <param name="decay">By how much of itself, times the rate, a parameter shrinks first (AdamW).</param>
    public void Step(IReadOnlyList<Tensor?> gradients, double? rate = null, double decay = 0)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        double by = rate ?? _rate;
        Scalar step = -by / (1 - Math.Pow(Beta1, _steps)), correction = 1 / (1 - Math.Pow(Beta2, _steps)), keep = 1 - by * decay;
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (gradients[i] is not { } gradient) continue;
            _means[i].mul_(Keep1).add_(gradient, Rest1);
            _squares[i].mul_(Keep2).addcmul_(gradient, gradient, Rest2);
            if (decay > 0) _parameters[i].mul_(keep);
            _parameters[i].addcdiv_(_means[i], _squares[i].mul(correction).sqrt_().PlusInPlace(Epsilon), step);
        }
        GC.KeepAlive((step, correction, keep)); // their finalisers must not run during the calls
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var t in _means.Concat(_squares)) t.Dispose();
    }
}
