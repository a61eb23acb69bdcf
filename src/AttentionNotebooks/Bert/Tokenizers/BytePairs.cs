namespace AttentionNotebooks;

/// <summary>Byte pair encoding: pieces that stand side by side are merged, the pair that was learnt first before all others.</summary>
/// <remarks>Sennrich et al. (2016), "Neural Machine Translation of Rare Words with Subword Units".</remarks>
internal sealed class BytePairs
{
    private const int MostRemembered = 1 << 16;

    private readonly Dictionary<(string, string), int> ranks;
    private readonly Dictionary<string, string[]> remembered = new(StringComparer.Ordinal);

    public BytePairs(IReadOnlyList<(string Left, string Right)> merges)
    {
        Merges = merges;
        ranks = new Dictionary<(string, string), int>(merges.Count);
        for (int i = 0; i < merges.Count; i++) ranks.TryAdd(merges[i], i);
    }

    /// <summary>The merges, first to be applied first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>One line of merges.txt.</summary>
    public static (string, string) Parse(string path, string place, string line)
    {
        string[] pair = line.Split(' ');
        return pair is [{ Length: > 0 }, { Length: > 0 }] ? (pair[0], pair[1])
            : throw new InputException(path, place, "is not two pieces with a space between", "Copy the merges of the checkpoint again");
    }

    /// <summary>The pieces of one part; they make it up when put together.</summary>
    public string[] Encode(string part)
    {
        lock (remembered)
        {
            if (remembered.TryGetValue(part, out var known)) return known;
        }
        var pieces = part.Select(c => c.ToString()).ToList();
        while (pieces.Count > 1)
        {
            int best = int.MaxValue;
            for (int i = 0; i + 1 < pieces.Count; i++)
            {
                if (ranks.TryGetValue((pieces[i], pieces[i + 1]), out int rank) && rank < best) best = rank;
            }
            if (best == int.MaxValue) break;
            var (left, right) = Merges[best];
            var merged = new List<string>(pieces.Count);
            for (int i = 0; i < pieces.Count; i++)
            {
                if (i + 1 < pieces.Count && pieces[i] == left && pieces[i + 1] == right) merged.Add(left + pieces[++i]);
                else merged.Add(pieces[i]);
            }
            pieces = merged;
        }
        string[] result = [.. pieces];
        lock (remembered)
        {
            if (remembered.Count < MostRemembered && part.Length < 100) remembered[part] = result;
        }
        return result;
    }
}
