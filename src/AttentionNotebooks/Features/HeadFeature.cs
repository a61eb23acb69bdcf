using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// A number per head. Most features have a value in every text: <see cref="Compute"/> takes the maps of one layer,
/// <c>[B, H, T, T]</c> (weight from query to key; rows sum to 1; padding is zero), with what is known of the texts, and
/// returns <c>[B, H]</c>. A feature of all texts together has a <see cref="Statistic"/> instead.
/// </summary>
public sealed record HeadFeature
{
    private readonly Func<LayerMaps, torch.Tensor>? _compute;
    private readonly MeasureKind? _kind;

    /// <summary>A feature with a value in every text.</summary>
    /// <param name="name">What the column is called.</param>
    /// <param name="unit">Its unit: tokens, nats, share …</param>
    /// <param name="definition">The formula, with n for the text's tokens and A for its map.</param>
    /// <param name="source">Who defined it.</param>
    /// <param name="compute">The formula as code.</param>
    public HeadFeature(string name, string unit, string definition, string source, Func<LayerMaps, torch.Tensor> compute)
        : this(name, unit, definition, source) => _compute = compute;

    /// <summary>A feature of one's own, as a notebook cell adds it.</summary>
    /// <param name="name">What the column is called.</param>
    /// <param name="compute">From the maps <c>[B, H, T, T]</c>, and what is known of them and of their texts, to <c>[B, H]</c>.</param>
    public HeadFeature(string name, string unit, Func<torch.Tensor, LayerMaps, torch.Tensor> compute)
        : this(name, unit, "user-defined", "user", m => compute(m.Probabilities, m)) => Kind = MeasureKind.User;

    /// <summary>
    /// A feature of all texts together: a statistic is averaged over the texts first, and the feature is a function of the
    /// averages. It has no value in a single text, and no spread.
    /// </summary>
    /// <param name="name">What the column is called.</param>
    /// <param name="definition">The formula, with E for the mean over texts.</param>
    /// <param name="source">Who defined it.</param>
    /// <param name="statistic">What is averaged.</param>
    /// <param name="ofMeans">From one head's averages, one per part, to its value; NaN where it has none.</param>
    public HeadFeature(string name, string unit, string definition, string source, TextStatistic statistic,
        Func<IReadOnlyList<double>, double> ofMeans)
        : this(name, unit, definition, source)
    {
        Statistic = statistic;
        OfMeans = ofMeans;
    }

    private HeadFeature(string name, string unit, string definition, string source) =>
        (Name, Unit, Definition, Source) = (name, unit, definition, source);

    /// <summary>What the column is called.</summary>
    public string Name { get; init; }

    /// <summary>Its unit: tokens, nats, share …</summary>
    public string Unit { get; init; }

    /// <summary>The formula.</summary>
    public string Definition { get; init; }

    /// <summary>Who defined it.</summary>
    public string Source { get; init; }

    /// <summary>The feature in every text of a batch, <c>[B, H]</c>.</summary>
    /// <param name="maps">One layer's maps of the batch.</param>
    /// <exception cref="InputException">It is a feature of all texts together.</exception>
    public torch.Tensor Compute(LayerMaps maps) => _compute is not null ? _compute(maps)
        : throw new InputException($"feature \"{Name}\"", null, "is one of all texts together and has no value in a single text",
            "Leave it out here");

    /// <summary>What it says about a head: what its family says, unless given.</summary>
    public MeasureKind Kind { get => _kind ?? FeatureCatalogue.KindOf(Name); init => _kind = value; }

    /// <summary>What a column of its values is.</summary>
    public ColumnInfo Info => new(Name, Unit, Definition, Source, Kind)
    { InSynthesis = Kind == MeasureKind.User || StandardFeatures.ForSynthesis.Contains(this) };

    /// <summary>From where to where it goes, e.g. <c>0 … ln n</c>.</summary>
    public string Range { get; init; } = "";

    /// <summary>What a source must have for it.</summary>
    public FeatureNeeds Needs { get; init; }

    /// <summary>The fewest tokens of a text in which it can differ between maps; in a shorter text it is the same whatever
    /// the head does.</summary>
    public int LeastTokens { get; init; } = 1;

    /// <summary>Whether texts shorter than <see cref="LeastTokens"/> are left out; else they count in the mean.</summary>
    public bool LeavesOutShorter { get; init; }

    /// <summary>Whether a text may have no value: <see cref="Compute"/> gives NaN there, and the mean is over the other texts.</summary>
    public bool MayLack { get; init; }

    /// <summary>What is averaged over the texts first; <see langword="null"/> for a feature with a value in every text.</summary>
    public TextStatistic? Statistic { get; }

    /// <summary>From one head's averages of <see cref="Statistic"/> to its value.</summary>
    public Func<IReadOnlyList<double>, double>? OfMeans { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{Unit}] = {Definition} ({Source})";
}

/// <summary>Some numbers per head and text that are averaged over texts before a feature is made of them.</summary>
/// <param name="Name">What it is called where sums are saved.</param>
/// <param name="Parts">How many numbers.</param>
/// <param name="Compute">From <c>[B, H, T, T]</c> to <c>[B, H, Parts]</c>.</param>
public sealed record TextStatistic(string Name, int Parts, Func<LayerMaps, torch.Tensor> Compute);

/// <summary>What a measure needs beside maps.</summary>
[Flags]
public enum FeatureNeeds
{
    /// <summary>Nothing but maps.</summary>
    None = 0,

    /// <summary>The texts' tokens.</summary>
    Tokens = 1,

    /// <summary>Parts of speech of the tokens.</summary>
    Tags = 2,

    /// <summary>The values' norms, which a live model has.</summary>
    Values = 4,

    /// <summary>Something that the model is asked.</summary>
    Task = 8,

    /// <summary>A treebank's sentences.</summary>
    Treebank = 16,

    /// <summary>Pairs of texts.</summary>
    Pairs = 32,
}
