namespace AttentionNotebooks;

/// <summary>
/// Cliff's δ of a group against the others over draws of both: the same draws as <see cref="Bootstrap.Compare"/> takes, and the same
/// figures, in one pass over the sorted heads for each draw.
/// </summary>
internal sealed class DeltaDraws
{
    private readonly int[][] _drawn; // [draws][heads]: how often the head was drawn
    private readonly bool[] _own;
    private readonly int _count;

    /// <summary>Draws the heads of a group, then the others.</summary>
    /// <param name="own">Per head, whether it belongs to the group.</param>
    /// <param name="draws">How often.</param>
    /// <param name="seed">Decides the draws.</param>
    public DeltaDraws(bool[] own, int draws, int seed)
    {
        int[] group = [.. Enumerable.Range(0, own.Length).Where(i => own[i])],
            others = [.. Enumerable.Range(0, own.Length).Where(i => !own[i])];
        (_own, _count) = (own, group.Length);
        var random = new Random(seed);
        _drawn = [.. Enumerable.Range(0, draws).Select(_ =>
        {
            var times = new int[own.Length];
            foreach (int i in Bootstrap.Draw(group.Length, random)) times[group[i]]++;
            foreach (int i in Bootstrap.Draw(others.Length, random)) times[others[i]]++;
            return times;
        })];
    }

    /// <summary>δ with its 95 % interval.</summary>
    /// <param name="values">Per head, its value.</param>
    public Interval Of(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        bool[] tied = [.. order.Select((head, i) => i > 0 && values[head] == values[order[i - 1]])];
        return Interval.OfDraws(Delta(order, tied, [.. Enumerable.Repeat(1, values.Length)]), _drawn.Select(d => Delta(order, tied, d)));
    }

    private double Delta(int[] order, bool[] tied, int[] times)
    {
        // Twice the wins of the group, a tie being half a win: of each run of ties, own × (2 · others below + others equal).
        long wins = 0, below = 0, own = 0, equal = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (!tied[i])
            {
                wins += own * (2 * below + equal);
                below += equal;
                (own, equal) = (0, 0);
            }
            int head = order[i];
            if (_own[head]) own += times[head];
            else equal += times[head];
        }
        wins += own * (2 * below + equal);
        double pairs = (double)_count * (order.Length - _count);
        return (wins - pairs) / pairs;
    }
}
