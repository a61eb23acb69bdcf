namespace AttentionNotebooks;

/// <summary>A rule that knows parts of speech and no grammar: the nearest word of one part of speech on one side.</summary>
/// <param name="Tag">The part of speech, such as <c>VERB</c>.</param>
/// <param name="Side">−1 to the left, +1 to the right.</param>
public readonly record struct PartOfSpeechRule(string Tag, int Side)
{
    /// <summary>The rule in short: <c>VERB left</c>.</summary>
    public override string ToString() => $"{Tag} {(Side < 0 ? "left" : "right")}";
}

/// <summary>
/// What the nearest word of a part of speech finds: "the nearest verb to the left". A head that has learnt parts of speech and looks
/// near can do as much without knowing trees. In a treebank without tags all words have the same, and the rule is the neighbour.
/// </summary>
internal sealed class PartOfSpeechBaseline
{
    private readonly DependencyHits _hits;
    private readonly PartOfSpeechRule[] _rules;
    private readonly int[][] _nearest; // [rule][word]: how far the nearest such word is away; 0 where there is none

    public PartOfSpeechBaseline(DependencyHits hits)
    {
        _hits = hits;
        _rules = [.. hits.Words.Select(w => w.Tag).Distinct().Order(StringComparer.Ordinal)
            .SelectMany(tag => new[] { new PartOfSpeechRule(tag, -1), new PartOfSpeechRule(tag, 1) })];
        _nearest = [.. _rules.Select(Nearest)];
    }

    /// <summary>The rule that finds most heads among some words; of those as good, the first by tag, and of these the left.</summary>
    public PartOfSpeechRule Best(BitSet words)
    {
        int[] asked = [.. Enumerable.Range(0, _hits.Words.Length).Where(i => words[i])];
        return _rules[Enumerable.Range(0, _rules.Length).MaxBy(r => asked.Count(i => Finds(r, i)))];
    }

    /// <summary>The words among some whose head a rule finds.</summary>
    public BitSet Hits(BitSet words, PartOfSpeechRule rule)
    {
        int r = Array.IndexOf(_rules, rule);
        return BitSet.Where(_hits.Words.Length, i => words[i] && Finds(r, i));
    }

    // A root has offset 0, which is no word's distance.
    private bool Finds(int rule, int word) => _nearest[rule][word] != 0 && _nearest[rule][word] == _hits.Offsets[word];

    private int[] Nearest(PartOfSpeechRule rule)
    {
        var nearest = new int[_hits.Words.Length];
        int start = 0;
        foreach (var sentence in _hits.Sentences)
        {
            int words = sentence.Words.Count, last = -1;
            for (int step = 0; step < words; step++)
            {
                int at = rule.Side < 0 ? step : words - 1 - step;
                if (last >= 0) nearest[start + at] = last - at;
                if (sentence.Words[at].Tag == rule.Tag) last = at;
            }
            start += words;
        }
        return nearest;
    }
}
