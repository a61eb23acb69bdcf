using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Which words' syntactic heads every attention head finds: over word-level maps without special tokens and without the
/// diagonal, is the strongest word of a dependent's row (or column) its syntactic head? Clark et al. 2019, §4.2. A bit per
/// word, head and direction: 36 bytes a word for 144 heads, whatever the length of the sentences.
/// </summary>
/// <example><code>
/// var treebank = ConllU.Read(Kit.DataPath("treebank/demo.conllu")).Take(50);
/// var (source, trees, _) = TreebankAttention.Of(Kit.Model(), treebank);
/// var hits = DependencyHits.Measure(source, trees);
/// hits.Attachment(new Head(0, 1), Direction.DependentToHead).Value   // share of words, from 0 to 1
/// </code></example>
public sealed class DependencyHits : IAttentionVisitor
{
    private static readonly Scalar None = double.NegativeInfinity.ToScalar();
    private readonly IReadOnlyList<int[]> _wordOf;
    private readonly int[] _start;              // [sentence]: the number of its first word
    private readonly bool _possessiveClitic;

    private DependencyHits(HeadGrid grid, IReadOnlyList<TreebankSentence> sentences, IReadOnlyList<int[]> wordOf, bool possessiveClitic)
    {
        (Grid, Sentences, _wordOf, _possessiveClitic) = (grid, sentences, wordOf, possessiveClitic);
        Words = [.. sentences.SelectMany(s => s.Words)];
        _start = new int[sentences.Count];
        for (int s = 1; s < _start.Length; s++) _start[s] = _start[s - 1] + sentences[s - 1].Words.Count;
        Table = new HitTable(2 * grid.Count, [.. sentences.SelectMany((s, i) => s.Words.Select(_ => i))], sentences.Count);
        Offsets = [.. sentences.SelectMany(s => s.Words.Select((w, i) => w.Head < 0 ? 0 : w.Head - i))];
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>The sentences.</summary>
    public IReadOnlyList<TreebankSentence> Sentences { get; }

    /// <summary>The words of all sentences, one after the other.</summary>
    internal TreebankWord[] Words { get; }

    /// <summary>Per word, how far its head is away: +1 is the next word; 0 for roots.</summary>
    internal int[] Offsets { get; }

    /// <summary>Candidates: every head read from dependent to head, then every head read the other way. Items: words. Units:
    /// sentences.</summary>
    internal HitTable Table { get; }

    /// <summary>Goes through a source.</summary>
    /// <param name="source">Attention over the sentences' texts.</param>
    /// <param name="sentences">One sentence per text of the source, in the source's order.</param>
    /// <param name="possessiveClitic">
    /// For Stanford Dependencies' <c>poss</c>: where the word after the possessor is <c>'s</c>, that word's prediction counts, as
    /// in Clark et al.'s code.
    /// </param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">A sentence's words do not fit its text's tokens.</exception>
    /// <exception cref="ArgumentException">There are not as many sentences as texts.</exception>
    public static DependencyHits Measure(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences, bool possessiveClitic = false,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var hits = new DependencyHits(source.Grid, sentences, TreebankAttention.Align(source, sentences), possessiveClitic);
        source.Visit(hits, progress: progress, cancellation: cancellation);
        return hits;
    }

    /// <summary>What the heads of a model of the same shape find that has learnt nothing: its weights are started anew, as BERT's are
    /// before training. The best of many heads without skill is the baseline of the best of many heads.</summary>
    /// <param name="checkpoint">The model whose sizes and tokenizer to take; it is left as it is.</param>
    /// <param name="sentences">The sentences, as <see cref="TreebankAttention.Of"/> gives them for the checkpoint.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The checkpoint's folder can no longer be read.</exception>
    /// <exception cref="ArgumentException">A sentence does not fit the model.</exception>
    public static DependencyHits OfRandomWeights(Checkpoint checkpoint, IReadOnlyList<TreebankSentence> sentences, int seed = 0,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var random = RandomWeights.Like(checkpoint, seed);
        var (source, fitting, leftOut) = TreebankAttention.Of(random, sentences);
        return leftOut == 0 ? Measure(source, fitting, progress: progress, cancellation: cancellation)
            : throw new ArgumentException($"{leftOut} sentences do not fit the model", nameof(sentences));
    }

    /// <summary>How often a head finds the syntactic head, over all words, punctuation too; roots count as missed, as in Clark et al.'s
    /// code.</summary>
    /// <param name="direction">Which way it is read.</param>
    /// <exception cref="InputException">The model has no such head.</exception>
    public Proportion Attachment(Head head, Direction direction) => new(Table[CandidateOf(head, direction)].Count(), Words.Length);

    /// <inheritdoc/>
    public void Visit(LayerMaps maps)
    {
        foreach (var text in maps.PerText())
        {
            int words = Sentences[text.Index].Words.Count;
            if (words < 2) continue;
            var ofWords = WordMaps.Of(text.Maps, _wordOf[text.Index], words);                                   // [H, W, W]
            var open = ofWords.masked_fill(eye(words, dtype: ScalarType.Bool, device: ofWords.device), None);   // no word points at itself
            Mark(text.Index, maps.Layer, Direction.DependentToHead, open.argmax(-1));
            Mark(text.Index, maps.Layer, Direction.HeadToDependent, open.argmax(-2));
        }
    }

    /// <summary>The head and the direction that a candidate of <see cref="Table"/> is.</summary>
    internal (Head Head, Direction Direction) Candidate(int candidate) =>
        (Grid[candidate % Grid.Count], (Direction)(candidate / Grid.Count));

    internal int CandidateOf(Head head, Direction direction) => (int)direction * Grid.Count + Grid.PositionOf(head);

    /// <summary>The relations that occur, in alphabetical order, the root's aside.</summary>
    internal string[] Relations(bool fold) =>
        [.. Words.Where(w => w.Head >= 0).Select(w => Name(w, fold)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The words of a relation.</summary>
    internal BitSet WordsOf(string relation, bool fold) =>
        BitSet.Where(Words.Length, i => Words[i].Head >= 0 && Name(Words[i], fold) == relation);

    private void Mark(int text, int layer, Direction direction, Tensor strongest)
    {
        var pointed = strongest.cpu().contiguous().data<long>();                                            // [H, W]
        var words = Sentences[text].Words;
        for (int h = 0; h < Grid.Heads; h++)
        {
            var hits = Table[CandidateOf(new Head(layer, h), direction)];
            for (int w = 0; w < words.Count; w++)
            {
                int asked = _possessiveClitic && words[w].Relation == "poss" && w + 1 < words.Count && words[w + 1].Form == "'s" ? w + 1
                    : w;
                if (words[w].Head >= 0 && pointed[h * words.Count + asked] == words[w].Head) hits[_start[text] + w] = true;
            }
        }
    }

    // Universal Dependencies part a subtype off with a colon: nsubj:pass.
    private static string Name(TreebankWord word, bool fold) => fold
        && word.Relation.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? word.Relation[..colon] : word.Relation;
}
