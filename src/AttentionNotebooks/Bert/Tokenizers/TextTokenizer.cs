namespace AttentionNotebooks;

/// <summary>Makes texts into the ids that a model was trained on, keeping for every piece its word and its place in the text.</summary>
/// <example><code>
/// var tokenizer = Kit.Model().Tokenizer;
/// var pair = tokenizer.Encode("It rained.", "We stayed at home.");
/// string.Join(" ", pair.Segments)        // 0 0 0 0 0 0 1 1 1 1 1 1: first and second text
/// </code></example>
public abstract class TextTokenizer
{
    // vocab_size is rounded up for speed; of a small model that may be more than half.
    private const int MostPadding = 128;

    private readonly Dictionary<string, int> ids;
    private readonly string[] vocabulary;
    private readonly PieceMarks marks;
    private readonly Dictionary<int, TokenRole> specialRoles = [];

    /// <summary>Creates the part that all tokenizers share.</summary>
    /// <param name="ids">The entries and their ids.</param>
    /// <param name="maxLength">The longest result in tokens.</param>
    /// <param name="special">The tokens for padding, the unknown, the beginning, the end and the mask.</param>
    /// <param name="marks">How pieces show where words begin.</param>
    private protected TextTokenizer(Dictionary<string, int> ids, int maxLength, SpecialTokens special, PieceMarks marks)
    {
        this.ids = ids;
        this.marks = marks;
        vocabulary = new string[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        Array.Fill(vocabulary, "");
        foreach (var (token, id) in ids) vocabulary[id] = token;
        MaxLength = maxLength;
        Special = special;
        foreach (var (token, role) in special.Roles) specialRoles.TryAdd(ids[token], role);
    }

    /// <summary>The longest result in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>Entries of the vocabulary: the highest id + 1.</summary>
    public int VocabularySize => vocabulary.Length;

    /// <summary>Id of the token that fills shorter texts up: <c>[PAD]</c>, <c>&lt;pad&gt;</c>.</summary>
    public int PadId => ids[Special.Pad];

    /// <summary>Id of the token for what the vocabulary cannot spell: <c>[UNK]</c>, <c>&lt;unk&gt;</c>.</summary>
    public int UnknownId => ids[Special.Unknown];

    /// <summary>Id of the token before every text: <c>[CLS]</c>, <c>&lt;s&gt;</c>.</summary>
    public int ClsId => ids[Special.Cls];

    /// <summary>Id of the token behind every text: <c>[SEP]</c>, <c>&lt;/s&gt;</c>.</summary>
    public int SepId => ids[Special.Sep];

    /// <summary>Id of the token that hides another: <c>[MASK]</c>, <c>&lt;mask&gt;</c>.</summary>
    public int MaskId => ids[Special.Mask];

    /// <summary>The token that hides another: <c>[MASK]</c>, <c>&lt;mask&gt;</c>.</summary>
    public string MaskToken => Special.Mask;

    /// <summary>The five tokens that are no text.</summary>
    private protected SpecialTokens Special { get; }

    /// <summary>The vocabulary by id; an id that no entry has is empty.</summary>
    private protected IReadOnlyList<string> Vocabulary => vocabulary;

    /// <summary>Reads the tokenizer of a checkpoint folder: <c>vocab.txt</c> (word pieces), <c>vocab.json</c> and <c>merges.txt</c>
    /// (byte-level pieces), or else <c>tokenizer.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">The model that the vocabulary must fit; its positions limit the length.</param>
    /// <returns>A <see cref="WordPieceTokenizer"/> or a <see cref="ByteLevelTokenizer"/>.</returns>
    /// <exception cref="InputException">No tokenizer is there, a file is damaged, its kind is not read, or the vocabulary is larger than
    /// the model's, or less than half as large.</exception>
    public static TextTokenizer Load(string folder, BertConfig config)
    {
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        if (Has("vocab.txt")) return WordPieceTokenizer.Load(folder, config);
        if (Has("vocab.json") && Has("merges.txt")) return ByteLevelTokenizer.Load(folder, config);
        string path = Path.Combine(folder, TokenizerJson.Name);
        if (!File.Exists(path))
            throw new InputException(folder, null, $"holds no vocab.txt, no vocab.json with merges.txt and no {TokenizerJson.Name}",
                "Copy the tokenizer's files from where the model came from; SentencePiece models (*.model) are not read");
        var tokenizer = TokenizerJson.Load(path, config.MaxTokens, config.Family.Special);
        tokenizer.CheckFits(path, config);
        return tokenizer;
    }

    /// <summary>The entry of an id.</summary>
    /// <param name="id">0 to <see cref="VocabularySize"/> − 1.</param>
    /// <returns>The piece.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string TokenOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, vocabulary.Length);
        return vocabulary[id];
    }

    /// <summary>The id of an entry.</summary>
    /// <param name="token">The piece, exactly as in the vocabulary.</param>
    /// <returns>Its id, or <see langword="null"/> where the vocabulary lacks it.</returns>
    public int? IdOf(string token) => ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Encodes one text with its special tokens: <c>[CLS] … [SEP]</c>. Special tokens written out in it, such as <c>[MASK]</c>,
    /// are kept as such.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="maxLength">The longest result in tokens; <see cref="MaxLength"/> unless given.</param>
    /// <returns>The tokens; a longer text is cut before its end token, and how much is counted.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 3 or above <see cref="MaxLength"/>.</exception>
    public TokenizedText Encode(string text, int? maxLength = null) => Join(PiecesOf(text), null, maxLength);

