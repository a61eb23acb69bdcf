using AttentionNotebooks.Attention;
using AttentionNotebooks.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Functions;

/// <summary>Which way a head is read.</summary>
public enum Direction
{
    /// <summary>The dependent's row: which word does it look at most? Written <c>dep->head</c>.</summary>
    DependentToHead,

    /// <summary>The dependent's column: which word looks at it most? Written <c>head->dep</c>.</summary>
    HeadToDependent,
}

/// <summary>How well one attention head finds the syntactic heads of one relation's dependents.</summary>
/// <param name="Relation">The relation, e.g. <c>obj</c>.</param>
/// <param name="Head">The attention head.</param>
/// <param name="Direction">Which way it was read.</param>
/// <param name="Accuracy">How often its strongest word was the syntactic head.</param>
/// <param name="Baseline">The same for always pointing <paramref name="Offset"/> words away, the best of all fixed offsets.</param>
/// <param name="Offset">The baseline's offset: +1 is the next word.</param>
public sealed record RelationScore(string Relation, Head Head, Direction Direction, Proportion Accuracy, Proportion Baseline, int Offset);

/// <summary>
/// Do heads know syntax? Clark et al. 2019, §4.2: over word-level maps without special tokens and without the diagonal,
/// does the strongest word of a dependent's row (or column) turn out to be its syntactic head? The best fixed offset,
/// chosen on the same words, is the baseline: a head that always looks at the next word "finds" most determiners' nouns.
/// </summary>
public sealed class DependencyRelations : IAttentionVisitor
{
    private static readonly Scalar None = double.NegativeInfinity.ToScalar();
    private readonly HeadGrid _grid;
    private readonly IReadOnlyList<TreebankSentence> _sentences;
    private readonly IReadOnlyList<int[]> _wordOf;
    private readonly string[] _relations;
    private readonly int[][] _relationOf;       // [sentence][word]: number of its relation, −1 for the root
    private readonly int[,,] _correct;          // [relation, direction, head position]

    private DependencyRelations(HeadGrid grid, IReadOnlyList<TreebankSentence> sentences, IReadOnlyList<int[]> wordOf)
    {
        _grid = grid;
        _sentences = sentences;
        _wordOf = wordOf;
        _relations = [.. sentences.SelectMany(s => s.Words).Where(w => w.Head >= 0).Select(w => w.Relation).Distinct().Order(StringComparer.Ordinal)];
        var number = _relations.Select((r, i) => (r, i)).ToDictionary(p => p.r, p => p.i);
        _relationOf = [.. sentences.Select(s => s.Words.Select(w => w.Head < 0 ? -1 : number[w.Relation]).ToArray())];
        _correct = new int[_relations.Length, 2, grid.Count];
    }

    /// <summary>Scores every relation, head and direction.</summary>
    /// <param name="source">Attention over the sentences' texts.</param>
    /// <param name="sentences">One sentence per text of the source, in the source's order.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>A score for each relation (in alphabetical order), head and direction.</returns>
    /// <exception cref="InputException">A sentence's words do not fit its text's tokens.</exception>
    /// <exception cref="ArgumentException">There are not as many sentences as texts.</exception>
    public static IReadOnlyList<RelationScore> Score(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (sentences.Count != source.Texts.Count) throw new ArgumentException($"{sentences.Count} sentences for {source.Texts.Count} texts", nameof(sentences));
        var wordOf = sentences.Select((s, i) => Align(source.Texts[i], s)).ToArray();
        var scores = new DependencyRelations(source.Grid, sentences, wordOf);
        source.Visit(scores, progress: progress, cancellation: cancellation);
        return scores.Result();
    }

    /// <inheritdoc/>
    public void Visit(TextBatch batch, int layer, Tensor probabilities)
    {
        for (int b = 0; b < batch.Count; b++)
        {
            int text = batch.Indices[b], length = batch.Texts[b].Length, words = _sentences[text].Words.Count;
            if (words < 2) continue;
            using var scope = NewDisposeScope();
            var maps = WordMaps.Of(probabilities[b, .., ..length, ..length], _wordOf[text], words);       // [H, W, W]
            var open = maps.masked_fill(eye(words, dtype: ScalarType.Bool, device: maps.device), None);                   // no word points at itself
            Count(text, layer, Direction.DependentToHead, open.argmax(-1));
            Count(text, layer, Direction.HeadToDependent, open.argmax(-2));
        }
    }

    private void Count(int text, int layer, Direction direction, Tensor strongest)
    {
        var pointed = strongest.cpu().contiguous().data<long>();                                            // [H, W]
        var words = _sentences[text].Words;
        for (int h = 0; h < _grid.Heads; h++)
            for (int w = 0; w < words.Count; w++)
                if (words[w].Head >= 0 && pointed[h * words.Count + w] == words[w].Head)
                    _correct[_relationOf[text][w], (int)direction, layer * _grid.Heads + h]++;
    }

    private List<RelationScore> Result()
    {
        var scores = new List<RelationScore>();
        for (int r = 0; r < _relations.Length; r++)
        {
            int[] offsets = [.. _sentences.SelectMany(s => s.Words.Select((w, i) => (Word: w, Offset: w.Head - i))).Where(x => x.Word.Head >= 0 && x.Word.Relation == _relations[r]).Select(x => x.Offset)];
            var best = offsets.GroupBy(o => o).OrderByDescending(g => g.Count()).ThenBy(g => Math.Abs(g.Key)).ThenBy(g => g.Key).First();
            foreach (var direction in Enum.GetValues<Direction>())
                for (int h = 0; h < _grid.Count; h++)
                    scores.Add(new RelationScore(_relations[r], _grid[h], direction, new Proportion(_correct[r, (int)direction, h], offsets.Length), new Proportion(best.Count(), offsets.Length), best.Key));
        }
        return scores;
    }

    private static int[] Align(AttentionText text, TreebankSentence sentence)
    {
        // A source that has cut the words itself knows best; pieces of a byte-level vocabulary do not spell their words.
        if (text.Words is not null && text.Words.Where(w => w >= 0).Distinct().Count() == sentence.Words.Count) return [.. text.Words];
        if (text.Tokens is null) throw new InputException($"text {text.Id}", null, "has no tokens, so its words cannot be found", "Give the tokens of the saved maps (--tokens)");
        return WordAlignment.Of(text.Tokens, [.. sentence.Words.Select(w => w.Form)])
            ?? throw new InputException($"sentence {sentence.Id}", null, $"has words that do not fit the tokens of text {text.Id}: {string.Join(' ', text.Tokens.Take(12))} …",
                "Give the treebank of the same texts; sentences that are longer than the model's positions must be left out");
    }
}
