using static System.FormattableString;
using Means = System.Collections.Generic.IReadOnlyDictionary<string, double>;

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
        var rules = Rules(table);
        var names = clusters.Select(c => rules.First(r => r.Holds(c))).Zip(clusters, (rule, c) => (rule.Name, Evidence: rule.Evidence(c)))
            .ToArray();
        foreach (var same in names.Select((n, i) => (n.Name, At: i)).GroupBy(n => n.Name, n => n.At).Where(g => g.Count() > 1).ToArray())
            foreach (int i in same) names[i] = (Distinguish(names[i].Name, clusters[i], i), names[i].Evidence);
        // Two at the same distance: the cluster's number separates them.
        foreach (var same in names.Select((n, i) => (n.Name, At: i)).GroupBy(n => n.Name, n => n.At).Where(g => g.Count() > 1).ToArray())
            foreach (int i in same) names[i] = (Invariant($"{names[i].Name} ({i})"), names[i].Evidence);
        return names;
    }

    /// <summary>How many of a cluster's heads meet the rule that names the cluster: a mean can meet it where few heads do.</summary>
    /// <param name="means">The cluster's means, which decide the rule.</param>
    /// <param name="heads">The cluster's heads.</param>
    /// <param name="table">All heads.</param>
    internal static int MeetRule(IReadOnlyDictionary<string, double> means, IEnumerable<Head> heads, HeadTable table)
    {
        var rule = Rules(table).First(r => r.Holds(means));
        return heads.Count(h => rule.Holds(table.Features.ToDictionary(f => f, f => table[h, f])));
    }

    // In the order in which they are asked. NaN for a feature that a table lacks: no comparison holds.
    private static Rule[] Rules(HeadTable table)
    {
        double broadest = table.Features.Contains("entropy") ? table.Column("entropy").Max() : double.NaN;
        bool pairs = HeadPatterns.HasPairs(table);
        static double Get(Means m, string feature) => m.GetValueOrDefault(feature, double.NaN);
        static bool Special(Means m) => Get(m, "cls") + Get(m, "sep") >= SpecialShare;
        static string Specials(Means m) => Invariant($"{Get(m, "cls"):P0} of the attention is on [CLS] and {Get(m, "sep"):P0} on [SEP]");
        Rule Share(string name, string feature, double least, string what) =>
            new(name, m => Get(m, feature) >= least, m => Invariant($"{Get(m, feature):P0} of the attention {what}"));
        Rule[] named =
        [
            new("neighbouring-token", m => Get(m, "previous") >= PositionalShare && Get(m, "next") >= PositionalShare, m =>
                Invariant($"{Get(m, "previous"):P0} of the attention is on the previous and {Get(m, "next"):P0} on the next token")),
            Share("previous-token", "previous", PositionalShare, "is on the previous token"),
            Share("next-token", "next", PositionalShare, "is on the next token"),
            Share("self", "self", PositionalShare, "is on the token itself"),
            new("[CLS]", m => Special(m) && Get(m, "cls") >= Outweighs * Get(m, "sep"), Specials),
            new("[SEP]", m => Special(m) && Get(m, "sep") >= Outweighs * Get(m, "cls"), Specials),
            new("[CLS]/[SEP]", Special, Specials),
            Share("punctuation", "punctuation", PunctuationShare, "is on punctuation"),
            Share("local", "local_2", LocalShare, "is within two tokens"),
            Share("block", "block", pairs ? BlockShare : double.PositiveInfinity, "stays in the token's own text of the pair"),
            new("broad", m => Get(m, "entropy") >= BroadShare * broadest, m =>
                Invariant($"entropy {Get(m, "entropy"):0.00} nats, {Get(m, "entropy") / broadest:P0} of the broadest head's")),
        ];
        bool NoneOf(Means m) => !named.Any(r => r.Holds(m));
        return
        [
            .. named,
            new("heterogeneous", m => m.ContainsKey("entropy") && m.ContainsKey("previous") && NoneOf(m), m => Invariant(
                $"no one place gets most: {Get(m, "previous"):P0} previous, {Get(m, "next"):P0} next, {Get(m, "cls") + Get(m, "sep"):P0} ")
                + Invariant($"special tokens, entropy {Get(m, "entropy"):0.00} nats")),
            new("unnamed", NoneOf, m => string.Join(", ", m.Select(f => Invariant($"{f.Key} {f.Value:0.###}")))),
        ];
    }

    private sealed record Rule(string Name, Func<Means, bool> Holds, Func<Means, string> Evidence);

    private static string Distinguish(string name, IReadOnlyDictionary<string, double> m, int number) =>
        m.TryGetValue("mean_distance", out double d) ? Invariant($"{name} at {d:0.0} tokens") : Invariant($"{name} {number}");
}
