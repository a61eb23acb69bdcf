using System.Text;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// RoBERTa's tokenizer: a text is split at white space and changes between letters, digits and the rest; the UTF-8
/// bytes of each part are merged by byte pair encoding. Nothing is unknown. A piece that begins with <c>Ġ</c> has a
/// space before it, which its offsets leave out.
/// </summary>
/// <remarks>
/// Radford et al. (2019), "Language Models are Unsupervised Multitask Learners", section 2.2; Sennrich et al. (2016).
/// Microsoft.ML.Tokenizers' own finds letters with expressions over UTF-16 units, which take letters beyond U+FFFF for
/// symbols; here whole characters are looked at.
/// </remarks>
internal sealed class ByteLevelTokenizer : TextTokenizer
{
    private const string VocabularyName = "vocab.json", MergesName = "merges.txt", ConfigName = "tokenizer_config.json";

    private readonly BytePairs pairs;
    private readonly WholeTokens whole;

    internal ByteLevelTokenizer(Dictionary<string, int> ids, IReadOnlyList<(string, string)> merges, bool prefixSpace,
        IEnumerable<string> added, int maxLength)
        : base(ids, maxLength, SpecialTokens.Roberta, PieceMarks.ByteLevel)
    {
        PrefixSpace = prefixSpace;
        pairs = new BytePairs(merges);
        whole = new WholeTokens(SpecialTokens.Roberta.All.Select(t => t.Token).Concat(added));
    }

    /// <summary>Whether a text is read as if a space stood before it.</summary>
    public bool PrefixSpace { get; }

    /// <summary>Reads <c>vocab.json</c>, <c>merges.txt</c> and, where it is there, <c>tokenizer_config.json</c> of a checkpoint
    /// folder.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">The model that the vocabulary must fit; its positions limit the length.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InputException">A file is missing or damaged, a special token is missing, or the vocabulary is larger than the
    /// model's.</exception>
    public static new ByteLevelTokenizer Load(string folder, BertConfig config)
    {
        string vocabularyPath = Path.Combine(folder, VocabularyName), mergesPath = Path.Combine(folder, MergesName),
            configPath = Path.Combine(folder, ConfigName);
        Dictionary<string, int> ids;
        using (var json = JsonFile.Read(vocabularyPath)) ids = TokenizerJson.Ids(new JsonReader(vocabularyPath, json.RootElement));
        string[] lines;
        try
        {
            lines = File.ReadAllLines(mergesPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(mergesPath, null, $"cannot be read ({e.Message.TrimEnd('.')})",
                "Copy it from where the model came from", e);
        }
        var merges = new List<(string, string)>(lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || (i == 0 && lines[i].StartsWith("#version", StringComparison.Ordinal))) continue;
            merges.Add(BytePairs.Parse(mergesPath, $"line {i + 1}", lines[i]));
        }
        bool prefixSpace = false;
        if (File.Exists(configPath))
        {
            using var json = JsonFile.Read(configPath);
            prefixSpace = new JsonReader(configPath, json.RootElement).Flag("add_prefix_space") ?? false;
        }
        var tokenizer = Create(ids, merges, prefixSpace, config.MaxTokens, vocabularyPath);
        tokenizer.CheckFits(vocabularyPath, config);
        return tokenizer;
    }

