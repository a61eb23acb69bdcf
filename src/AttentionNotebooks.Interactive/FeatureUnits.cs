namespace AttentionNotebooks;

/// <summary>The units of the features that the kit knows; a table's own columns carry only names.</summary>
internal static class FeatureUnits
{
    /// <summary>The unit, or nothing for a feature that the kit does not know.</summary>
    /// <param name="feature">The feature's name.</param>
    public static string Of(string feature) => (Known.All.FirstOrDefault(f => f.Name == feature) ?? DistanceFeatures.Numbered(feature))?.Unit ?? "";

    private static FeatureCatalogue Known { get; } = new(TokenCounts.Of([]));

    /// <summary>The unit as it follows a number: " tokens". A share is a plain number.</summary>
    /// <param name="unit">The unit; may be empty.</param>
    public static string AfterNumber(string unit) => unit is "" or "share" ? "" : $" {unit}";
}
