using System.Globalization;
using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>
/// What a cluster is called: a transparent rule from the means of its features to the literature's terms. The first
/// rule that holds names it, and its figures are the evidence. Features that a table does not have are not asked about.
/// </summary>
/// <remarks>
/// The terms: previous-token, next-token, [CLS], [SEP], punctuation and broad heads are Clark et al. 2019, §3; verticals,
/// block and heterogeneous Kovaleva et al. 2019, §4.1. The thresholds are lower than those that Clark et al. use for
/// single heads (<see cref="HeadPatterns"/>), because the mean of a cluster is diluted by its weaker members.
/// </remarks>
public static class ClusterNames
{
    /// <summary>A cluster looks at a neighbour or at itself when it puts at least this share of its attention there: three fifths of
    /// <see cref="HeadPatterns.PositionalShare"/>.</summary>
    public const double PositionalShare = 0.6 * HeadPatterns.PositionalShare;

    /// <summary>A cluster looks at special tokens when [CLS] and [SEP] together get at least this share: half of all, as with Clark et al.
    /// 2019, §3.2 ("over half").</summary>
    public const double SpecialShare = 0.5;

    /// <summary>A cluster looks at punctuation when it gets at least this share: three fifths of
    /// <see cref="HeadPatterns.TokenShare"/>.</summary>
    public const double PunctuationShare = 0.6 * HeadPatterns.TokenShare;

    /// <summary>A cluster is local when at least this share stays within two tokens. This kit's choice: half of all.</summary>
    public const double LocalShare = 0.5;

    /// <summary>A cluster keeps to its own text of a pair when at least this share stays there. This kit's choice: Kovaleva et al. 2019
    /// judge by eye.</summary>
    public const double BlockShare = PatternFeatures.BlockShare;

    /// <summary>A cluster is broad when its mean entropy is at least this part of the broadest single head's: nine tenths of
    /// <see cref="HeadPatterns.BroadEntropyShare"/>.</summary>
    public const double BroadShare = 0.7;

    /// <summary>One of two shares outweighs the other when it is at least this many times as large. This kit's choice.</summary>
    public const double Outweighs = 2;

    /// <summary>Names clusters.</summary>
    /// <param name="clusters">Per cluster, the mean of each feature.</param>
    /// <param name="table">The heads they are of.</param>
    /// <returns>Per cluster, a name that no other has, and the sentence of figures that led to it.</returns>
    public static IReadOnlyList<(string Name, string Evidence)> Of(IReadOnlyList<IReadOnlyDictionary<string, double>> clusters,
        HeadTable table)
    {
        double? broadest = table.Features.Contains("entropy") ? table.Column("entropy").Max() : null;
        bool pairs = HeadPatterns.HasPairs(table);
        var names = clusters.Select(c => Name(c, broadest, pairs)).ToArray();
        foreach (var same in names.Select((n, i) => (n.Name, At: i)).GroupBy(n => n.Name, n => n.At).Where(g => g.Count() > 1).ToArray())
            foreach (int i in same) names[i] = (Distinguish(names[i].Name, clusters[i], i), names[i].Evidence);
        // Two at the same distance: the cluster's number separates them.
        foreach (var same in names.Select((n, i) => (n.Name, At: i)).GroupBy(n => n.Name, n => n.At).Where(g => g.Count() > 1).ToArray())
            foreach (int i in same) names[i] = (Invariant($"{names[i].Name} ({i})"), names[i].Evidence);
        return names;
    }

    private static (string Name, string Evidence) Name(IReadOnlyDictionary<string, double> m, double? broadest, bool pairs)
    {
        double Get(string feature) => m.GetValueOrDefault(feature, double.NaN); // NaN: no comparison holds
        double previous = Get("previous"), next = Get("next"), self = Get("self"), cls = Get("cls"), sep = Get("sep"),
        punctuation = Get("punctuation");
        if (previous >= PositionalShare && next >= PositionalShare)
            return ("neighbouring-token", Invariant($"{previous:P0} of the attention is on the previous and {next:P0} on the next token"));
        if (previous >= PositionalShare) return ("previous-token", Invariant($"{previous:P0} of the attention is on the previous token"));
        if (next >= PositionalShare) return ("next-token", Invariant($"{next:P0} of the attention is on the next token"));
        if (self >= PositionalShare) return ("self", Invariant($"{self:P0} of the attention is on the token itself"));
        if (cls + sep >= SpecialShare)
            return (cls >= Outweighs * sep ? "[CLS]" : sep >= Outweighs * cls ? "[SEP]"
                : "[CLS]/[SEP]", Invariant($"{cls:P0} of the attention is on [CLS] and {sep:P0} on [SEP]"));
        if (punctuation >= PunctuationShare) return ("punctuation", Invariant($"{punctuation:P0} of the attention is on punctuation"));
        if (Get("local_2") >= LocalShare) return ("local", Invariant($"{Get("local_2"):P0} of the attention is within two tokens"));
        if (pairs && Get("block") >= BlockShare)
            return ("block", Invariant($"{Get("block"):P0} of the attention stays in the token's own text of the pair"));
        if (Get("entropy") >= BroadShare * broadest)
            return ("broad", Invariant($"entropy {Get("entropy"):0.00} nats, {Get("entropy") / broadest:P0} of the broadest head's"));
        return m.ContainsKey("entropy") && m.ContainsKey("previous")
            ? ("heterogeneous",
                string.Create(CultureInfo.InvariantCulture,
                    $"no one place gets most: {previous:P0} previous, {next:P0} next, {cls + sep:P0} special tokens, entropy "
                        + $"{Get("entropy"):0.00} nats"))
            : ("unnamed", string.Join(", ", m.Select(f => Invariant($"{f.Key} {f.Value:0.###}"))));
    }

    private static string Distinguish(string name, IReadOnlyDictionary<string, double> m, int number) =>
        m.TryGetValue("mean_distance", out double d) ? Invariant($"{name} at {d:0.0} tokens") : Invariant($"{name} {number}");
}
