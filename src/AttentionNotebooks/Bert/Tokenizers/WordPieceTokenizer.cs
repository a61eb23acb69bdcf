using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace AttentionNotebooks;

/// <summary>
/// BERT's tokenizer: basic tokenisation by BERT's own rules, then word pieces by longest match first
/// (Microsoft.ML.Tokenizers), keeping for every piece its word and its place in the text.
/// </summary>
/// <remarks>Wu et al. (2016), "Google's Neural Machine Translation System", section 4.1; Devlin et al. (2019), section 3.</remarks>
public sealed class WordPieceTokenizer : TextTokenizer
{
    private const string VocabularyName = "vocab.txt", ConfigName = "tokenizer_config.json", AddedName = "added_tokens.json";
    internal const int MostCharactersPerWord = 100; // longer parts become [UNK], as in BERT

    private readonly BertTokenizer pieces;
    private readonly BasicOptions options;
    private readonly WholeTokens whole;
    private readonly int mostCharacters;

    internal WordPieceTokenizer(Dictionary<string, int> ids, BasicOptions options, IEnumerable<string> added, int mostCharacters,
        int maxLength, SpecialTokens special)
        : base(ids, maxLength, special, PieceMarks.WordPiece)
    {
        this.options = options;
        this.mostCharacters = mostCharacters;
        whole = new WholeTokens(special.All.Select(t => t.Token).Concat(added));
        // An id that no entry has still needs a line, and one that no text can match.
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(
            string.Join('\n', Vocabulary.Select((v, i) => v.Length > 0 ? v : $" {i}"))));
        pieces = BertTokenizer.Create(stream, new BertOptions
        {
            ApplyBasicTokenization = false,
            LowerCaseBeforeTokenization = false,
            SplitOnSpecialTokens = false,
            UnknownToken = special.Unknown,
            PaddingToken = special.Pad,
            ClassificationToken = special.Cls,
            SeparatorToken = special.Sep,
            MaskingToken = special.Mask,
            MaxInputCharsPerWord = 2 * mostCharacters, // it counts UTF-16 units; the limit in characters is applied here
        });
    }

    /// <summary>Whether texts are lower-cased.</summary>
    public bool LowerCase => options.LowerCase;

    /// <summary>Whether accents are taken off.</summary>
    public bool StripAccents => options.StripAccents;

    /// <summary>Whether every CJK character is a part of its own.</summary>
    public bool SplitCjk => options.SplitCjk;

    /// <summary>Reads <c>vocab.txt</c> and, where they are there, <c>tokenizer_config.json</c> and <c>added_tokens.json</c> of a checkpoint
    /// folder.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">The model that the vocabulary must fit; its positions limit the length.</param>
    /// <returns>The tokenizer. Without <c>tokenizer_config.json</c> it lower-cases unless a piece of the vocabulary has a
    /// capital.</returns>
    /// <exception cref="InputException">A file is missing or damaged, a special token is missing, or the vocabulary is larger than the
    /// model's.</exception>
    public static new WordPieceTokenizer Load(string folder, BertConfig config)
    {
        string vocabularyPath = Path.Combine(folder, VocabularyName), configPath = Path.Combine(folder, ConfigName),
            addedPath = Path.Combine(folder, AddedName);
        string[] vocabulary;
        try
        {
            vocabulary = File.ReadAllLines(vocabularyPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(vocabularyPath, null, $"cannot be read ({e.Message.TrimEnd('.')})",
                "A checkpoint folder needs vocab.txt; copy it from where the model came from", e);
        }
        // Without settings the vocabulary tells: one of lower-cased texts has no piece with a capital.
        bool lowerCase = !vocabulary.Any(IsCased), splitCjk = true;
        bool? stripAccents = null;
        if (File.Exists(configPath))
        {
            using var json = JsonFile.Read(configPath);
            var reader = new JsonReader(configPath, json.RootElement);
            lowerCase = reader.Flag("do_lower_case") ?? true;
            stripAccents = reader.Flag("strip_accents");
            splitCjk = reader.Flag("tokenize_chinese_chars") ?? true;
        }
        var special = config.Family.Special ?? SpecialTokens.Bert;
        var ids = Numbered(vocabulary, vocabularyPath, special);
        var added = File.Exists(addedPath) ? Added(addedPath, ids, config.VocabSize) : [];
        var options = new BasicOptions(lowerCase, stripAccents ?? lowerCase, splitCjk);
        var tokenizer = new WordPieceTokenizer(ids, options, added, MostCharactersPerWord, config.MaxTokens, special);
        tokenizer.CheckFits(vocabularyPath, config);
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
    public static WordPieceTokenizer Create(IReadOnlyList<string> vocabulary, bool lowerCase = true, bool? stripAccents = null,
        int maxLength = 512, string source = "vocabulary")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        var ids = Numbered(vocabulary, source, SpecialTokens.Bert);
        var options = new BasicOptions(lowerCase, stripAccents ?? lowerCase, SplitCjk: true);
        return new WordPieceTokenizer(ids, options, [], MostCharactersPerWord, maxLength, SpecialTokens.Bert);
    }

    /// <summary>Writes <c>vocab.txt</c> and <c>tokenizer_config.json</c> in Hugging Face's form.</summary>
    /// <param name="folder">The folder; created where missing.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public override void Save(string folder)
    {
        AtomicFile.WriteText(Path.Combine(folder, VocabularyName), string.Concat(Vocabulary.Select(v => v + "\n")));
        AtomicFile.Write(Path.Combine(folder, ConfigName), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            foreach (var (name, token) in Special.All) json.WriteString(name, token);
            json.WriteBoolean("do_lower_case", LowerCase);
            json.WriteNumber("model_max_length", MaxLength);
            json.WriteBoolean("strip_accents", StripAccents);
            json.WriteBoolean("tokenize_chinese_chars", SplitCjk);
            json.WriteString("tokenizer_class", Special.TokenizerClass);
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    private protected override List<TextPiece> PiecesOf(string text)
    {
        var result = new List<TextPiece>();
        int index = 0;
        foreach (var (word, start) in BasicTokenizer.SplitAtSpace(text)) AddWord(result, word, start, index++);
        return result;
    }

    /// <inheritdoc/>
    private protected override List<TextPiece> PiecesOf(IEnumerable<string> words)
    {
        var result = new List<TextPiece>();
        int index = 0;
        foreach (string word in words) AddWord(result, word, 0, index++);
        return result;
    }

    private void AddWord(List<TextPiece> result, string word, int start, int index)
    {
        foreach (var (from, to, special) in whole.Split(word))
        {
            if (special) result.Add(new TextPiece(IdOf(word[from..to])!.Value, index, start + from, start + to));
            else foreach (var part in BasicTokenizer.SplitWord(word[from..to], start + from, options)) AddPieces(result, part, index);
        }
    }

    private void AddPieces(List<TextPiece> result, AlignedText part, int word)
    {
        string text = part.Text;
        void Add(int id, int from, int to)
        {
            var (start, end) = part.Origin(from, to);
            result.Add(new TextPiece(id, word, start, end));
        }
        if (text.Length > mostCharacters && text.EnumerateRunes().Count() > mostCharacters) Add(UnknownId, 0, text.Length);
        else if (IdOf(text) is { } id) Add(id, 0, text.Length); // the longest match is the whole
        else
        {
            foreach (var token in pieces.EncodeToTokens(text, out _, considerPreTokenization: false, considerNormalization: false))
            {
                var (at, length) = token.Offset.GetOffsetAndLength(text.Length);
                Add(token.Id, at, at + length);
            }
        }
    }

    private static bool IsCased(string piece) => !piece.StartsWith('[') && piece.Any(char.IsAsciiLetterUpper);

    private static Dictionary<string, int> Numbered(IReadOnlyList<string> vocabulary, string source, SpecialTokens special)
    {
        var ids = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        for (int i = 0; i < vocabulary.Count; i++)
        {
            if (!ids.TryAdd(vocabulary[i], i))
                throw new InputException(source, $"line {i + 1}", $"\"{vocabulary[i]}\" stands on line {ids[vocabulary[i]] + 1} already",
                    "Copy the vocabulary of the checkpoint again");
        }
        special.Require(ids, source, "Take the vocab.txt of a BERT checkpoint: one word piece per line");
        return ids;
    }

    // Tokens that were given to a vocabulary later stand in a file of their own, with ids behind its own.
    private static List<string> Added(string path, Dictionary<string, int> ids, int limit)
    {
        using var json = JsonFile.Read(path);
        var reader = new JsonReader(path, json.RootElement);
        var added = new List<string>();
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            int id = reader.Whole(entry.Name);
            if (id < 0 || id >= limit)
                throw new InputException(path, entry.Name, $"has the id {id}, but the model's ids end at {limit - 1}",
                    "Take added_tokens.json and config.json from the same checkpoint");
            if (!ids.TryAdd(entry.Name, id) && ids[entry.Name] != id)
                throw new InputException(path, entry.Name, $"has the id {id}, but {ids[entry.Name]} in vocab.txt",
                    "Take both files from the same checkpoint");
            added.Add(entry.Name);
        }
        Distinct(path, ids);
        return added;
    }
}
