namespace AttentionNotebooks.Training;

/// <summary>Texts as documents of sentences of word pieces, a part of them held out, with the tokenizer that was learnt from the
/// rest.</summary>
/// <remarks>A document is a block of consecutive lines of one file. Which blocks are held out depends on their place in
/// the file only, so that a file given twice holds out the same blocks twice.</remarks>
public sealed class TrainingCorpus
{
    private const int LinesPerBlock = 50;

    private TrainingCorpus(WordPieceTokenizer tokenizer, IReadOnlyList<int[][]> training, IReadOnlyList<int[][]> heldOut,
        IReadOnlyList<string> heldOutSentences)
    {
        HeldOutSentences = heldOutSentences;
        Tokenizer = tokenizer;
        Training = training;
        HeldOut = heldOut;
    }

    /// <summary>The tokenizer over the learnt vocabulary.</summary>
    public WordPieceTokenizer Tokenizer { get; }

    /// <summary>Documents to learn from: document, sentence, id.</summary>
    public IReadOnlyList<int[][]> Training { get; }

    /// <summary>Documents to evaluate on: document, sentence, id.</summary>
    public IReadOnlyList<int[][]> HeldOut { get; }

    /// <summary>The sentences of <see cref="HeldOut"/> as they are written.</summary>
    public IReadOnlyList<string> HeldOutSentences { get; }

    /// <summary>Word pieces to learn from.</summary>
    public long TrainingPieces => Training.Sum(d => d.Sum(s => (long)s.Length));

    /// <summary>Reads texts, learns the vocabulary from the part that is not held out, and encodes all.</summary>
    /// <param name="files">Text files, UTF-8, one paragraph or sentence per line.</param>
    /// <param name="options">Vocabulary size, positions and hold-out.</param>
    /// <param name="known">A tokenizer to use instead of learning one, as for a model that goes on learning.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The corpus.</returns>
    /// <exception cref="InputException">A file cannot be read, or there is too little text to learn and to hold out.</exception>
    public static TrainingCorpus Read(IReadOnlyList<string> files, TrainingOptions options, WordPieceTokenizer? known = null,
        CancellationToken cancellation = default)
    {
        var training = new List<string[]>();
        var heldOut = new List<string[]>();
        foreach (string file in files)
        {
            int block = 0;
            foreach (var lines in TextFile.Lines(file).Where(l => !string.IsNullOrWhiteSpace(l)).Chunk(LinesPerBlock))
                (block++ % options.HoldOutEvery == options.HoldOutEvery - 1 ? heldOut : training)
                    .Add([.. lines.SelectMany(SentenceSplitter.Split)]);
        }
        if (training.Count == 0 || heldOut.Count == 0)
            throw new InputException(files.Count == 1 ? files[0]
                : "the texts", null,
                $"fewer than {options.HoldOutEvery} blocks of {LinesPerBlock} lines in a file, so nothing can be held out",
                    "Give longer texts, one paragraph or sentence per line");
        var tokenizer = known ?? Learn(training, options, cancellation);
        return new TrainingCorpus(tokenizer, Encode(training, tokenizer, cancellation), Encode(heldOut, tokenizer, cancellation),
            [.. heldOut.SelectMany(d => d)]);
    }

    private static WordPieceTokenizer Learn(List<string[]> training, TrainingOptions options, CancellationToken cancellation)
    {
        var learner = new WordPieceLearner();
        foreach (string sentence in training.SelectMany(d => d))
        {
            cancellation.ThrowIfCancellationRequested();
            learner.Add(sentence);
        }
        return WordPieceTokenizer.Create(learner.Learn(options.VocabularySize), maxLength: options.Positions);
    }

    private static List<int[][]> Encode(List<string[]> documents, WordPieceTokenizer tokenizer, CancellationToken cancellation)
    {
        var encoded = new List<int[][]>(documents.Count);
        foreach (var document in documents)
        {
            cancellation.ThrowIfCancellationRequested();
            encoded.Add([.. document.Select(tokenizer.EncodePieces).Where(s => s.Length > 0)]);
        }
        return encoded;
    }
}
