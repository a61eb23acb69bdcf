using System.CommandLine;

namespace AttentionNotebooks.Cli.Options;

/// <summary>The options that say where attention comes from: a model over texts, or saved maps.</summary>
internal sealed class SourceOptions(TextWriter error, bool savedMapsToo = true)
{
    private const int DefaultMaxLength = 128;

    private readonly ModelOptions _model = new(required: false);
    private readonly Option<string> _text = new("--text")
    {
        Description = "Texts for the model, one per line; a tab separates the two texts of a pair.",
        HelpName = "F",
    };
    private readonly Option<string> _conllu = Treebank("A treebank in CoNLL-U instead of --text; the model gets its words as they are "
        + "split there.", required: false);
    private readonly Option<string> _maps = Maps("Saved maps instead of a model: .npz with one entry [layers, heads, T, T] per text.");
    private readonly Option<string> _tokens = Tokens();
    private readonly Option<string?> _modelName = ModelName();
    private readonly LimitOption _limit = new("texts");
    private readonly Option<int?> _maxLength = MaxLength($"Cut longer texts to N tokens, special tokens included; by default "
        + $"{DefaultMaxLength}.");

    /// <summary>A treebank.</summary>
    public static Option<string> Treebank(string description = "A treebank in CoNLL-U.", bool required = true) =>
        new("--conllu") { Description = description, HelpName = "F", Required = required };

    /// <summary>Saved maps.</summary>
    public static Option<string> Maps(string description) => new("--maps") { Description = description, HelpName = "F.npz" };

    /// <summary>The tokens of saved maps.</summary>
    public static Option<string> Tokens() =>
        new("--tokens")
        {
            Description = "Tokens of the saved maps: one {\"id\", \"tokens\"} per line, and \"tags\" where parts of "
            + "speech are known.",
            HelpName = "F.jsonl"
        };

    /// <summary>The name of the model whose maps were saved.</summary>
    public static Option<string?> ModelName() => new("--model-name")
    {
        Description = "What the model of the saved maps is called. The files that are written keep it, so that files of different models "
            + "are not taken together.",
        HelpName = "NAME",
    };

    /// <summary>Saved maps, with their model's name if it was given.</summary>
    public static MapArchive Open(string maps, string? tokens, string? modelName)
    {
        var archive = MapArchive.Open(maps, tokens);
        return modelName is { Length: > 0 } ? archive.OfModel(modelName) : archive;
    }

    /// <summary>The most tokens of a text.</summary>
    public static Option<int?> MaxLength(string description)
    {
        var length = new Option<int?>("--max-length") { Description = description, HelpName = "N" };
        length.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() < 3) r.AddError("--max-length must be at least 3: [CLS], a token, [SEP].");
        });
        return length;
    }

    public void AddTo(Command command)
    {
        _model.AddTo(command);
        Option[] options = savedMapsToo ? [_text, _conllu, _maps, _tokens, _modelName, _limit, _maxLength]
            : [_text, _conllu, _limit, _maxLength];
        foreach (var option in options) command.Add(option);
        command.Validators.Add(r =>
        {
            bool model = _model.Given(r) is not null, maps = savedMapsToo && r.GetValue(_maps) is not null;
            if (model == maps)
            {
                r.AddError(savedMapsToo
                    ? "Give either --model with --text or --conllu, or --maps."
                    : "Give --model with --text or --conllu.");
            }
            else if (model && savedMapsToo && r.GetValue(_modelName) is not null)
                r.AddError("--model-name goes with --maps: a model that runs has its folder's name.");
            else if (model && r.GetValue(_text) is null == r.GetValue(_conllu) is null)
                r.AddError("--model needs either --text or --conllu.");
        });
    }

    /// <summary>The source that the command line names; with a model, that model must be disposed after it.</summary>
    public (IAttentionSource Source, IDisposable? Model) Open(ParseResult parsed)
    {
        int limit = _limit.Of(parsed);
        if (savedMapsToo && parsed.GetValue(_maps) is { } maps)
        {
            var archive = Open(maps, parsed.GetValue(_tokens), parsed.GetValue(_modelName));
            int[] all = [.. Enumerable.Range(0, archive.Texts.Count)];
            return (limit < all.Length ? archive.Only(all.Evenly(limit)) : archive, null);
        }
        var checkpoint = _model.Load(parsed);
        int longest = Math.Min(parsed.GetValue(_maxLength) ?? DefaultMaxLength, checkpoint.Tokenizer.MaxLength);
        var live = parsed.GetValue(_conllu) is { } treebank
            ? LiveAttention.OfTreebank(checkpoint, ConllU.Read(treebank).ToArray().Evenly(limit), longest)
            : new LiveAttention(checkpoint,
                [.. TextFile.Texts(parsed.GetValue(_text)!).Evenly(limit).Select(line => checkpoint.Tokenizer.EncodeLine(line, longest))]);
        if (live.Truncated > 0)
            error.WriteLine($"attn: {live.Truncated} of {live.Texts.Count} texts were longer than {live.Texts.Max(t => t.Length)} "
                + $"tokens and were cut.");
        return (live, checkpoint);
    }
}
