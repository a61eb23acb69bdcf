using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The options that say where attention comes from: a model over texts, or saved maps.</summary>
internal sealed class SourceOptions(TextWriter error, bool savedMapsToo = true)
{
    private const int DefaultMaxLength = 128;

    private readonly Option<string?> _model = new("--model") { Description = "A model folder in Hugging Face layout.", HelpName = "DIR" };
    private readonly Option<string?> _text = new("--text") { Description = "Texts for the model, one per line; a tab parts the two texts of a pair.", HelpName = "F" };
    private readonly Option<string?> _conllu = new("--conllu") { Description = "A treebank's sentences instead of --text: the model gets their words as they are split there.", HelpName = "F" };
    private readonly Option<string?> _maps = new("--maps") { Description = "Saved maps instead of a model: .npz with one [layers, heads, T, T] entry per text.", HelpName = "F.npz" };
    private readonly Option<string?> _tokens = new("--tokens") { Description = "Tokens of the saved maps: one {\"id\", \"tokens\"} per line, and \"tags\" where parts of speech are known.", HelpName = "F.jsonl" };
    private readonly Option<int> _limit = new("--limit") { Description = "Use the first N texts only.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
    private readonly Option<string> _precision = new("--precision") { Description = "In which number format the model computes.", DefaultValueFactory = _ => "fp32" };
    private readonly Option<string> _device = new("--device") { Description = "Where the model runs.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<int> _maxLength = new("--max-length") { Description = "Cut longer texts to so many tokens.", HelpName = "N", DefaultValueFactory = _ => DefaultMaxLength };

    public void AddTo(Command command)
    {
        _precision.AcceptOnlyFromAmong("fp32", "bf16", "fp16");
        _device.AcceptOnlyFromAmong("cpu", "cuda");
        Option[] options = savedMapsToo ? [_model, _text, _conllu, _maps, _tokens, _limit, _maxLength, _precision, _device] : [_model, _text, _conllu, _limit, _maxLength, _precision, _device];
        foreach (var option in options) command.Add(option);
        _limit.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--limit must be at least 1."); });
        _maxLength.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 3) r.AddError("--max-length must be at least 3: [CLS], a token, [SEP]."); });
        command.Validators.Add(r =>
        {
            bool model = r.GetValue(_model) is not null, maps = savedMapsToo && r.GetValue(_maps) is not null;
            if (model == maps) r.AddError(savedMapsToo ? "Give either --model with --text or --conllu, or --maps." : "Give --model with --text or --conllu.");
            else if (model && r.GetValue(_text) is null == r.GetValue(_conllu) is null) r.AddError("--model needs either --text or --conllu.");
        });
    }

    /// <summary>The source that the command line names; with a model, that model must be disposed after it.</summary>
    public (IAttentionSource Source, IDisposable? Model) Open(ParseResult parsed)
    {
        int limit = parsed.GetValue(_limit);
        if (savedMapsToo && parsed.GetValue(_maps) is { } maps) return (MapArchive.Open(maps, parsed.GetValue(_tokens), limit), null);
        var checkpoint = Checkpoint.Load(parsed.GetValue(_model)!, Precisions.Device(parsed.GetValue(_device)!)).To(Enum.Parse<Precision>(parsed.GetValue(_precision)!, ignoreCase: true));
        int longest = Math.Min(parsed.GetValue(_maxLength), checkpoint.Tokenizer.MaxLength);
        var live = parsed.GetValue(_conllu) is { } treebank
            ? LiveAttention.OfTreebank(checkpoint, [.. ConllU.Read(treebank).Take(limit)], longest)
            : new LiveAttention(checkpoint, [.. TextFile.Texts(parsed.GetValue(_text)!, limit).Select(line => line.Split('\t', 2) is [var first, var second]
                ? checkpoint.Tokenizer.Encode(first, second, longest)
                : checkpoint.Tokenizer.Encode(line, longest))]);
        if (live.Truncated > 0) error.WriteLine($"attn: {live.Truncated} of {live.Texts.Count} texts were longer than {live.Texts.Max(t => t.Length)} tokens and were cut.");
        return (live, checkpoint);
    }
}
