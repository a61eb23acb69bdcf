namespace AttentionNotebooks;

/// <summary>
/// How the rows of saved or given maps summed before they were divided by their sums. Parts add up, in any order, to the whole.
/// </summary>
/// <param name="Rows">Rows looked at.</param>
/// <param name="Off">Of those, the rows whose sum differs from 1 by more than <see cref="Exact"/>.</param>
/// <param name="Farthest">The sum that is farthest from 1; 1 where no row is off.</param>
/// <param name="Place">Where it stands: entry or text, layer, head and row; <see langword="null"/> where no row is off.</param>
public readonly record struct RowSums(long Rows, long Off, double Farthest, string? Place)
{
    /// <summary>A sum that is this near to 1 is 1 but for the rounding of float32.</summary>
    public const double Exact = 1e-5;

    /// <summary>Of no rows.</summary>
    public static RowSums None { get; } = new(0, 0, 1, null);

    /// <summary>With the rows of another part.</summary>
    /// <param name="other">The other part.</param>
    public RowSums Add(RowSums other)
    {
        // Of two as far, the one whose place is named first: so that the order of the parts does not show.
        double own = Math.Abs(Farthest - 1), theirs = Math.Abs(other.Farthest - 1);
        bool takeOther = Place is null || theirs > own
            || (theirs == own && other.Place is not null && string.CompareOrdinal(other.Place, Place) < 0);
        return new RowSums(Rows + other.Rows, Off + other.Off, takeOther ? other.Farthest : Farthest, takeOther ? other.Place : Place);
    }
}
