namespace AttentionNotebooks;

/// <summary>How much of the trees every head's attention holds when directions are forgotten.</summary>
/// <param name="Grid">The model's heads.</param>
/// <param name="ByHead">Per head in the grid's order, how many of the trees' edges its spanning trees have.</param>
/// <param name="Chain">The same for tying every word to the next.</param>
/// <param name="Best">The head chosen on one half of the sentences and scored on the other, both ways.</param>
/// <param name="BestInterval">95 % of it over sentences.</param>
/// <param name="Chosen">The two heads that were chosen.</param>
public sealed record UndirectedScores(HeadGrid Grid, IReadOnlyList<Proportion> ByHead, Proportion Chain, Proportion Best,
    Interval BestInterval, IReadOnlyList<Head> Chosen);

/// <summary>
/// Undirected attachment: the spanning tree of most weight over a_ij + a_ji, the words' attention in both directions, and how
/// many edges of the dependency tree are in it (UUAS, as Hewitt and Manning 2019 score their probe). Punctuation is left out of
/// trees and edges.
/// </summary>
public sealed class UndirectedAttachment : IAttentionVisitor
{
    private readonly IReadOnlyList<TreebankSentence> _sentences;
    private readonly IReadOnlyList<int[]> _wordOf;
    private readonly HeadGrid _grid;
    private readonly int[] _start;
    private readonly HitTable _table;
    private readonly BitSet _edges, _chain;

    private UndirectedAttachment(HeadGrid grid, IReadOnlyList<TreebankSentence> sentences, IReadOnlyList<int[]> wordOf)
    {
        (_grid, _sentences, _wordOf) = (grid, sentences, wordOf);
        _start = new int[sentences.Count];
        for (int s = 1; s < _start.Length; s++) _start[s] = _start[s - 1] + sentences[s - 1].Words.Count;
        int[] unitOf = [.. sentences.SelectMany((s, i) => s.Words.Select(_ => i))];
        _table = new HitTable(grid.Count, unitOf, sentences.Count);
        (_edges, _chain) = (new BitSet(unitOf.Length), new BitSet(unitOf.Length));
        for (int s = 0; s < sentences.Count; s++)
        {
            int[] kept = Kept(sentences[s]);
            foreach (int w in kept)
            {
                if (Array.IndexOf(kept, sentences[s].Words[w].Head) is not (>= 0 and var head)) continue;
                _edges[_start[s] + w] = true;
                if (Math.Abs(head - Array.IndexOf(kept, w)) == 1) _chain[_start[s] + w] = true;
            }
        }
    }

    /// <summary>Scores every head.</summary>
    /// <param name="source">Attention over the sentences' texts.</param>
    /// <param name="sentences">One sentence per text of the source, in the source's order.</param>
    /// <param name="seed">Decides the halves and the draws of the interval.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">A sentence's words do not fit its text's tokens, or half of the sentences have no edge.</exception>
    /// <exception cref="ArgumentException">There are not as many sentences as texts.</exception>
    public static UndirectedScores Measure(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences, int seed = 0,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var visitor = new UndirectedAttachment(source.Grid, sentences, TreebankAttention.Align(source, sentences));
        source.Visit(visitor, progress: progress, cancellation: cancellation);
        return visitor.Result(seed);
    }

    /// <inheritdoc/>
    public void Visit(LayerMaps maps)
    {
        foreach (var ofText in maps.PerText())
        {
            int text = ofText.Index, words = _sentences[text].Words.Count;
            int[] kept = Kept(_sentences[text]);
            if (kept.Length < 2) continue;
            var weights = WordMaps.Of(ofText.Maps, _wordOf[text], words).Floats();   // [H, W, W]
            for (int h = 0; h < _grid.Heads; h++)
            {
                int head = h, at = h * words * words;
                var parent = SpanningTree(kept.Length, (i, j) =>
                    weights[at + kept[i] * words + kept[j]] + weights[at + kept[j] * words + kept[i]]);
                for (int i = 0; i < kept.Length; i++)
                {
                    int other = Array.IndexOf(kept, _sentences[text].Words[kept[i]].Head);
                    if (other >= 0 && (parent[i] == other || parent[other] == i))
                        _table[maps.Layer * _grid.Heads + head][_start[text] + kept[i]] = true;
                }
            }
        }
    }

    /// <summary>The spanning tree of most weight (Prim 1957), as each node's parent; −1 for node 0.</summary>
    internal static int[] SpanningTree(int nodes, Func<int, int, double> weight)
    {
        var parent = new int[nodes];
        var best = new double[nodes];
        var inside = new bool[nodes];
        Array.Fill(best, double.NegativeInfinity);
        parent[0] = -1;
        for (int added = 0, last = 0; added < nodes - 1; added++)
        {
            inside[last] = true;
            int next = -1;
            for (int j = 0; j < nodes; j++)
            {
                if (inside[j]) continue;
                if (weight(last, j) is var w && w > best[j]) (best[j], parent[j]) = (w, last);
                if (next < 0 || best[j] > best[next]) next = j;
            }
            last = next;
        }
        return parent;
    }

    private static int[] Kept(TreebankSentence sentence) =>
        [.. Enumerable.Range(0, sentence.Words.Count).Where(w => sentence.Words[w].Tag != "PUNCT")];

    private UndirectedScores Result(int seed)
    {
        int edges = _edges.Count();
        var fit = _table.CrossFit(_edges, _table.Half(seed))
            ?? throw new InputException("the treebank", null, "has too few edges for two halves",
                "Give more sentences of two words or more");
        double[][] counts = _table.PerUnit(_edges, fit.Hits);
        return new UndirectedScores(_grid, [.. Enumerable.Range(0, _grid.Count).Select(h => new Proportion(_table[h].Count(), edges))],
            new Proportion(_chain.Count(), edges),
            new Proportion(fit.Hits.Count(), edges), Bootstrap.Ratio(counts[0], counts[1], seed: seed),
                [_grid[fit.OnFirst], _grid[fit.OnSecond]]);
    }
}
