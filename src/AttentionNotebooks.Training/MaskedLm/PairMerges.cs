namespace AttentionNotebooks.Training;

/// <summary>The words of a corpus as rows of pieces, with the counts of all neighbouring pairs kept up to date while pairs are
/// merged.</summary>
internal sealed class PairMerges
{
    private readonly List<string> pieces;
    private readonly List<(int[] Parts, long Count)> words = [];
    private readonly Dictionary<(int Left, int Right), long> counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> places = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, string Left, string Right)> queue = new(new MostFrequentFirst());
    private bool queued;

    /// <summary>Starts with the single characters; each merge appends its piece to the list.</summary>
    public PairMerges(List<string> pieces) => this.pieces = pieces;

    /// <summary>Adds a word that occurs <paramref name="count"/> times.</summary>
    public void AddWord(int[] parts, long count)
    {
        words.Add((parts, count));
        for (int i = 0; i + 1 < parts.Length; i++) Count((parts[i], parts[i + 1]), count, words.Count - 1);
    }

    /// <summary>Merges the most frequent pair everywhere.</summary>
    /// <returns>False when no pair occurs twice any more.</returns>
    public bool MergeNext()
    {
        if (!queued)
        {
            foreach (var pair in counts.Keys) Enqueue(pair);
            queued = true;
        }
        while (queue.TryDequeue(out var pair, out var priority))
        {
            long now = counts.GetValueOrDefault(pair);
            if (now < 2) continue;
            if (now != priority.Count) // merged elsewhere since it was queued
            {
                Enqueue(pair);
                continue;
            }
            Merge(pair);
            return true;
        }
        return false;
    }

    private void Merge((int Left, int Right) pair)
    {
        int merged = pieces.Count;
        pieces.Add(pieces[pair.Left] + pieces[pair.Right][2..]); // the right one always begins with ##
        var touched = new HashSet<(int, int)>();
        foreach (int at in places[pair].Order())
        {
            var (parts, count) = words[at];
            for (int i = 0; i + 1 < parts.Length; i++) Count((parts[i], parts[i + 1]), -count, null);
            var result = new List<int>(parts.Length);
            for (int i = 0; i < parts.Length; i++)
            {
                bool both = i + 1 < parts.Length && parts[i] == pair.Left && parts[i + 1] == pair.Right;
                result.Add(both ? merged : parts[i]);
                if (both) i++;
            }
            words[at] = ([.. result], count);
            for (int i = 0; i + 1 < result.Count; i++)
            {
                Count((result[i], result[i + 1]), count, at);
                if (result[i] == merged || result[i + 1] == merged) touched.Add((result[i], result[i + 1]));
            }
        }
        counts.Remove(pair);
        places.Remove(pair);
        foreach (var next in touched) Enqueue(next);
    }

    private void Count((int, int) pair, long change, int? word)
    {
        counts[pair] = counts.GetValueOrDefault(pair) + change;
        if (word is null) return;
        if (!places.TryGetValue(pair, out var at)) places[pair] = at = [];
        at.Add(word.Value);
    }

    private void Enqueue((int Left, int Right) pair) => queue.Enqueue(pair, (counts[pair], pieces[pair.Left], pieces[pair.Right]));

    private sealed class MostFrequentFirst : IComparer<(long Count, string Left, string Right)>
    {
        public int Compare((long Count, string Left, string Right) x, (long Count, string Left, string Right) y)
        {
            int order = y.Count.CompareTo(x.Count);
            if (order == 0) order = string.CompareOrdinal(x.Left, y.Left);
            return order != 0 ? order : string.CompareOrdinal(x.Right, y.Right);
        }
    }
}
