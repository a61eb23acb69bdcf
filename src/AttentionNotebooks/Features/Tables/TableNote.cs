using System.Globalization;
namespace AttentionNotebooks;

/// <summary>What a note is about.</summary>
public enum NoteKind
{
    /// <summary>Rows of saved or given maps do not sum to 1 and were divided by their sums.</summary>
    RowsOff,

    /// <summary>Heads that put the same weight on every key, in every text.</summary>
    Uniform,

    /// <summary>Heads that put all weight on one key per query, in every text.</summary>
    OneKey,

    /// <summary>Features with the same value in every text, for some heads or for all.</summary>
    Constant,

    /// <summary>Features with the same value for all heads.</summary>
    SameForAllHeads,

    /// <summary>Texts so short that a feature is the same whatever the head does. They count in the mean.</summary>
    TooShort,

    /// <summary>Texts too short for a feature, which leaves them out.</summary>
    LeftOut,

    /// <summary>There is one text, and so no spread over texts.</summary>
    OneText,

    /// <summary>Texts in which a feature has no value, for some heads or for all. The mean is over the others.</summary>
    NoValue,
}

/// <summary>Something that a table's numbers do not show and that its reader must know.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Features">The features that it is about; empty where it is about the maps.</param>
/// <param name="Heads">The heads that it is about; empty where it is about all.</param>
/// <param name="Count">How many texts or rows are concerned.</param>
/// <param name="Of">Of how many.</param>
/// <param name="Detail">The sum that is farthest off and where it stands (<see cref="NoteKind.RowsOff"/>); how many tokens are enough
/// (<see cref="NoteKind.TooShort"/>, <see cref="NoteKind.LeftOut"/>); whether the column is left out (<see cref="NoteKind.NoValue"/>); else
/// empty.</param>
public sealed record TableNote(NoteKind Kind, IReadOnlyList<string> Features, IReadOnlyList<Head> Heads, long Count, long Of,
    string Detail = "")
{
    private const int NamedHeads = 6;

    /// <summary>The note as a sentence.</summary>
    public string Text => Kind switch
    {
        NoteKind.RowsOff =>
            Invariant($"{Count:N0} of {Of:N0} rows of the maps do not sum to 1 (farthest: {Detail}); each was divided by its sum."),
        NoteKind.Uniform => Invariant($"{HeadList}: the same weight on every key in {AllTexts}."),
        NoteKind.OneKey => Invariant($"{HeadList}: all weight on one key per query in {AllTexts}."),
        NoteKind.Constant when Heads.Count == 0 => Invariant($"{FeatureList}: the same in {AllTexts} and for every head."),
        NoteKind.Constant => Invariant($"{FeatureList}: the same in {AllTexts} for {HeadList}."),
        NoteKind.SameForAllHeads => Invariant($"{FeatureList}: the same for every head."),
        NoteKind.TooShort =>
            string.Create(CultureInfo.InvariantCulture,
                $"{Count:N0} of {Of:N0} texts have fewer than {Detail} tokens, where nothing a head does shows in {FeatureList}; they "
                    + $"count in the mean."),
        NoteKind.LeftOut => Invariant($"{Count:N0} of {Of:N0} texts have fewer than {Detail} tokens and are left out of {FeatureList}."),
        NoteKind.NoValue when Detail == TableNotes.LeftOut =>
            Invariant($"{FeatureList}: left out: no value in {AnyText} for {(Heads.Count == 0 ? "any head" : HeadList)}."),
        NoteKind.NoValue when Heads.Count == 0 =>
            Invariant($"{FeatureList}: no value in {Count:N0} of {Of:N0} texts; the mean is over the others."),
        NoteKind.NoValue =>
            Invariant($"{FeatureList}: no value in up to {Count:N0} of {Of:N0} texts for {HeadList}; the mean is over the others."),
        _ => "There is one text: how the values change from text to text is not known.",
    };

    private string AllTexts => Of == 1 ? "the one text" : Invariant($"all {Of:N0} texts");

    private string AnyText => Of == 1 ? "the one text" : Invariant($"any of {Of:N0} texts");

    private string FeatureList => string.Join(", ", Features);

    private string HeadList =>
        $"{(Heads.Count == 1 ? "head" : "heads")} "
        + $"{string.Join(", ", Heads.Take(NamedHeads))}{(Heads.Count > NamedHeads ? string.Create(CultureInfo.InvariantCulture, $" and "
        + $"{Heads.Count - NamedHeads} more") : "")}";

    /// <summary>The note about these features alone; <see langword="null"/> where it was about others only.</summary>
    /// <param name="features">Names of features.</param>
    public TableNote? About(IReadOnlyCollection<string> features)
    {
        if (Features.Count == 0) return this;
        string[] kept = [.. Features.Where(features.Contains)];
        return kept.Length == 0 ? null : this with { Features = kept };
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
