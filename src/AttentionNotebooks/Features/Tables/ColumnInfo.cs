namespace AttentionNotebooks;

/// <summary>What a measure says about a head.</summary>
public enum MeasureKind
{
    /// <summary>A column of which nothing but the name is known.</summary>
    Other,

    /// <summary>Where the head stands in the model.</summary>
    Layer,

    /// <summary>How far and in which direction the head looks: neighbours, itself, a distance.</summary>
    Position,

    /// <summary>How sharply the head looks.</summary>
    Concentration,

    /// <summary>Which shape the head's map has.</summary>
    Structure,

    /// <summary>Attention on [CLS], [SEP] and punctuation.</summary>
    SpecialTokens,

    /// <summary>Attention on kinds of words.</summary>
    Tokens,

    /// <summary>How much the head hands over: norms of vectors.</summary>
    Norm,

    /// <summary>Whether the head does the same in every text.</summary>
    Stability,

    /// <summary>Finding syntactic heads or dependents.</summary>
    Syntax,

    /// <summary>Finding antecedents.</summary>
    Coreference,

    /// <summary>How much the model needs the head.</summary>
    Importance,

    /// <summary>A measure of the user's own.</summary>
    User,
}

/// <summary>What a number per head is.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Unit">Its unit: tokens, nats, share …; empty where it is not known.</param>
/// <param name="Definition">The formula.</param>
/// <param name="Source">Who defined it.</param>
/// <param name="Kind">What it says about a head.</param>
public sealed record ColumnInfo(string Name, string Unit = "", string Definition = "", string Source = "",
    MeasureKind Kind = MeasureKind.Other)
{
    private readonly string? _title;

    /// <summary>What reports and charts call it where the name is not to be read by a script; the name unless given.</summary>
    public string Title { get => _title ?? Name; init => _title = value; }

    /// <summary>Whether it can be compared between the heads of one model and stands in the synthesis when no measures are named.</summary>
    public bool InSynthesis { get; init; }
}
