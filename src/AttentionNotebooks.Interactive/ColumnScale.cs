namespace AttentionNotebooks;

/// <summary>The mean and the population standard deviation of a feature over the heads, for saying how far a value lies from the
/// others.</summary>
/// <param name="Deviation">The population standard deviation.</param>
internal readonly record struct ColumnScale(double Mean, double Deviation)
{
    /// <summary>The scale of a column.</summary>
    /// <param name="column">One value per head.</param>
    public static ColumnScale Of(IReadOnlyCollection<double> column)
    {
        double mean = column.Average();
        return new ColumnScale(mean, Math.Sqrt(column.Average(v => (v - mean) * (v - mean))));
    }

    /// <summary>How many standard deviations a value lies above the mean; 0 where all heads agree.</summary>
    public double Score(double value) => Deviation > 0 ? (value - Mean) / Deviation : 0;
}
