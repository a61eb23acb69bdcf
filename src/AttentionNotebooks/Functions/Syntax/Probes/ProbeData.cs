namespace AttentionNotebooks;

/// <summary>
/// Word-level attention of all heads over a treebank, as a probe needs it: kept, unlike everywhere else in the kit, since a
/// probe looks at a sentence more than once. 2·K·(W + 2)² bytes for a sentence of W words and K heads (half precision): 1,000
/// sentences of 20 words take 140 MB for 144 heads, and twice as much again while a probe is trained.
/// </summary>
internal sealed class ProbeData
{
    /// <summary>The most that is kept by default: 1 GiB.</summary>
    public const long DefaultMemory = 1L << 30;

    private ProbeData(string name, int maps, IReadOnlyList<TreebankSentence> trees, IReadOnlyList<ProbeSentence> sentences,
        HeadGrid? grid = null) =>
        (Name, Maps, Trees, Sentences, Grid) = (name, maps, trees, sentences, grid);

    /// <summary>What the maps are, for tables.</summary>
    public string Name { get; }

    /// <summary>Maps per sentence, K.</summary>
    public int Maps { get; }

    /// <summary>The heads that the maps are of, in the grid's order; <see langword="null"/> where they are of no model.</summary>
    public HeadGrid? Grid { get; }

    /// <summary>The sentences with their trees.</summary>
    public IReadOnlyList<TreebankSentence> Trees { get; }

    /// <summary>Bytes that the maps take.</summary>
    public long Bytes => Sentences.Sum(s => 2L * s.Maps.Length);

    internal IReadOnlyList<ProbeSentence> Sentences { get; }

    /// <summary>Keeps a source's word-level attention.</summary>
    /// <param name="source">Attention over the sentences' texts.</param>
    /// <param name="sentences">One sentence per text of the source, in the source's order.</param>
    /// <param name="name">What it is called in tables.</param>
    /// <param name="memory">The most bytes to keep.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">It would take more memory, words do not fit their tokens, or a text has no [CLS] or
    /// [SEP].</exception>
    /// <exception cref="ArgumentException">There are not as many sentences as texts.</exception>
    public static ProbeData OfAttention(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences, string name = "attention",
        long memory = DefaultMemory,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        long bytes = sentences.Sum(s => 2L * source.Grid.Count * Square(s));
        if (bytes > memory)
            throw new InputException($"word-level attention over {sentences.Count:N0} sentences", null,
                FormattableString.Invariant(
                    $"takes {bytes / (double)(1L << 20):0} MiB, and {memory / (double)(1L << 20):0} MiB are allowed"),
                        "Use fewer sentences (--limit)");
        var maps = sentences.Select(s => new Half[source.Grid.Count * Square(s)]).ToArray();
        source.Visit(new Collector(source, sentences, maps), progress: progress, cancellation: cancellation);
        return new ProbeData(name, source.Grid.Count, sentences, [.. sentences.Zip(maps, ProbeSentence.Of)], source.Grid);
    }

    /// <summary>
    /// Maps that know of nothing but distance, for a control: one per offset, 1 where the column stands so many words to the
    /// right of the row. [CLS] stands before the first word, [SEP] after the last.
    /// </summary>
    /// <param name="farthest">Offsets beyond this one count as this one.</param>
    public static ProbeData OfDistances(IReadOnlyList<TreebankSentence> sentences, int farthest = 12)
    {
        int kinds = 2 * farthest + 1;
        return new ProbeData("distances", kinds, sentences, [.. sentences.Select(s =>
        {
            int words = s.Words.Count, size = words + ProbeSentence.Specials;
            var maps = new Half[kinds * size * size];
            int Place(int at) => at == 0 ? -1 : at == 1 ? words : at - ProbeSentence.Specials;
            for (int i = 0; i < size; i++)
                for (int j = 0; j < size; j++)
                    maps[((Math.Clamp(Place(j) - Place(i), -farthest, farthest) + farthest) * size + i) * size + j] = Half.One;
            return ProbeSentence.Of(s, maps);
        })]);
    }

    /// <summary>The same maps with other heads to find.</summary>
    /// <param name="heads">Per sentence and word the head's position, or the number of words for a root.</param>
    internal ProbeData WithHeads(IReadOnlyList<int[]> heads) =>
        new(Name, Maps, Trees, [.. Sentences.Zip(heads, (s, h) => s with { Heads = h })], Grid);

    private static int Square(TreebankSentence sentence) =>
        (sentence.Words.Count + ProbeSentence.Specials) * (sentence.Words.Count + ProbeSentence.Specials);

    // Special tokens become words too: attention to a [SEP] of several is their sum, as for a split word.
    private sealed class Collector : IAttentionVisitor
    {
        private readonly int[][] _wordOf;
        private readonly IReadOnlyList<TreebankSentence> _sentences;
        private readonly Half[][] _maps;

        public Collector(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences, Half[][] maps)
        {
            (_sentences, _maps) = (sentences, maps);
            _wordOf = [.. TreebankAttention.Align(source, sentences).Select((words, i) =>
            {
                var text = source.Texts[i];
                var extended = words.Select(w => w < 0 ? -1 : w + ProbeSentence.Specials).ToArray();
                foreach (var (positions, as_, name) in new[] { (text.ClsPositions, 0, "[CLS]"), (text.SepPositions, 1, "[SEP]") })
                {
                    int[] at = [.. positions];
                    if (at.Length == 0)
                        throw new InputException($"text {text.Id}", null, $"has no {name}, and a probe finds roots by the attention to it",
                            "Keep special tokens when saving maps");
                    foreach (int p in at) extended[p] = as_;
                }
                return extended;
            })];
        }

        public void Visit(LayerMaps maps)
        {
            foreach (var text in maps.PerText())
            {
                int size = _sentences[text.Index].Words.Count + ProbeSentence.Specials;
                var values = WordMaps.Of(text.Maps, _wordOf[text.Index], size).Floats();   // [H, W + 2, W + 2]
                int at = maps.Layer * values.Length;
                for (int i = 0; i < values.Length; i++) _maps[text.Index][at + i] = (Half)values[i];
            }
        }
    }
}
