using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>AdamW over one vector of weights: the replicas' gradients are averaged, clipped together, and taken.</summary>
/// <remarks>Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization", algorithm 2.</remarks>
internal interface IOptimizer : IDisposable
{
    /// <summary>Decay of the gradients' mean.</summary>
    public const float Beta1 = 0.9f;

    /// <summary>Decay of their squares' mean.</summary>
    public const float Beta2 = 0.98f;

    /// <summary>Keeps the divisor from 0.</summary>
    public const float Epsilon = 1e-6f;

    /// <summary>Steps taken.</summary>
    int Steps { get; set; }

    /// <summary>Running mean of the gradients, <c>[N]</c>, float32; written to when a run goes on.</summary>
    Tensor Mean { get; }

    /// <summary>Running mean of their squares, <c>[N]</c>, float32; written to when a run goes on.</summary>
    Tensor Square { get; }

    /// <summary>Takes one step and clears the gradients.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="queryKeyRate">How many times as fast queries and keys learn.</param>
    /// <returns>The length of the averaged gradient before clipping.</returns>
    double Step(double rate, double queryKeyRate = 1);
}
