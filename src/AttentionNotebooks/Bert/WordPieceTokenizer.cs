using System.Text;
using System.Text.Json;
using AttentionNotebooks.Data;
using Microsoft.ML.Tokenizers;

namespace AttentionNotebooks.Bert;

/// <summary>
/// BERT's tokenizer: basic tokenization by BERT's own rules, then word pieces by longest match first
/// (Microsoft.ML.Tokenizers), keeping for every piece the word that it belongs to.
/// </summary>
/// <remarks>Wu et al. (2016), "Google's Neural Machine Translation System", section 4.1; Devlin et al. (2019), section 3.</remarks>
public sealed class WordPieceTokenizer
{
    private const int MostCharactersPerWord = 100; // longer parts become [UNK], as in BERT
    private static readonly string[] RequiredTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    private readonly BertTokenizer pieces;
    private readonly string[] vocabulary;
    private readonly Dictionary<string, int> ids;

    private WordPieceTokenizer(string[] vocabulary, Dictionary<string, int> ids, bool lowerCase, bool stripAccents, int maxLength)
    {
        this.vocabulary = vocabulary;
        this.ids = ids;
        LowerCase = lowerCase;
        StripAccents = stripAccents;
        MaxLength = maxLength;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', vocabulary)));
        pieces = BertTokenizer.Create(stream, new BertOptions
        {
            ApplyBasicTokenization = false,
            LowerCaseBeforeTokenization = false,
            SplitOnSpecialTokens = false,
            MaxInputCharsPerWord = 2 * MostCharactersPerWord, // it counts UTF-16 units; the limit in characters is applied here
        });
    }

    /// <summary>Whether texts are lower-cased.</summary>
    public bool LowerCase { get; }

    /// <summary>Whether accents are taken off.</summary>
    public bool StripAccents { get; }

    /// <summary>The longest result in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>Entries of the vocabulary.</summary>
    public int VocabularySize => vocabulary.Length;

    /// <summary>Id of <c>[PAD]</c>.</summary>
    public int PadId => ids["[PAD]"];

    /// <summary>Id of <c>[UNK]</c>.</summary>
    public int UnknownId => ids["[UNK]"];

    /// <summary>Id of <c>[CLS]</c>.</summary>
    public int ClsId => ids["[CLS]"];

    /// <summary>Id of <c>[SEP]</c>.</summary>
    public int SepId => ids["[SEP]"];

    /// <summary>Id of <c>[MASK]</c>.</summary>
    public int MaskId => ids["[MASK]"];