    /// <summary>
    /// Encodes a pair: <c>[CLS] first [SEP] second [SEP]</c>, or <c>&lt;s&gt; first &lt;/s&gt;&lt;/s&gt; second &lt;/s&gt;</c>. Where the
    /// pair is too long, the longer text loses its last piece first, the second one where both are equal.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second text.</param>
    /// <param name="maxLength">The longest result in tokens; <see cref="MaxLength"/> unless given.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the special tokens or is above
    /// <see cref="MaxLength"/>.</exception>
    public TokenizedText Encode(string first, string second, int? maxLength = null) => Join(PiecesOf(first), PiecesOf(second), maxLength);

    /// <summary>Encodes a text that is split into words already, such as a treebank's: <see cref="TokenizedText.Words"/> then counts
    /// these.</summary>
    /// <param name="words">The words; one that holds nothing printable yields no piece but keeps its index.</param>
    /// <param name="maxLength">The longest result in tokens; <see cref="MaxLength"/> unless given.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 3 or above <see cref="MaxLength"/>.</exception>
    public TokenizedText Encode(IEnumerable<string> words, int? maxLength = null) => Join(PiecesOf(words), null, maxLength);

    /// <summary>The ids of a text without special tokens around it and without a limit.</summary>
    /// <returns>The ids, <c>[T]</c>.</returns>
    public int[] EncodePieces(string text) => [.. PiecesOf(text).Select(p => p.Id)];

    /// <summary>Writes the tokenizer's files in Hugging Face's form.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public abstract void Save(string folder);

    /// <summary>The pieces of a text, without special tokens around them.</summary>
    private protected abstract List<TextPiece> PiecesOf(string text);

    /// <summary>The pieces of words.</summary>
    private protected abstract List<TextPiece> PiecesOf(IEnumerable<string> words);

    /// <summary>The entries of a vocabulary, of which no two may have one id.</summary>
    internal static Dictionary<string, int> Distinct(string path, Dictionary<string, int> ids)
    {
        var twice = ids.GroupBy(i => i.Value).FirstOrDefault(g => g.Skip(1).Any());
        return twice is null ? ids : throw new InputException(path, string.Join(", ", twice.Take(2).Select(i => i.Key)),
            $"have the same id {twice.Key}", "Copy the file of the checkpoint again");
    }

    /// <summary>Checks that every id is one of the model's, and that the vocabulary is not cut off. A model may have more ids than
    /// there are entries, because vocab_size was rounded up or entries were reserved.</summary>
    private protected void CheckFits(string path, BertConfig config)
    {
        if (VocabularySize > config.VocabSize)
            throw new InputException(path, null, $"has {VocabularySize} entries, but the model's vocab_size is {config.VocabSize}",
                "Take the tokenizer's files and config.json from the same checkpoint");
        if (ids.Count + Math.Max(MostPadding, config.VocabSize / 2) < config.VocabSize)
            throw new InputException(path, null, $"has {ids.Count} entries, but the model's vocab_size is {config.VocabSize}: it is cut "
                + "off or of another model", "Copy the file of the checkpoint again; where the checkpoint's own has no more, fill it up "
                + "with entries that no text has, such as [unused1]");
    }

    /// <summary>The roles of the tokens of a text.</summary>
    internal TokenRole[] RolesOf(int[] text) =>
        TokenRoles.Of([.. text.Select(id => vocabulary[id])], marks, i => specialRoles.TryGetValue(text[i], out var role) ? role : null);

    private TokenizedText Join(List<TextPiece> first, List<TextPiece>? second, int? maxLength)
    {
        int limit = maxLength ?? MaxLength, added = second is null ? 2 : 2 + Special.Separators;
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, Math.Max(3, added), nameof(maxLength));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLength, nameof(maxLength));
        int keepFirst = first.Count, keepSecond = second?.Count ?? 0, room = limit - added;
        if (second is null) keepFirst = Math.Min(keepFirst, room);
        while (keepFirst + keepSecond > room)
        {
            if (keepFirst > keepSecond) keepFirst--;
            else keepSecond--;
        }
        var all = new List<(TextPiece Piece, int Segment, int Source)>(keepFirst + keepSecond + added);
        void Add(int id, int segment) => all.Add((new TextPiece(id, -1, 0, 0), segment, -1));
        Add(ClsId, 0);
        all.AddRange(first.Take(keepFirst).Select(p => (p, 0, 0)));
        Add(SepId, 0);
        if (second is not null)
        {
            int segment = Special.Separators == 1 ? 1 : 0; // two end tokens between the texts separate them instead
            for (int i = 1; i < Special.Separators; i++) Add(SepId, 0);
            all.AddRange(second.Take(keepSecond).Select(p => (p, segment, 1)));
            Add(SepId, segment);
        }
        int dropped = first.Count - keepFirst + (second?.Count ?? 0) - keepSecond;
        string[] tokens = [.. all.Select(t => vocabulary[t.Piece.Id])];
        int[] own = [.. all.Select(t => t.Piece.Id)], segments = [.. all.Select(t => t.Segment)],
            words = [.. all.Select(t => t.Piece.Word)];
        return new TokenizedText(own, tokens, segments, words, dropped)
        {
            Roles = RolesOf(own),
            Offsets = [.. all.Select(t => (t.Piece.Start, t.Piece.End))],
            Sources = [.. all.Select(t => t.Source)],
        };
    }
}
