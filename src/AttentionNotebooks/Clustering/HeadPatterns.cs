namespace AttentionNotebooks;

/// <summary>
/// Single heads by the terms of earlier work: thresholds instead of clusters, to compare clusters with. A head without a
/// feature that a rule asks about cannot have that rule's pattern.
/// </summary>
public static class HeadPatterns
{
    /// <summary>More than this share on the next or the previous token makes such a head (the released code of Clark et al.
    /// 2019).</summary>
    public const double PositionalShare = 0.5;

    /// <summary>More than this share on [CLS], on [SEP] or on punctuation makes such a head (the released code of Clark et al.
    /// 2019).</summary>
    public const double TokenShare = 0.6;

    /// <summary>
    /// A head is broad above this part of the largest entropy: 3.8 of ln 128 = 4.85 nats, the threshold of Clark et al.'s
    /// released code at their texts' length, as a share because entropy grows with the length.
    /// </summary>
    public const double BroadEntropyShare = 0.783;

    /// <summary>From this share on, [CLS] and [SEP] together make a vertical, or self, previous and next together a diagonal. The kit's
    /// threshold for single maps, <see cref="PatternFeatures.VerticalShare"/>.</summary>
    public const double ClassShare = PatternFeatures.VerticalShare;

    /// <summary>From this share on each, vertical and diagonal stand in one map. The kit's threshold for single maps.</summary>
    public const double BothShare = PatternFeatures.BothShare;

    /// <summary>The columns that <see cref="Clark"/> may look at; of the two entropies it asks only <c>normalised_entropy</c> where the
    /// table has it.</summary>
    public static IReadOnlyList<string> ClarkColumns { get; } =
        ["next", "previous", "cls", "sep", "punctuation", "normalised_entropy", "entropy"];

    /// <summary>The columns that <see cref="Kovaleva"/> looks at.</summary>
    public static IReadOnlyList<string> KovalevaColumns { get; } = ["cls", "sep", "self", "previous", "next", "block"];

    /// <summary>The patterns of Clark et al. 2019, by the thresholds of their released code.</summary>
    /// <param name="table">The head table.</param>
    /// <returns>Per head: next, previous, [CLS], [SEP], punctuation, broad or other. The first that holds counts.</returns>
    /// <remarks>Broad is asked of <c>normalised_entropy</c> where the table has it, else of the entropy as a part of the broadest
    /// head's.</remarks>
    public static string[] Clark(HeadTable table)
    {
        var get = Reader(table);
        bool normalised = table.Features.Contains("normalised_entropy");
        double largest = normalised || !table.Features.Contains("entropy") ? 1 : table.Column("entropy").Max();
        return [.. Enumerable.Range(0, table.Grid.Count).Select(h =>
            get("next", h) > PositionalShare ? "next"
            : get("previous", h) > PositionalShare ? "previous"
            : get("cls", h) > TokenShare ? "[CLS]"
            : get("sep", h) > TokenShare ? "[SEP]"
            : get("punctuation", h) > TokenShare ? "punctuation"
            : get(normalised ? "normalised_entropy" : "entropy", h) > BroadEntropyShare * largest ? "broad" : "other")];
    }

    /// <summary>The same, and what the patterns are over draws of the texts; no draws where the values per text are not known.</summary>
    internal static (string[] Heads, string[][] Draws) ClarkOverTexts(HeadTable table, int seed)
    {
        HeadColumn[] asked = [.. table.Columns.Where(c => ClarkColumns.Contains(c.Name))];
        int texts = asked.Length == 0 || asked.Any(c => c.PerText is null) ? 0 : asked[0].PerText!.Count;
        return (Clark(table), texts < 2 ? [] : [.. Bootstrap.Draws(texts, Bootstrap.DefaultDraws, new Random(seed)).Select(drawn =>
            Clark(new HeadTable(table.Grid, [.. asked.Select(c => new HeadColumn(c.Info, c.Over(drawn)))])))]);
    }

    /// <summary>
    /// The classes of Kovaleva et al. 2019, §4.1: vertical, diagonal, vertical + diagonal, block, heterogeneous. They had
    /// people label maps and a network learn the labels, neither of which is released; this is a rule of this kit's own
    /// after their descriptions.
    /// </summary>
    /// <param name="table">The head table.</param>
    /// <returns>Per head its class.</returns>
    public static string[] Kovaleva(HeadTable table)
    {
        var get = Reader(table);
        bool pairs = HasPairs(table);
        return [.. Enumerable.Range(0, table.Grid.Count).Select(h =>
        {
            double vertical = get("cls", h) + get("sep", h), diagonal = get("self", h) + get("previous", h) + get("next", h);
            return vertical >= BothShare && diagonal >= BothShare ? "vertical + diagonal"
                : vertical >= ClassShare ? "vertical"
                : diagonal >= ClassShare ? "diagonal"
                : pairs && get("block", h) >= ClusterNames.BlockShare ? "block" : "heterogeneous";
        })];
    }

    /// <summary>Whether the heads were seen on pairs of texts: on single ones, every head stays in its own text.</summary>
    internal static bool HasPairs(HeadTable table) => table.Features.Contains("block") && table.Column("block").Min() < 0.99;

    private static Func<string, int, double> Reader(HeadTable table) => (feature, head) => table.Features.Contains(feature)
        ? table.Column(feature)[head] : double.NaN;
}
