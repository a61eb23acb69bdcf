namespace AttentionNotebooks.Training;

/// <summary>
/// Cuts documents into examples: a part of them single sentences, the rest runs of consecutive sentences up to a
/// length limit, half of those as a pair of segments. Of the pairs, half keep their second segment and half get one
/// from another document; the sentences they lose come back in another pass. Long examples are mixed in from the
/// start, so that every position is learnt, unless only short ones are wanted.
/// </summary>
/// <remarks>Pairs after Devlin et al. (2019), section 3.1, task 2.</remarks>
internal sealed class ExampleBuilder(WordPieceTokenizer tokenizer, int positions, bool shortOnly = false)
{
    private const double SingleSentence = 0.3, PairOfSegments = 0.5, FromElsewhere = 0.5, QuarterLength = 0.25, HalfLength = 0.65;
    private const int Attempts = 8;

    /// <summary>The most tokens of a short example.</summary>
    public static int ShortLimit(int positions) => Math.Max(8, positions / 4);

    /// <summary>All examples of the documents, in their order; other choices for another <paramref name="random"/>.</summary>
    public IEnumerable<Example> Build(IReadOnlyList<int[][]> documents, Random random)
    {
        foreach (var document in documents)
        {
            for (int at = 0; at < document.Length;)
            {
                int limit = Limit(random), room = limit - 3, taken = 1, length = document[at].Length;
                if (random.NextDouble() >= SingleSentence)
                {
                    while (at + taken < document.Length && length + document[at + taken].Length <= room)
                        length += document[at + taken++].Length;
                }
                if (taken == 1 || random.NextDouble() >= PairOfSegments)
                    yield return Join(document.AsSpan(at, taken), [], PairLabel.None, limit);
                else
                {
                    int cut = 1 + random.Next(taken - 1);
                    int[][] own = document[(at + cut)..(at + taken)], other = random.NextDouble() < FromElsewhere
                        ? Elsewhere(documents, document, own.Sum(s => s.Length), random) : [];
                    yield return Join(document.AsSpan(at, cut), other.Length > 0 ? other : own, other.Length > 0 ? PairLabel.FromElsewhere
                        : PairLabel.Follows, limit);
                }
                at += taken;
            }
        }
    }

    // Whole sentences, since a cut one would give itself away, from a random place of another document; none where nothing that short is
    // found.
    private static int[][] Elsewhere(IReadOnlyList<int[][]> documents, int[][] own, int room, Random random)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            var other = documents[random.Next(documents.Count)];
            if (other == own || other.Length == 0) continue;
            int from = random.Next(other.Length), to = from, length = 0;
            while (to < other.Length && length + other[to].Length <= room) length += other[to++].Length;
            if (to > from) return other[from..to];
        }
        return [];
    }

    // A quarter of the positions for 1 in 4 examples, all of them for 1 in 10, half for the rest.
    private int Limit(Random random)
    {
        double which = shortOnly ? 0 : random.NextDouble();
        return which < QuarterLength ? ShortLimit(positions) : Math.Max(8, which < QuarterLength + HalfLength ? positions / 2 : positions);
    }

    private Example Join(ReadOnlySpan<int[]> first, int[][] second, PairLabel label, int limit)
    {
        int reserved = second.Length > 0 ? 3 : 2;
        var ids = new List<int>(limit) { tokenizer.ClsId };
        foreach (var sentence in first) ids.AddRange(sentence.Take(limit - reserved + 1 - ids.Count)); // a longer sentence is cut
        ids.Add(tokenizer.SepId);
        int firstLength = ids.Count;
        if (second.Length > 0)
        {
            foreach (var sentence in second) ids.AddRange(sentence);
            ids.Add(tokenizer.SepId);
        }
        return new Example([.. ids], firstLength, label);
    }
}
