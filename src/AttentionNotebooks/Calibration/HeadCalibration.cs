namespace AttentionNotebooks;

/// <summary>
/// How one head is set: its scores s_ij = q·k/√d become s_ij/τ + Σ b(j − i) + c·[key is special], and its output is
/// multiplied by g. At τ = g = 1, c = 0 and b = 0 nothing changes.
/// </summary>
/// <param name="Temperature">
/// τ, which divides the scores before the softmax: below 1 the head is sharper, above 1 flatter. It is at least
/// <see cref="SmallestTemperature"/>; at positive infinity the scores count for nothing.
/// </param>
/// <param name="SpecialBias">c, what keys that are [CLS] or [SEP] gain, in nats.</param>
/// <param name="Gate">g, the factor on the head's output, at least 0; 0 takes the head out.</param>
public sealed record HeadCalibration(double Temperature = 1, double SpecialBias = 0, double Gate = 1)
{
    /// <summary>The largest size of any number in a calibration: scores stay finite in float32 with room to spare.</summary>
    public const double Largest = 1e9;

    /// <summary>The smallest temperature: it multiplies the scores by <see cref="Largest"/>.</summary>
    public const double SmallestTemperature = 1e-9;

    /// <summary>A head left as it is.</summary>
    public static HeadCalibration Identity { get; } = new();

    /// <summary>What the scores gain by the offset: the sum of these, none in most heads. More than one where calibrations were
    /// composed.</summary>
    public IReadOnlyList<DistancePrior> Priors { get; init; } = [];

    /// <summary>Whether the head is left as it is.</summary>
    public bool IsIdentity => Equals(Identity);

    /// <summary>The gain at an offset, of all priors, in nats.</summary>
    /// <param name="offset">j − i, in tokens.</param>
    public double Bias(int offset) => Priors.Sum(p => p.At(offset));

    /// <summary>The head with one prior instead of those it has.</summary>
    public HeadCalibration With(DistancePrior prior) => this with { Priors = [prior] };

    /// <summary>1/τ, the factor on the scores; 0 at an infinite temperature.</summary>
    internal double Scale => 1 / Temperature;

    /// <summary>One setting after the other, as one: the second's temperature divides the first's gains too.</summary>
    /// <param name="next">What is done to the scores and the output afterwards.</param>
    public HeadCalibration Then(HeadCalibration next)
    {
        var all = Priors.Select(p => p.Times(next.Scale)).Concat(next.Priors).ToList();
        var tables = all.OfType<BucketPrior>().ToList();
        return new HeadCalibration(Temperature * next.Temperature, SpecialBias * next.Scale + next.SpecialBias, Gate * next.Gate)
        {
            Priors = [.. all.Where(p => p is not BucketPrior), .. tables.Count == 0 ? [] : new[] { tables.Aggregate((a, b) => a.Plus(b)) }],
        };
    }

    /// <inheritdoc/>
    public bool Equals(HeadCalibration? other) =>
        other is not null && Temperature == other.Temperature && SpecialBias == other.SpecialBias && Gate == other.Gate
        && Priors.SequenceEqual(other.Priors);

    /// <inheritdoc/>
    public override int GetHashCode() => Priors.Aggregate(HashCode.Combine(Temperature, SpecialBias, Gate), HashCode.Combine);

    /// <summary>What is wrong with it, or <see langword="null"/>.</summary>
    internal string? Problem => TemperatureProblem ?? Unfit("special_bias", SpecialBias) ?? Unfit("gate", Gate)
        ?? (Gate >= 0 ? null : FormattableString.Invariant($"has gate {Gate}, below 0"))
        ?? Priors.Select(p => p.Problem).FirstOrDefault(p => p is not null);

    /// <summary>What a calibration's numbers must be, for the remedy of an error.</summary>
    internal const string Allowed = "Temperatures are above 0, gates 0 or more, widths above 0; all numbers but a temperature are finite";

    private string? TemperatureProblem => double.IsNaN(Temperature) ? "has a temperature that is not a number"
        : Temperature < 0 ? FormattableString.Invariant($"has temperature {Temperature}, below 0")
        : Temperature < SmallestTemperature ? FormattableString.Invariant(
            $"has temperature {Temperature}; the smallest is {SmallestTemperature}")
        : null;

    /// <summary>What is wrong with a number, or <see langword="null"/>.</summary>
    internal static string? Unfit(string name, double value) => double.IsFinite(value) && Math.Abs(value) <= Largest ? null
        : FormattableString.Invariant($"has {name} {value}, which is not a number between −{Largest:0} and {Largest:0}");
}
