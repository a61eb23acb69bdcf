namespace AttentionNotebooks;

/// <summary>
/// Which items (words, mentions) each of many candidates (a head read one way, an offset) gets right. Items belong to units
/// (sentences, documents), and a choice among the candidates is tested on units that it was not made on.
/// </summary>
internal sealed class HitTable
{
    private readonly BitSet[] _hits;
    private readonly int[] _unitOf;

    /// <summary>An empty table.</summary>
    /// <param name="candidates">How many candidates.</param>
    /// <param name="unitOf">Per item, its unit, from 0; items of a unit stand together.</param>
    /// <param name="units">How many units.</param>
    public HitTable(int candidates, int[] unitOf, int units)
    {
        (_unitOf, Units) = (unitOf, units);
        _hits = [.. Enumerable.Range(0, candidates).Select(_ => new BitSet(unitOf.Length))];
    }

    /// <summary>How many items.</summary>
    public int Items => _unitOf.Length;

    /// <summary>How many units.</summary>
    public int Units { get; }

    /// <summary>How many candidates.</summary>
    public int Candidates => _hits.Length;

    /// <summary>The items that a candidate gets right.</summary>
    public BitSet this[int candidate] => _hits[candidate];

    /// <summary>The items of half of the units, dealt by a seed.</summary>
    public BitSet Half(int seed)
    {
        int[] order = [.. Enumerable.Range(0, Units)];
        new Random(seed).Shuffle(order);
        bool[] first = new bool[Units];
        foreach (int unit in order.Take(Units / 2)) first[unit] = true;
        return BitSet.Where(Items, i => first[_unitOf[i]]);
    }

    /// <summary>The candidate that gets most of some items right; of those as good, the first.</summary>
    public int Best(BitSet among)
    {
        int best = 0, most = -1;
        for (int c = 0; c < _hits.Length; c++)
            if (_hits[c].CountAnd(among) is var hits && hits > most) (best, most) = (c, hits);
        return best;
    }

    /// <summary>
    /// Cross-fitting: the best candidate of either half of the units is scored on the other half.
    /// </summary>
    /// <param name="items">The items that count.</param>
    /// <param name="half">The items of the first half, as <see cref="Half"/> gives them.</param>
    /// <returns>
    /// The best candidate on the first and on the second half, and the items that the one chosen without them gets right;
    /// <see langword="null"/> where a half has none of the items.
    /// </returns>
    public (int OnFirst, int OnSecond, BitSet Hits)? CrossFit(BitSet items, BitSet half)
    {
        BitSet first = items.And(half), second = items.Without(half);
        if (first.Count() == 0 || second.Count() == 0) return null;
        int onFirst = Best(first), onSecond = Best(second);
        return (onFirst, onSecond, _hits[onFirst].And(second).Or(_hits[onSecond].And(first)));
    }

    /// <summary>How many items of a set there are in each unit that has items that count.</summary>
    /// <param name="items">The items that count.</param>
    /// <returns>Per set and unit, its items; last, the items that count.</returns>
    public double[][] PerUnit(BitSet items, params BitSet[] sets)
    {
        var counts = Enumerable.Range(0, sets.Length + 1).Select(_ => new List<double>()).ToArray();
        int unit = -1;
        for (int i = 0; i < Items; i++)
        {
            if (!items[i]) continue;
            if (_unitOf[i] != unit)
            {
                unit = _unitOf[i];
                foreach (var c in counts) c.Add(0);
            }
            for (int s = 0; s < sets.Length; s++)
                if (sets[s][i]) counts[s][^1]++;
            counts[^1][^1]++;
        }
        return [.. counts.Select(c => c.ToArray())];
    }
}
