namespace AttentionNotebooks;

/// <summary>What of a head is calibrated.</summary>
[Flags]
public enum CalibrationParts
{
    /// <summary>τ, which divides the scores; learnt as −ln τ.</summary>
    Temperature = 1,

    /// <summary>g, the factor on the output; learnt as its logarithm.</summary>
    Gate = 2,

    /// <summary>c, the gain of [CLS] and [SEP].</summary>
    SpecialBias = 4,

    /// <summary>A bump over the offset: centre, width (as its logarithm) and strength.</summary>
    Gaussian = 8,

    /// <summary>A gain per bucket of offsets.</summary>
    Buckets = 16,

    /// <summary>Six numbers a head: all but the buckets.</summary>
    Standard = Temperature | Gate | SpecialBias | Gaussian,
}

/// <summary>Where each part stands in a head's vector θ of learnt numbers, and what θ = 0 means: the head as it is.</summary>
/// <param name="parts">What is calibrated.</param>
/// <param name="priorWidth">The width of a bump at θ = 0, and the unit of its centre, in tokens.</param>
internal sealed class ParameterLayout(CalibrationParts parts, double priorWidth)
{
    /// <summary>Numbers per head.</summary>
    public int Count { get; } = Size(parts);

    /// <summary>The unit of a bump's centre, in tokens.</summary>
    public double PriorWidth => priorWidth;

    /// <summary>Where a part begins, or <see langword="null"/> where it is not calibrated.</summary>
    public int? this[CalibrationParts part] => parts.HasFlag(part) ? Size(parts & (CalibrationParts)((int)part - 1)) : null;

    /// <summary>The setting that a head's numbers stand for.</summary>
    public HeadCalibration Setting(ReadOnlySpan<double> theta)
    {
        var priors = new List<DistancePrior>();
        if (this[CalibrationParts.Gaussian] is { } g)
            priors.Add(new GaussianPrior(theta[g] * priorWidth, Math.Max(GaussianPrior.SmallestWidth, priorWidth * Math.Exp(theta[g + 1])),
                theta[g + 2]));
        if (this[CalibrationParts.Buckets] is { } b) priors.Add(new BucketPrior(theta.Slice(b, BucketPrior.Count).ToArray()));
        return new HeadCalibration(
            this[CalibrationParts.Temperature] is { } t ? 1 / Math.Exp(theta[t]) : 1,
            this[CalibrationParts.SpecialBias] is { } s ? theta[s] : 0,
            this[CalibrationParts.Gate] is { } a ? Math.Exp(theta[a]) : 1)
        { Priors = priors };
    }

    private static int Size(CalibrationParts parts)
    {
        int size = 0;
        foreach (var part in new[] { CalibrationParts.Temperature, CalibrationParts.Gate, CalibrationParts.SpecialBias })
            size += parts.HasFlag(part) ? 1 : 0;
        return size + (parts.HasFlag(CalibrationParts.Gaussian) ? 3 : 0)
            + (parts.HasFlag(CalibrationParts.Buckets) ? BucketPrior.Count : 0);
    }
}
