namespace AttentionNotebooks;

/// <summary>A kind of token, or of place, that attention can go to.</summary>
/// <param name="Group">What it is a kind of, e.g. <c>part of speech</c>; the kinds of a group exclude one another.</param>
/// <param name="Name">The kind, e.g. <c>NOUN</c>.</param>
/// <param name="Feature">The share of a head's attention that goes there.</param>
/// <param name="Uniform">The share in a text that a head would give it that looks everywhere alike.</param>
public sealed record TokenType(string Group, string Name, HeadFeature Feature, Func<AttentionText, double> Uniform)
{
    /// <summary>A kind of token.</summary>
    /// <param name="group">What it is a kind of.</param>
    /// <param name="name">The kind; no other kind of the group has this name.</param>
    /// <param name="positions">Where such tokens stand in a text.</param>
    /// <param name="needs">What a text must have for it.</param>
    public static TokenType OfKeys(string group, string name, Func<AttentionText, IEnumerable<int>> positions,
        FeatureNeeds needs = FeatureNeeds.None)
    {
        string key = $"token type {group} {name}";
        return new TokenType(group, name, new HeadFeature($"to {name}", "share", "Σ_i Σ_j∈kind A_ij / n", "this kit",
            m => m.OnKeys(m.Batch.Cached(key, () => m.MarkPositions(positions))))
        { Range = "0 … 1", Needs = needs },
            text => positions(text).Count() / (double)text.Length);
    }

    /// <summary>Places at some offsets from the token that looks.</summary>
    /// <param name="lowest">The lowest offset j − i in tokens.</param>
    /// <param name="name">The kind.</param>
    public static TokenType OfOffsets(int lowest, int highest, string name) => new("offset", name,
        new HeadFeature($"at {name}", "share", $"Σ_i Σ_j A_ij / n, {lowest} ≤ j − i ≤ {highest}", "this kit",
            m => m.Sum(m.Batch.Cached($"offsets {lowest} {highest}", () => m.Batch.MarkOffsets(lowest, highest))) / m.Lengths)
        { Range = "0 … 1" },
        // n − |o| of the n² pairs are at offset o.
        text => Enumerable.Range(1 - text.Length, 2 * text.Length - 1).Where(o => o >= lowest && o <= highest)
            .Sum(o => text.Length - Math.Abs(o)) / ((double)text.Length * text.Length));
}
