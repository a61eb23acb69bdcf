namespace AttentionNotebooks;

/// <summary>
/// Do heads know syntax? Clark et al. 2019, §4.2: how often a head finds the syntactic heads of a relation's dependents. The
/// best fixed offset, chosen on the same words, is the baseline: a head that always looks at the next word "finds" most
/// determiners' nouns. The best of all heads is chosen on the same words too: <see cref="HeldOutRelations"/> does without.
/// </summary>
/// <example><code>
/// var treebank = ConllU.Read(Kit.DataPath("treebank/demo.conllu")).Take(50);
/// var (source, trees, _) = TreebankAttention.Of(Kit.Model(), treebank);
/// var det = DependencyRelations.Score(source, trees).Where(s => s.Relation == "det").MaxBy(s => s.Accuracy.Value);
/// $"det: head {det.Head} finds {det.Accuracy.Value:P0}, a fixed offset {det.Baseline.Value:P0}"
/// </code></example>
public static class DependencyRelations
{
    /// <summary>Scores every relation, head and direction.</summary>
    /// <param name="source">Attention over the sentences' texts.</param>
    /// <param name="sentences">One sentence per text of the source, in the source's order.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>A score for each relation (in alphabetical order), direction and head; subtypes are relations of their own.</returns>
    /// <exception cref="InputException">A sentence's words do not fit its text's tokens.</exception>
    /// <exception cref="ArgumentException">There are not as many sentences as texts.</exception>
    public static IReadOnlyList<RelationScore> Score(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default) =>
        Score(DependencyHits.Measure(source, sentences, progress: progress, cancellation: cancellation));

    /// <summary>Scores every relation, head and direction.</summary>
    /// <param name="hits">What the heads found.</param>
    /// <param name="foldSubtypes">Whether a subtype counts as its relation: <c>nsubj:pass</c> as <c>nsubj</c>.</param>
    /// <returns>A score for each relation (in alphabetical order), direction and head.</returns>
    public static IReadOnlyList<RelationScore> Score(DependencyHits hits, bool foldSubtypes = false) =>
        [.. hits.Relations(foldSubtypes).SelectMany(relation => Score(hits, relation, hits.WordsOf(relation, foldSubtypes)))];

    /// <summary>The accuracy of every head for one relation and direction, in the grid's order.</summary>
    /// <param name="scores">Scores of all heads.</param>
    /// <param name="direction">Which way heads are read.</param>
    /// <exception cref="InputException">There is no such relation.</exception>
    public static double[] ByHead(this IReadOnlyList<RelationScore> scores, string relation, Direction direction)
    {
        double[] found = [.. scores.Where(s => s.Relation == relation && s.Direction == direction).Select(s => s.Accuracy.Value)];
        return found.Length > 0 ? found : throw Spelling.Unknown("relation", relation, [.. scores.Select(s => s.Relation).Distinct()]);
    }

    internal static RelationScore[] Score(DependencyHits hits, string relation, BitSet words)
    {
        int count = words.Count(), best = OffsetBaseline.Best(hits, words), near = OffsetBaseline.Best(hits, words, OffsetBaseline.Near);
        BitSet baseline = OffsetBaseline.Hits(hits, words, best), nearBaseline = OffsetBaseline.Hits(hits, words, near);
        var scores = Enumerable.Range(0, hits.Table.Candidates).Select(c =>
        {
            var (head, direction) = hits.Candidate(c);
            var found = hits.Table[c];
            int onlyHead = found.CountAndNot(words, baseline), onlyBaseline = baseline.CountAndNot(words, found);
            return new RelationScore(relation, head, direction, new Proportion(found.CountAnd(words), count),
                new Proportion(baseline.Count(), count), best)
            {
                NearOffset = near,
                NearBaseline = new Proportion(nearBaseline.Count(), count),
                OnlyHead = onlyHead,
                OnlyBaseline = onlyBaseline,
                PValue = McNemar.PValue(onlyHead, onlyBaseline),
            };
        }).ToArray();
        double[] p = [.. scores.Select(s => s.PValue)], holm = MultipleTesting.Holm(p), bh = MultipleTesting.BenjaminiHochberg(p);
        return [.. scores.Select((s, i) => s with { Holm = holm[i], BenjaminiHochberg = bh[i] })];
    }
}