    /// <summary>Builds a tokenizer over a vocabulary in memory.</summary>
    /// <param name="ids">The pieces, in GPT-2's spelling of bytes, and their ids.</param>
    /// <param name="merges">The merges, first to be applied first.</param>
    /// <param name="prefixSpace">Whether a text is read as if a space stood before it.</param>
    /// <param name="maxLength">The longest result in tokens, at least 4.</param>
    /// <param name="source">The file to name in errors.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InputException">A special token is missing.</exception>
    public static ByteLevelTokenizer Create(IReadOnlyDictionary<string, int> ids, IReadOnlyList<(string, string)> merges,
        bool prefixSpace = false, int maxLength = 512, string source = "vocabulary")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 4);
        SpecialTokens.Roberta.Require(ids, source, "Take the vocabulary of a RoBERTa checkpoint");
        return new ByteLevelTokenizer(new Dictionary<string, int>(ids, StringComparer.Ordinal), merges, prefixSpace, [], maxLength);
    }

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c> and <c>tokenizer_config.json</c> in Hugging Face's form.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public override void Save(string folder)
    {
        void Json(string name, Action<Utf8JsonWriter> write) => AtomicFile.Write(Path.Combine(folder, name), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        });
        Json(VocabularyName, json =>
        {
            for (int id = 0; id < VocabularySize; id++)
            {
                if (Vocabulary[id].Length > 0) json.WriteNumber(Vocabulary[id], id);
            }
        });
        AtomicFile.WriteText(Path.Combine(folder, MergesName),
            "#version: 0.2\n" + string.Concat(pairs.Merges.Select(m => $"{m.Left} {m.Right}\n")));
        Json(ConfigName, json =>
        {
            foreach (var (name, token) in Special.All) json.WriteString(name, token);
            json.WriteBoolean("add_prefix_space", PrefixSpace);
            json.WriteNumber("model_max_length", MaxLength);
            json.WriteString("tokenizer_class", Special.TokenizerClass);
        });
    }

    /// <inheritdoc/>
    private protected override List<TextPiece> PiecesOf(string text)
    {
        var words = new int[text.Length + 1];
        int word = -1;
        bool inside = false;
        for (int i = 0; i < text.Length; i++)
        {
            bool space = char.IsWhiteSpace(text[i]); // no white space beyond U+FFFF
            if (!space && !inside) word++;
            inside = !space;
            words[i] = space ? -1 : word;
        }
        words[text.Length] = -1;
        var result = new List<TextPiece>();
        Add(result, text, PrefixSpace, at => words[at]);
        return result;
    }

    /// <inheritdoc/>
    private protected override List<TextPiece> PiecesOf(IEnumerable<string> words)
    {
        var result = new List<TextPiece>();
        int index = 0;
        foreach (string word in words)
        {
            int own = index++;
            // A word in a sentence is the word with the space before it.
            Add(result, word, PrefixSpace || own > 0, at => at < word.Length ? own : -1);
        }
        return result;
    }

    private void Add(List<TextPiece> result, string text, bool prefixSpace, Func<int, int> wordAt)
    {
        var parts = whole.Split(text).ToList();
        for (int p = 0; p < parts.Count; p++)
        {
            var (from, to, special) = parts[p];
            if (special)
            {
                result.Add(new TextPiece(IdOf(text[from..to])!.Value, wordAt(from), from, to));
                continue;
            }
            // The mask takes the space before it, so that "a <mask>" hides a word as it would stand there.
            bool beforeMask = p + 1 < parts.Count && text.AsSpan(parts[p + 1].Start, parts[p + 1].End - parts[p + 1].Start)
                .SequenceEqual(Special.Mask);
            if (beforeMask)
            {
                while (to > from && char.IsWhiteSpace(text[to - 1])) to--;
            }
            if (to > from) AddBytes(result, text, from, to, prefixSpace && !char.IsWhiteSpace(text[from]), wordAt);
        }
    }

    private void AddBytes(List<TextPiece> result, string text, int from, int to, bool spaceBefore, Func<int, int> wordAt)
    {
        foreach (var (start, end) in ByteLevelParts.Split(text, from, to, spaceBefore))
        {
            var (bytes, places) = ByteLevelParts.Bytes(text, start, end, spaceBefore && start == from);
            int at = 0;
            foreach (string piece in pairs.Encode(bytes))
            {
                var (first, last) = (places[at], places[at + piece.Length - 1]);
                at += piece.Length;
                int begin = first.Start;
                while (begin < last.End && char.IsWhiteSpace(text[begin])) begin++;
                // A piece of white space alone stands where it stands and belongs to no word.
                if (begin == last.End) result.Add(new TextPiece(IdOf(piece) ?? UnknownId, -1, first.Start, last.End));
                else result.Add(new TextPiece(IdOf(piece) ?? UnknownId, wordAt(begin), begin, last.End));
            }
        }
    }
}
