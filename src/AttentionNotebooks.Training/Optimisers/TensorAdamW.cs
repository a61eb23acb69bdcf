using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>AdamW as tensor operations, for weights on any device.</summary>
internal sealed class TensorAdamW : IOptimizer
{
    private static readonly Scalar ScalarBeta1 = (double)IOptimizer.Beta1, ScalarRest1 = 1 - (double)IOptimizer.Beta1,
        ScalarBeta2 = (double)IOptimizer.Beta2, ScalarRest2 = 1 - (double)IOptimizer.Beta2, ScalarEpsilon = (double)IOptimizer.Epsilon;

    private readonly WeightVector weights;
    private readonly double clipNorm;
    private readonly Tensor isFaster, decays; // [N]

    /// <summary>An optimiser for the weights, on their device.</summary>
    public TensorAdamW(WeightVector weights, TrainingOptions options) : this(weights, options.ClipNorm, options.DecayOf, options.IsFaster)
    {
    }

    /// <summary>An optimiser for the weights, on their device.</summary>
    /// <param name="clipNorm">Longest gradient; a longer one is shortened to it.</param>
    /// <param name="decayOf">The decay of a parameter.</param>
    /// <param name="learnsFaster">Which parameters learn at the query and key rate; none unless given.</param>
    public TensorAdamW(WeightVector weights, double clipNorm, Func<WeightVector.Region, double> decayOf,
        Func<WeightVector.Region, bool>? learnsFaster = null)
    {
        (this.weights, this.clipNorm) = (weights, clipNorm);
        using var scope = NewDisposeScope();
        Mean = zeros_like(weights.Flat).DetachFromDisposeScope();
        Square = zeros_like(weights.Flat).DetachFromDisposeScope();
        isFaster = Spread(r => learnsFaster?.Invoke(r) == true ? 1 : 0);
        decays = Spread(decayOf);
    }

    /// <inheritdoc/>
    public int Steps { get; set; }

    /// <inheritdoc/>
    public Tensor Mean { get; }

    /// <inheritdoc/>
    public Tensor Square { get; }

    /// <inheritdoc/>
    public double Step(double rate, double queryKeyRate = 1)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var gradient = weights.Gradient(0);
        for (int r = 1; r < weights.Replicas; r++)
        {
            gradient.PlusInPlace(weights.Gradient(r));
            weights.Gradient(r).zero_();
        }
        Scalar share = 1.0 / weights.Replicas;
        gradient.mul_(share);
        double norm = Math.Sqrt(gradient.to_type(ScalarType.Float64).Squared().sum().Value<double>());
        Scalar clip = Math.Min(1, clipNorm / (norm + 1e-6));
        gradient.mul_(clip);
        Steps++;
        Mean.mul_(ScalarBeta1).add_(gradient, ScalarRest1);
        Square.mul_(ScalarBeta2).addcmul_(gradient, gradient, ScalarRest2);
        Scalar step = -rate / (1 - Math.Pow(IOptimizer.Beta1, Steps)), correction = 1 / (1 - Math.Pow(IOptimizer.Beta2, Steps)),
            shrink = -rate, more = queryKeyRate - 1;
        var divisor = Square.mul(correction).sqrt_().PlusInPlace(ScalarEpsilon);
        var rates = isFaster.mul(more).Plus(Scalars.One);
        weights.Flat.addcmul_(weights.Flat, decays.mul(rates), shrink);
        weights.Flat.addcdiv_(Mean.mul(rates), divisor, step);
        gradient.zero_();
        GC.KeepAlive((share, clip, step, correction, shrink, more)); // their finalisers must not run during the calls
        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { Mean, Square, isFaster, decays }) tensor.Dispose();
    }

    private Tensor Spread(Func<WeightVector.Region, double> value)
    {
        var values = new float[weights.Length];
        foreach (var region in weights.Regions) values.AsSpan(region.Start, region.Length).Fill((float)value(region));
        return tensor(values).to(weights.Flat.device).DetachFromDisposeScope();
    }
}
