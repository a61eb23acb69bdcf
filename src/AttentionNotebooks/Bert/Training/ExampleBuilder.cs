namespace AttentionNotebooks.Bert.Training;

/// <summary>
/// Cuts documents into examples: a part of them single sentences, the rest runs of consecutive sentences up to a
/// length limit, half of those as a pair of segments. Long examples are mixed in from the start, so that every
/// position is learnt.
/// </summary>
internal sealed class ExampleBuilder(WordPieceTokenizer tokenizer, int positions)
{
    private const double SingleSentence = 0.3, PairOfSegments = 0.5, QuarterLength = 0.25, HalfLength = 0.65;

    /// <summary>All examples of the documents, in their order; other choices for another <paramref name="random"/>.</summary>
    public IEnumerable<Example> Build(IEnumerable<int[][]> documents, Random random)
    {
        foreach (var document in documents)
        {
            for (int at = 0; at < document.Length;)
            {
                int limit = Limit(random), room = limit - 3, taken = 1, length = document[at].Length;
                if (random.NextDouble() >= SingleSentence)
                {
                    while (at + taken < document.Length && length + document[at + taken].Length <= room) length += document[at + taken++].Length;
                }
                bool pair = taken > 1 && random.NextDouble() < PairOfSegments;
                int cut = pair ? 1 + random.Next(taken - 1) : taken;
                yield return Join(document, at, cut, taken, limit);
                at += taken;
            }
        }
    }

    // A quarter of the positions for 1 in 4 examples, all of them for 1 in 10, half for the rest.
    private int Limit(Random random)
    {
        double which = random.NextDouble();
        return Math.Max(8, which < QuarterLength ? positions / 4 : which < QuarterLength + HalfLength ? positions / 2 : positions);
    }

    private Example Join(int[][] document, int at, int cut, int taken, int limit)
    {
        int reserved = cut < taken ? 3 : 2;
        var ids = new List<int>(limit) { tokenizer.ClsId };
        foreach (var sentence in document.AsSpan(at, cut)) ids.AddRange(sentence.Take(limit - reserved + 1 - ids.Count)); // a longer sentence is cut
        ids.Add(tokenizer.SepId);
        int first = ids.Count;
        if (cut < taken)
        {
            foreach (var sentence in document.AsSpan(at + cut, taken - cut)) ids.AddRange(sentence);
            ids.Add(tokenizer.SepId);
        }
        return new Example([.. ids], first);
    }
}