    /// <summary>Reads <c>vocab.txt</c> and, where it is there, <c>tokenizer_config.json</c> of a checkpoint folder.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">The model that the vocabulary must fit; its positions limit the length.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InputException">A file is missing or damaged, a special token is missing, or the vocabulary is larger than the model's.</exception>
    public static WordPieceTokenizer Load(string folder, BertConfig config)
    {
        string vocabularyPath = Path.Combine(folder, "vocab.txt"), configPath = Path.Combine(folder, "tokenizer_config.json");
        string[] vocabulary;
        try
        {
            vocabulary = File.ReadAllLines(vocabularyPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(vocabularyPath, null, $"cannot be read ({e.Message.TrimEnd('.')})", "A checkpoint folder needs vocab.txt; copy it from where the model came from", e);
        }
        bool lowerCase = true;
        bool? stripAccents = null;
        if (File.Exists(configPath))
        {
            using var json = JsonFile.Read(configPath);
            lowerCase = Flag(configPath, json.RootElement, "do_lower_case") ?? true;
            stripAccents = Flag(configPath, json.RootElement, "strip_accents");
        }
        var tokenizer = Create(vocabulary, lowerCase, stripAccents, config.MaxPositionEmbeddings, vocabularyPath);
        if (tokenizer.VocabularySize > config.VocabSize)
            throw new InputException(vocabularyPath, null, $"has {tokenizer.VocabularySize} entries, but the model's vocab_size is {config.VocabSize}", "Take vocab.txt and config.json from the same checkpoint");
        return tokenizer;
    }

    /// <summary>Builds a tokenizer over a vocabulary in memory.</summary>
    /// <param name="vocabulary">The entries in the order of their ids; pieces inside a word begin with <c>##</c>.</param>
    /// <param name="lowerCase">Whether to lower-case.</param>
    /// <param name="stripAccents">Whether to take accents off; as <paramref name="lowerCase"/> when <see langword="null"/>.</param>
    /// <param name="maxLength">The longest result in tokens, at least 3.</param>
    /// <param name="source">The file to name in errors.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InputException">An entry stands twice or a special token is missing.</exception>
    public static WordPieceTokenizer Create(IReadOnlyList<string> vocabulary, bool lowerCase = true, bool? stripAccents = null, int maxLength = 512, string source = "vocabulary")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < vocabulary.Count; i++)
        {
            if (!ids.TryAdd(vocabulary[i], i))
                throw new InputException(source, $"line {i + 1}", $"\"{vocabulary[i]}\" stands on line {ids[vocabulary[i]] + 1} already", "Copy the vocabulary of the checkpoint again");
        }
        var missing = RequiredTokens.Where(t => !ids.ContainsKey(t)).ToList();
        if (missing.Count > 0)
            throw new InputException(source, null, $"lacks {string.Join(", ", missing)}", "Take the vocab.txt of a BERT checkpoint: one word piece per line");
        return new WordPieceTokenizer([.. vocabulary], ids, lowerCase, stripAccents ?? lowerCase, maxLength);
    }

    /// <summary>Writes <c>vocab.txt</c> and <c>tokenizer_config.json</c> in Hugging Face's form.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Save(string folder)
    {
        AtomicFile.WriteText(Path.Combine(folder, "vocab.txt"), string.Concat(vocabulary.Select(v => v + "\n")));
        AtomicFile.Write(Path.Combine(folder, "tokenizer_config.json"), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            foreach (string token in RequiredTokens) json.WriteString(token.Trim('[', ']').ToLowerInvariant() + "_token", token);
            json.WriteBoolean("do_lower_case", LowerCase);
            json.WriteNumber("model_max_length", MaxLength);
            json.WriteBoolean("strip_accents", StripAccents);
            json.WriteBoolean("tokenize_chinese_chars", true);
            json.WriteString("tokenizer_class", "BertTokenizer");
            json.WriteEndObject();
        });
    }

    /// <summary>The entry of an id.</summary>
    /// <param name="id">0 to <see cref="VocabularySize"/> − 1.</param>
    /// <returns>The word piece.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string TokenOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, vocabulary.Length);
        return vocabulary[id];
    }

    /// <summary>The id of an entry.</summary>
    /// <param name="token">The word piece, exactly as in the vocabulary.</param>
    /// <returns>Its id, or <see langword="null"/> where the vocabulary lacks it.</returns>
    public int? IdOf(string token) => ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Encodes one text: <c>[CLS] … [SEP]</c>. Special tokens written out in it, such as <c>[MASK]</c>, are kept as such.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="maxLength">The longest result in tokens; <see cref="MaxLength"/> unless given.</param>
    /// <returns>The tokens; a longer text is cut before its <c>[SEP]</c>, and how much is counted.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 3 or above <see cref="MaxLength"/>.</exception>
    public TokenizedText Encode(string text, int? maxLength = null) => Join(PiecesOf(BasicTokenizer.SplitAtSpace(text)), null, maxLength);

    /// <summary>Encodes a pair: <c>[CLS] first [SEP] second [SEP]</c>. Where the pair is too long, the longer text loses its last piece first.</summary>
    /// <param name="first">The first text, segment 0.</param>
    /// <param name="second">The second text, segment 1.</param>
    /// <param name="maxLength">The longest result in tokens; <see cref="MaxLength"/> unless given.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 3 or above <see cref="MaxLength"/>.</exception>
    public TokenizedText Encode(string first, string second, int? maxLength = null) =>
        Join(PiecesOf(BasicTokenizer.SplitAtSpace(first)), PiecesOf(BasicTokenizer.SplitAtSpace(second)), maxLength);

    /// <summary>Encodes a text that is split into words already, such as a treebank's: <see cref="TokenizedText.Words"/> then counts these.</summary>
    /// <param name="words">The words; one that holds nothing printable yields no piece but keeps its index.</param>
    /// <param name="maxLength">The longest result in tokens; <see cref="MaxLength"/> unless given.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 3 or above <see cref="MaxLength"/>.</exception>
    public TokenizedText Encode(IEnumerable<string> words, int? maxLength = null) => Join(PiecesOf(words), null, maxLength);

    /// <summary>The ids of a text without special tokens around it and without a limit.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The ids, <c>[T]</c>.</returns>
    public int[] EncodePieces(string text) => [.. PiecesOf(BasicTokenizer.SplitAtSpace(text)).Select(p => p.Id)];

    private List<(int Id, int Word)> PiecesOf(IEnumerable<string> words)
    {
        var result = new List<(int, int)>();
        int index = 0;
        foreach (string word in words)
        {
            foreach (var (part, special) in SplitAtSpecialTokens(word))
            {
                if (special) result.Add((ids[part], index));
                else foreach (int id in WordPieces(part)) result.Add((id, index));
            }
            index++;
        }
        return result;
    }

    private IEnumerable<int> WordPieces(string part)
    {
        foreach (string basic in BasicTokenizer.SplitWord(part, LowerCase, StripAccents))
        {
            if (ids.TryGetValue(basic, out int whole)) yield return whole; // the longest match is the whole
            else if (basic.EnumerateRunes().Count() > MostCharactersPerWord) yield return UnknownId;
            else foreach (int id in pieces.EncodeToIds(basic, addSpecialTokens: false, considerPreTokenization: false, considerNormalization: false)) yield return id;
        }
    }

    private static IEnumerable<(string Part, bool Special)> SplitAtSpecialTokens(string word)
    {
        int start = 0;
        for (int i = word.IndexOf('['); i >= 0; i = word.IndexOf('[', Math.Max(start, i + 1)))
        {
            string? token = Array.Find(RequiredTokens, t => word.AsSpan(i).StartsWith(t, StringComparison.Ordinal));
            if (token is null) continue;
            if (i > start) yield return (word[start..i], false);
            yield return (token, true);
            start = i + token.Length;
            if (start >= word.Length) yield break;
            i = start - 1;
        }
        if (start < word.Length) yield return (word[start..], false);
    }

    private TokenizedText Join(List<(int Id, int Word)> first, List<(int Id, int Word)>? second, int? maxLength)
    {
        int limit = maxLength ?? MaxLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 3, nameof(maxLength));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLength, nameof(maxLength));
        int keepFirst = first.Count, keepSecond = second?.Count ?? 0, room = limit - (second is null ? 2 : 3);
        while (keepFirst + keepSecond > room)
        {
            if (keepFirst > keepSecond) keepFirst = second is null ? room : keepFirst - 1;
            else keepSecond--;
        }
        var all = new List<(int Id, int Word, int Segment)> { (ClsId, -1, 0) };
        all.AddRange(first.Take(keepFirst).Select(p => (p.Id, p.Word, 0)));
        all.Add((SepId, -1, 0));
        if (second is not null)
        {
            all.AddRange(second.Take(keepSecond).Select(p => (p.Id, p.Word, 1)));
            all.Add((SepId, -1, 1));
        }
        int dropped = first.Count - keepFirst + (second?.Count ?? 0) - keepSecond;
        return new TokenizedText([.. all.Select(t => t.Id)], [.. all.Select(t => vocabulary[t.Id])], [.. all.Select(t => t.Segment)], [.. all.Select(t => t.Word)], dropped);
    }

    private static bool? Flag(string path, JsonElement root, string key)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new InputException(path, key, "is not true or false", "Write true or false without quotes");
    }
}
