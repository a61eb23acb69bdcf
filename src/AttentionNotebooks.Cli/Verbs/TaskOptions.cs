using System.CommandLine;
using System.CommandLine.Parsing;
using AttentionNotebooks.Bert;
using AttentionNotebooks.Data;
using AttentionNotebooks.Functions;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The options that say what a model is asked: hidden words of texts, or the number of hidden verbs.</summary>
internal sealed class TaskOptions
{
    private readonly Option<string> _model = new("--model") { Description = "A model folder in Hugging Face layout, with a masked-LM head.", HelpName = "DIR", Required = true };
    private readonly Option<string> _task = new("--task") { Description = "masked: name hidden words of --text; agreement: choose the verb's number in --items.", HelpName = "masked|agreement", DefaultValueFactory = _ => "masked" };
    private readonly Option<string?> _text = new("--text") { Description = "Texts, one per line.", HelpName = "F" };
    private readonly Option<string?> _items = new("--items") { Description = "A tab-separated file with a header: id, sentence with [MASK], right, wrong, attractors.", HelpName = "F.tsv" };
    private readonly Option<double> _rate = new("--rate") { Description = "The share of tokens to hide.", HelpName = "R", DefaultValueFactory = _ => 0.15 };
    private readonly Option<int> _limit = new("--limit") { Description = "Use the first N texts or items only.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
    private readonly Option<string> _precision = new("--precision") { Description = "In which number format the model computes.", DefaultValueFactory = _ => "fp32" };
    private readonly Option<string> _device = new("--device") { Description = "Where the model runs.", DefaultValueFactory = _ => "cpu" };

    public void AddTo(Command command)
    {
        _task.AcceptOnlyFromAmong("masked", "agreement");
        _precision.AcceptOnlyFromAmong("fp32", "bf16", "fp16");
        _device.AcceptOnlyFromAmong("cpu", "cuda");
        foreach (var option in new Option[] { _model, _task, _text, _items, _rate, _limit, _precision, _device }) command.Add(option);
        _limit.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 2) r.AddError("--limit must be at least 2: an interval needs two items."); });
        _rate.Validators.Add(r => { if (r.GetValueOrDefault<double>() is not (> 0 and <= 1)) r.AddError("--rate takes a share above 0, at most 1."); });
        command.Validators.Add(r =>
        {
            if (r.GetValue(_task) == "masked" && r.GetValue(_text) is null) r.AddError("--task masked needs --text.");
            else if (r.GetValue(_task) == "agreement" && r.GetValue(_items) is null) r.AddError("--task agreement needs --items.");
        });
    }

    /// <summary>Whether texts were named.</summary>
    public bool HasText(CommandResult parsed) => parsed.GetValue(_text) is not null;

    /// <summary>The texts that were named.</summary>
    public IReadOnlyList<string> Texts(ParseResult parsed) => TextFile.Texts(parsed.GetValue(_text)!, parsed.GetValue(_limit));

    /// <summary>The model; whoever asks disposes it.</summary>
    public Checkpoint Load(ParseResult parsed)
    {
        string folder = parsed.GetValue(_model)!;
        var checkpoint = Checkpoint.Load(folder, Precisions.Device(parsed.GetValue(_device)!));
        if (checkpoint.HasMaskedLmHead) return checkpoint.To(Enum.Parse<Precision>(parsed.GetValue(_precision)!, ignoreCase: true));
        checkpoint.Dispose();
        throw new InputException(folder, null, "has no masked-LM head (cls.predictions.*), so it cannot name hidden words", "Take a checkpoint that has, such as bert-base-uncased");
    }

    /// <summary>What the model is asked.</summary>
    public ITextTask Open(ParseResult parsed, Checkpoint checkpoint, int seed, TextWriter error)
    {
        if (parsed.GetValue(_task) == "masked") return new MaskedWords(checkpoint, Texts(parsed), seed, parsed.GetValue(_rate));
        AgreementItem[] items = [.. SubjectVerbAgreement.Read(parsed.GetValue(_items)!).Take(parsed.GetValue(_limit))];
        var task = new VerbNumber(checkpoint, items);
        if (task.Count < items.Length) error.WriteLine($"attn: {items.Length - task.Count} of {items.Length} items have a verb form that is no single word piece, and are left out.");
        return task;
    }
}
