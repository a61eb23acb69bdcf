using System.CommandLine;

namespace AttentionNotebooks.Cli.Options;

/// <summary><c>--features</c> of the verbs that compute features: features and families of the catalogue.</summary>
internal static class FeatureOption
{
    /// <param name="standard">What is computed by default, for the help.</param>
    public static Option<string> Create(string standard)
    {
        // Families are listed without libtorch, which takes a while to load.
        var families = new FeatureCatalogue(TokenCounts.Of([])).Families
            .Select(f => $"{f.Name} ({string.Join(", ", f.Features.Select(x => x.Name))})");
        return new("--features")
        {
            Description = $"Features and families, comma-separated, or {FeatureCatalogue.Everything}. By default: {standard}. "
                + $"Families: {string.Join("; ", families)}. within_N, beyond_N, distance_qN and words_qN exist for every N.",
            HelpName = "a,b",
        };
    }
}
