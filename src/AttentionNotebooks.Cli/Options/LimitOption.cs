using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Options;

/// <summary>
/// <c>--limit N</c>: N items, taken evenly over the file (<see cref="EvenSample"/>), of labelled items each class in its share. It
/// means the same in every verb: files are often sorted, so that the first N would be no sample, and a random sample would need a seed.
/// </summary>
internal sealed class LimitOption : Option<int?>
{
    private readonly int _standard;

    /// <param name="items">What is taken, in the plural: texts.</param>
    /// <param name="standard">How many unless given; all when omitted.</param>
    /// <param name="least">The least that makes sense.</param>
    /// <param name="why">Why fewer do not.</param>
    /// <param name="labelled">Whether the items may have classes.</param>
    public LimitOption(string items, int? standard = null, int least = 1, string? why = null, bool labelled = false) : base("--limit")
    {
        _standard = standard ?? int.MaxValue;
        Description = $"Use N {items}, taken evenly over the file{(labelled ? ", each class in its share" : "")}; by default "
            + $"{(standard is { } n ? n.ToString(CultureInfo.InvariantCulture) : "all")}.";
        HelpName = "N";
        Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() < least) r.AddError($"--limit must be at least "
            + $"{least.ToString(CultureInfo.InvariantCulture)}{(why is null ? "" : $": {why}")}.");
        });
    }

    /// <summary>How many at most.</summary>
    public int Of(ParseResult parsed) => parsed.GetValue(this) ?? _standard;
}
