using System.Numerics;

namespace AttentionNotebooks;

/// <summary>
/// What a head's scores gain by the offset from query to key, j − i in tokens. In the probabilities it is a factor exp(b),
/// and every row still sums to 1.
/// </summary>
public abstract record DistancePrior
{
    /// <summary>The gain at an offset, in nats.</summary>
    /// <param name="offset">j − i, in tokens; negative to the left.</param>
    public abstract double At(int offset);

    /// <summary>The prior with every gain multiplied.</summary>
    public abstract DistancePrior Times(double factor);

    /// <summary>What is wrong with it, or <see langword="null"/>.</summary>
    internal abstract string? Problem { get; }
}

/// <summary>
/// A bump: b(o) = strength · exp(−(o − centre)² / (2·width²)). Offsets far from the centre keep their scores, so that
/// where, how broad and how strong are three different things; with a quadratic log-density strength and width would be one.
/// </summary>
/// <param name="Centre">The offset that gains most, in tokens; −1 is the previous token.</param>
/// <param name="Width">The standard deviation of the bell, in tokens, above 0; towards 0 only the centre itself gains.</param>
/// <param name="Strength">The gain at the centre, in nats; below 0 the offset is shunned.</param>
/// <remarks>A Gaussian bias on attention's scores is in Yang et al. (2018), "Modeling Localness for Self-Attention Networks", there as a
/// quadratic.</remarks>
public sealed record GaussianPrior(double Centre, double Width, double Strength) : DistancePrior
{
    /// <inheritdoc/>
    public override double At(int offset)
    {
        double z = (offset - Centre) / Width;
        return Strength * Math.Exp(-z * z / 2);
    }

    /// <inheritdoc/>
    public override DistancePrior Times(double factor) => this with { Strength = Strength * factor };

    internal override string? Problem => HeadCalibration.Unfit("centre", Centre) ?? HeadCalibration.Unfit("width", Width)
        ?? (Width >= SmallestWidth ? null : FormattableString.Invariant($"has width {Width}, and the narrowest is {SmallestWidth}"))
        ?? HeadCalibration.Unfit("strength", Strength);

    /// <summary>The narrowest bell, in tokens: narrow enough to hold one offset, wide enough for its square to be a float.</summary>
    public const double SmallestWidth = 1e-3;
}

/// <summary>A gain for each of 17 buckets of offsets, which widen by powers of two: … −4…−3, −2, −1, 0, 1, 2, 3…4, 5…8 …</summary>
/// <remarks>Relative-position buckets as in Raffel et al. (2020), "Exploring the Limits of Transfer Learning", section 2.1, with other
/// borders.</remarks>
public sealed record BucketPrior : DistancePrior
{
    private const int Side = 8; // 1, 2, 3–4, 5–8, 9–16, 17–32, 33–64, 65 and more

    /// <summary>How many buckets there are.</summary>
    public const int Count = 2 * Side + 1;

    private readonly double[] _gains;

    /// <summary>Creates a table.</summary>
    /// <param name="gains">The gains in nats, from the farthest to the left to the farthest to the right; <see cref="Count"/> of
    /// them.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public BucketPrior(IReadOnlyList<double> gains) =>
        _gains = gains.Count == Count ? [.. gains] : throw new ArgumentException($"{gains.Count} gains for {Count} buckets", nameof(gains));

    /// <summary>The gains, from the farthest to the left to the farthest to the right.</summary>
    public IReadOnlyList<double> Gains => _gains;

    /// <summary>The bucket of an offset, from 0.</summary>
    /// <param name="offset">j − i, in tokens.</param>
    public static int BucketOf(int offset)
    {
        int distance = Math.Abs(offset), step = distance < 2 ? distance : Math.Min(Side, 2 + BitOperations.Log2((uint)distance - 1));
        return Side + Math.Sign(offset) * step;
    }

    /// <summary>What a bucket holds, e.g. <c>+3 … +4</c>.</summary>
    /// <param name="bucket">From 0.</param>
    public static string Name(int bucket)
    {
        int step = Math.Abs(bucket - Side), low = step < 2 ? step : (1 << (step - 2)) + 1, high = step == 0 ? 0 : 1 << (step - 1);
        string sign = bucket < Side ? "−" : bucket > Side ? "+" : "";
        return step == Side ? $"{sign}{low} and more" : low == high ? $"{sign}{low}" : $"{sign}{low} … {sign}{high}";
    }

    /// <inheritdoc/>
    public override double At(int offset) => _gains[BucketOf(offset)];

    /// <inheritdoc/>
    public override DistancePrior Times(double factor) => new BucketPrior([.. _gains.Select(g => g * factor)]);

    /// <summary>Both together.</summary>
    /// <param name="other">The other table.</param>
    public BucketPrior Plus(BucketPrior other) => new([.. _gains.Zip(other._gains, (a, b) => a + b)]);

    /// <inheritdoc/>
    public bool Equals(BucketPrior? other) => other is not null && _gains.SequenceEqual(other._gains);

    /// <inheritdoc/>
    public override int GetHashCode() => _gains.Aggregate(Count, HashCode.Combine);

    internal override string? Problem => _gains.Select((g, i) => HeadCalibration.Unfit($"gain {i}", g)).FirstOrDefault(p => p is not null);
}
