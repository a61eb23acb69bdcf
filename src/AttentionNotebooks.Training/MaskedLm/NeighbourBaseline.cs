namespace AttentionNotebooks.Training;

/// <summary>
/// Guessers that know how often word pieces, and pairs of neighbouring pieces, occur in the training texts and nothing
/// else: what a model must beat to have learnt anything about sentences.
/// </summary>
/// <remarks>Pairs fall back on single pieces after Witten and Bell (1991): P(w | v) = (c(v, w) + u(v)·P(w)) / (c(v) + u(v)),
/// u(v) being how many different pieces followed v.</remarks>
internal sealed class NeighbourBaseline
{
    private readonly double[] unigram;                                // [V]
    private readonly Dictionary<int, int>[] followers, predecessors;  // [V]: how often each piece stands after, before
    private readonly int firstWord;

    /// <summary>Counts.</summary>
    /// <param name="documents">Document, sentence, id.</param>
    /// <param name="vocabulary">Entries of the vocabulary, V.</param>
    /// <param name="firstWord">Ids below it are special tokens, which no one needs to guess and no one can infer from.</param>
    public NeighbourBaseline(IEnumerable<int[][]> documents, int vocabulary, int firstWord)
    {
        this.firstWord = firstWord;
        var counts = new long[vocabulary];
        followers = [.. Enumerable.Range(0, vocabulary).Select(_ => new Dictionary<int, int>())];
        predecessors = [.. Enumerable.Range(0, vocabulary).Select(_ => new Dictionary<int, int>())];
        foreach (var document in documents)
        {
            int before = -1; // sentences of a document stand one behind the other in the model's input
            foreach (int id in document.SelectMany(s => s))
            {
                counts[id]++;
                if (before >= 0)
                {
                    followers[before][id] = followers[before].GetValueOrDefault(id) + 1;
                    predecessors[id][before] = predecessors[id].GetValueOrDefault(before) + 1;
                }
                before = id;
            }
        }
        double total = counts.Sum() + counts.Length; // one added to each
        unigram = [.. counts.Select(c => (c + 1) / total)];
    }

    /// <summary>The probability of every piece from its frequency alone, <c>[V]</c>.</summary>
    public double[] Unigram() => [.. unigram];

    /// <summary>The probability of every piece given the one before it, <c>[V]</c>.</summary>
    /// <param name="left">The piece before; a special token says nothing.</param>
    public double[] Bigram(int left) => Conditional(followers, left);

    /// <summary>The probability of every piece given both neighbours, P(w | v, x) ∝ P(w | v)·P(w | x) / P(w), <c>[V]</c>.</summary>
    /// <param name="left">The piece before; a special token says nothing.</param>
    /// <param name="right">The piece behind; a special token says nothing.</param>
    public double[] BothNeighbours(int left, int right)
    {
        var (before, behind) = (Conditional(followers, left), Conditional(predecessors, right));
        for (int w = 0; w < before.Length; w++) before[w] *= behind[w] / unigram[w];
        double sum = before.Sum();
        for (int w = 0; w < before.Length; w++) before[w] /= sum;
        return before;
    }

    private double[] Conditional(Dictionary<int, int>[] table, int given)
    {
        if (given < firstWord) return Unigram();
        var seen = table[given];
        double total = seen.Values.Sum() + seen.Count;
        if (total == 0) return Unigram();
        var result = new double[unigram.Length];
        double rest = seen.Count / total;
        for (int w = 0; w < result.Length; w++) result[w] = rest * unigram[w];
        foreach (var (w, count) in seen) result[w] += count / total;
        return result;
    }
}
