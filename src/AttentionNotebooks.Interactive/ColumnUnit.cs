namespace AttentionNotebooks;

/// <summary>Units as tables and charts write them.</summary>
internal static class ColumnUnit
{
    /// <summary>The unit as it follows a number: " tokens". A share is a plain number.</summary>
    /// <param name="unit">The unit; may be empty.</param>
    public static string AfterNumber(string unit) => unit is "" or "share" ? "" : $" {unit}";
}
