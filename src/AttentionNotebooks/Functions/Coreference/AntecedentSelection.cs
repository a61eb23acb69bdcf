namespace AttentionNotebooks;

/// <summary>Which words of a candidate the attention from a mention is looked up at.</summary>
public enum CandidateWords
{
    /// <summary>Its head word; how this kit reads Clark et al. 2019, who do not say it where this kit could read them.</summary>
    Head,

    /// <summary>The mean over all its words.</summary>
    Mean,
}

/// <summary>
/// Do heads know who is meant? The task of Clark et al. 2019, Table 2 (antecedent selection); the procedure is this kit's reading of it: of
/// the mentions before an anaphor, the one is chosen whose head word gets most
/// attention from the anaphor's head word (word-level maps as for syntax); right, if it is of the same entity.
/// </summary>
public sealed class AntecedentSelection : IAttentionVisitor
{
    private readonly HeadGrid _grid;
    private readonly IReadOnlyList<CoreferenceDocument> _documents;
    private readonly IReadOnlyList<int[]> _wordOf;
    private readonly CandidateWords _words;
    private readonly (Mention Anaphor, Mention[] Candidates)[][] _asked;   // [document]
    private readonly int[] _start;                                         // [document]: number of its first anaphor
    private readonly HitTable _table;

    private AntecedentSelection(IAttentionSource source, IReadOnlyList<CoreferenceDocument> documents, CandidateWords words)
    {
        (_grid, _documents, _words) = (source.Grid, documents, words);
        _wordOf = [.. documents.Select((d, i) => Align(source.Texts[i], d))];
        _asked = [.. documents.Select(d => d.Anaphors.Select(a => (a, d.Before(a).ToArray())).ToArray())];
        _start = new int[documents.Count];
        for (int d = 1; d < _start.Length; d++) _start[d] = _start[d - 1] + _asked[d - 1].Length;
        _table = new HitTable(_grid.Count, [.. _asked.SelectMany((a, d) => a.Select(_ => d))], documents.Count);
    }

    /// <summary>Scores every head.</summary>
    /// <param name="source">Attention over the documents' texts.</param>
    /// <param name="documents">One document per text of the source, in the source's order.</param>
    /// <param name="words">Where a candidate's attention is looked up.</param>
    /// <param name="seed">Decides the halves of documents and the draws of intervals.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Scores over all anaphors, then over those of each type that occurs.</returns>
    /// <exception cref="InputException">A document's words do not fit its text's tokens, or no mention has an antecedent.</exception>
    /// <exception cref="ArgumentException">There are not as many documents as texts.</exception>
    public static IReadOnlyList<AntecedentScores> Measure(IAttentionSource source, IReadOnlyList<CoreferenceDocument> documents,
        CandidateWords words = CandidateWords.Head, int seed = 0,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (documents.Count != source.Texts.Count)
            throw new ArgumentException($"{documents.Count} documents for {source.Texts.Count} texts", nameof(documents));
        var visitor = new AntecedentSelection(source, documents, words);
        if (visitor._table.Items == 0)
            throw new InputException("the documents", null, "have no mention with an antecedent",
                "Give documents in which an entity is mentioned twice");
        source.Visit(visitor, progress: progress, cancellation: cancellation);
        return visitor.Result(seed);
    }

    /// <inheritdoc/>
    public void Visit(LayerMaps maps)
    {
        foreach (var text in maps.PerText())
        {
            int d = text.Index, words = _documents[d].Words.Count;
            if (_asked[d].Length == 0) continue;
            var weights = WordMaps.Of(text.Maps, _wordOf[d], words).Floats();   // [H, W, W]
            for (int h = 0; h < _grid.Heads; h++)
                for (int a = 0; a < _asked[d].Length; a++)
                {
                    var (anaphor, candidates) = _asked[d][a];
                    int row = (h * words + anaphor.Head) * words;
                    double Attention(Mention c) => _words == CandidateWords.Head ? weights[row + c.Head]
                        : Enumerable.Range(c.First, c.Last - c.First + 1).Average(w => (double)weights[row + w]);
                    // The last of equals: without a preference the nearest is meant.
                    if (candidates.Reverse().MaxBy(Attention)!.Entity == anaphor.Entity)
                        _table[maps.Layer * _grid.Heads + h][_start[d] + a] = true;
                }
        }
    }

    private IReadOnlyList<AntecedentScores> Result(int seed)
    {
        var asked = _asked.SelectMany((of, d) => of.Select(a => (Document: _documents[d], a.Anaphor, a.Candidates))).ToArray();
        BitSet Hits(Func<(CoreferenceDocument Document, Mention Anaphor, Mention[] Candidates), Mention> choose) =>
            BitSet.Where(asked.Length, i => choose(asked[i]).Entity == asked[i].Anaphor.Entity);
        string HeadWord((CoreferenceDocument Document, Mention, Mention[]) of, Mention m) => of.Document.Words[m.Head].ToLowerInvariant();
        static Mention NearestOf(IEnumerable<Mention> candidates) => candidates.MaxBy(c => (c.Head, c.First))!;
        BitSet all = BitSet.Where(asked.Length, _ => true), nearest = Hits(a => NearestOf(a.Candidates)),
            match = Hits(a => NearestOf(a.Candidates.Where(c => HeadWord(a, c) == HeadWord(a, a.Anaphor)) is var same && same.Any() ? same
                : a.Candidates));
        // One head for all types, as in the paper; the types show what it is good at.
        var fit = _table.CrossFit(all, _table.Half(seed));

        AntecedentScores Score(string name, BitSet items)
        {
            int count = items.Count();
            Proportion Of(BitSet hits) => new(hits.CountAnd(items), count);
            double chance = asked.Where((_, i) => items[i])
                .Average(a => a.Candidates.Count(c => c.Entity == a.Anaphor.Entity) / (double)a.Candidates.Length);
            var scores = new AntecedentScores(name, _grid, [.. Enumerable.Range(0, _grid.Count).Select(h => Of(_table[h]))],
                _grid[_table.Best(items)], Of(nearest), Of(match), chance);
            if (fit is not { } chosen) return scores;
            double[][] counts = _table.PerUnit(items, chosen.Hits);
            return scores with
            {
                HeldOut = Of(chosen.Hits),
                Choices = [_grid[chosen.OnFirst], _grid[chosen.OnSecond]],
                HeldOutInterval = Bootstrap.Ratio(counts[0], counts[1], seed: seed),
                PValue = McNemar.PValue(chosen.Hits.CountAndNot(items, match), match.CountAndNot(items, chosen.Hits)),
            };
        }
        return [Score("all", all), .. Enum.GetValues<MentionType>()
            .Select(t => (Name: $"{t}".ToLowerInvariant(), Items: BitSet.Where(asked.Length, i => asked[i].Anaphor.Type == t)))
            .Where(t => t.Items.Count() > 0).Select(t => Score(t.Name, t.Items))];
    }

    private static int[] Align(AttentionText text, CoreferenceDocument document)
    {
        if (text.Words is not null && text.Words.Where(w => w >= 0).Distinct().Count() == document.Words.Count) return [.. text.Words];
        if (text.Tokens is null)
            throw new InputException($"text {text.Id}", null, "has no tokens, so its words cannot be found",
                "Give the tokens of the saved maps (--tokens)");
        return WordAlignment.Of(text.Tokens, document.Words, text.Roles)
            ?? throw new InputException($"document {document.Id}", null, $"has words that do not fit the tokens of text {text.Id}",
                "Give the documents of the same texts, cut where they were cut");
    }
}
