namespace AttentionNotebooks;

/// <summary>Two sentences, and whether the second says what the first says.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Alike">Whether they are a paraphrase, or the second follows from the first.</param>
public sealed record SentencePair(string First, string Second, bool Alike);

/// <summary>Pairs of sentences that are paraphrases or not.</summary>
public sealed record SentencePairs(IReadOnlyList<SentencePair> Items)
{
    private const string One = "1";

    // What files call a pair that says the same: GLUE's MRPC and QQP, RTE and the kit's own pairs, PAWS and others.
    private static readonly string[] UsualNames = [One, "entailment", "paraphrase", "duplicate", "true", "yes"];

    /// <summary>The pairs that say the same.</summary>
    public SentencePair[] Alike => [.. Items.Where(p => p.Alike)];

    /// <summary>Reads a tab-separated file with a header, as <see cref="LabelledTexts.Read"/> does; quotes are characters like any
    /// other.</summary>
    /// <param name="layout">Its columns; those of GLUE's MRPC where the header has them, else <c>sentence1</c>, <c>sentence2</c> and
    /// <c>label</c> (GLUE's RTE, the kit's own pairs) unless given.</param>
    /// <param name="alike">The label of pairs that say the same; all other labels are of pairs that do not. Unless given,
    /// one of <c>entailment</c>, <c>paraphrase</c>, <c>duplicate</c>, <c>true</c> and <c>yes</c>, or <c>1</c> where the labels are <c>0</c>
    /// and <c>1</c>.</param>
    /// <exception cref="InputException">The file cannot be read as such (<see cref="LabelledTexts.Read"/>), the layout is of single texts,
    /// or no label is of pairs that say the same.</exception>
    public static SentencePairs Read(string file, SentenceTask? layout = null, string? alike = null)
    {
        layout ??= LayoutOf(file);
        if (!layout.IsPairs)
            throw new InputException(file, null, "was to be read as single texts",
                "Name the two columns of a pair: --text-column sentence1,sentence2");
        var texts = LabelledTexts.Read(file, layout);
        string[] named = alike is null ? [.. texts.Labels.Where(l => UsualNames.Contains(l.ToLowerInvariant()))]
            : [.. texts.Labels.Where(l => l == alike)];
        // Where there are other numbers, 1 may be a class of several, or a low grade.
        if (named is not [var label] || (alike is null && label == One && texts.Labels is not ["0", One]))
            throw new InputException(file, $"column {layout.LabelColumn}", $"has the labels {string.Join(", ", texts.Labels.Take(10))}"
                + (alike is null ? ", of which it is not known which is of pairs that say the same" : $" and no {alike}"),
                    "Name the label of pairs that say the same (--positive)");
        int number = texts.Labels.Index().First(l => l.Item == label).Index;
        return new SentencePairs([.. texts.Items.Select(i => new SentencePair(i.Text, i.Second!, i.Label == number))]);
    }

    /// <summary>So many pairs, each kind in its share and taken evenly over the file, in the file's order; all where there are no
    /// more.</summary>
    /// <param name="count">How many, at least one of each kind.</param>
    /// <exception cref="InputException">There are more kinds than pairs to take.</exception>
    public SentencePairs Evenly(int count) => new(Items.Evenly(count, p => p.Alike ? 1 : 0));

    /// <summary>Two halves with the same share of each kind, the same two whenever they are asked for.</summary>
    public (SentencePairs First, SentencePairs Second) Halves()
    {
        var random = new Random(2020); // one split for everybody
        int[][] halves = [[], []];
        foreach (bool kind in new[] { true, false })
        {
            int[] places = Places(kind);
            random.Shuffle(places);
            int half = (places.Length + 1) / 2;
            halves = [[.. halves[0], .. places[..half]], [.. halves[1], .. places[half..]]];
        }
        return (Of(halves[0]), Of(halves[1]));
    }

    private SentencePairs Of(int[] some) => new([.. some.Order().Select(i => Items[i])]);

    private int[] Places(bool alike) => [.. Enumerable.Range(0, Items.Count).Where(i => Items[i].Alike == alike)];

    private static SentenceTask LayoutOf(string file) =>
        TextFile.Lines(file).FirstOrDefault()?.Split('\t') is { } header && SentenceTask.Mrpc.TextColumns.All(header.Contains)
            ? SentenceTask.Mrpc : SentenceTask.OfColumns(Path.GetFileName(file), ["sentence1", "sentence2"], "label");
}
