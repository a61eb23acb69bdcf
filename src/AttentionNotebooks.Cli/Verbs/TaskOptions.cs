using System.CommandLine;
using System.CommandLine.Parsing;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The options that say what a model is asked: hidden words of texts, the number of hidden verbs, or the classes of texts.</summary>
internal sealed class TaskOptions
{
    private const string Masked = "masked", Labels = "labels";
    private static readonly string[] Tasks = [Masked, "agreement", "cola", "sst2", "mrpc", "rte", Labels];

    private readonly Option<string> _model = new("--model") { Description = "A model folder in Hugging Face layout, with a masked-LM head, or with a classifier where classes are asked.", HelpName = "DIR", Required = true };
    private readonly Option<string> _task = new("--task") { Description = "masked: name hidden words of --text; agreement: choose the verb's number in --items; cola, sst2, mrpc, rte: tell the classes of GLUE's texts in --items; labels: of texts in any other file.", HelpName = string.Join('|', Tasks), DefaultValueFactory = _ => Masked };
    private readonly Option<string?> _text = new("--text") { Description = "Texts, one per line.", HelpName = "F" };
    private readonly Option<string?> _items = new("--items") { Description = "A tab-separated file: for agreement with the columns id, sentence with [MASK], right, wrong, attractors; for classes as attn fine-tune takes it.", HelpName = "F.tsv" };
    private readonly LayoutOptions _columns = new();
    private readonly Option<double> _rate = new("--rate") { Description = "The share of tokens to hide.", HelpName = "R", DefaultValueFactory = _ => 0.15 };
    private readonly Option<int> _limit = new("--limit") { Description = "Use so many only: the first N texts of --text, or N of --items evenly over the file, which may be sorted.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
    private readonly Option<string> _precision = new("--precision") { Description = "In which number format the model computes.", DefaultValueFactory = _ => "fp32" };
    private readonly Option<string> _device = new("--device") { Description = "Where the model runs.", DefaultValueFactory = _ => "cpu" };

    public void AddTo(Command command)
    {
        _task.AcceptOnlyFromAmong(Tasks);
        _precision.AcceptOnlyFromAmong("fp32", "bf16", "fp16");
        _device.AcceptOnlyFromAmong("cpu", "cuda");
        foreach (var option in new Option[] { _model, _task, _text, _items, _rate, _limit, _precision, _device }) command.Add(option);
        _columns.AddTo(command);
        _limit.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 2) r.AddError("--limit must be at least 2: an interval needs two items."); });
        _rate.Validators.Add(r => { if (r.GetValueOrDefault<double>() is not (> 0 and <= 1)) r.AddError("--rate takes a share above 0, at most 1."); });
        command.Validators.Add(r =>
        {
            string asked = Given(r, _task) ?? Masked; // as written: the value of an option that has an error of its own cannot be asked for
            if (asked == Masked && Given(r, _text) is null) r.AddError("--task masked needs --text.");
            else if (asked != Masked && Given(r, _items) is null) r.AddError($"--task {asked} needs --items.");
            if (asked != Labels && _columns.Named(r)) r.AddError("--text-column and --label-column go with --task labels.");
        });
    }

    /// <summary>Whether texts were named.</summary>
    public bool HasText(CommandResult parsed) => Given(parsed, _text) is not null;

    /// <summary>What was written for an option, before it is known to be right: a value that is not cannot be asked for.</summary>
    public static string? Given(CommandResult parsed, Option option) => parsed.GetResult(option)?.Tokens.LastOrDefault()?.Value;

    /// <summary>The texts that were named.</summary>
    public IReadOnlyList<string> Texts(ParseResult parsed) => TextFile.Texts(parsed.GetValue(_text)!, parsed.GetValue(_limit));

    /// <summary>How many passes run at once: one per core, unless the device is one for all.</summary>
    public int Threads(ParseResult parsed) => parsed.GetValue(_device) == "cpu" ? Environment.ProcessorCount : 1;

    /// <summary>The model; whoever asks disposes it.</summary>
    public AskedModel Load(ParseResult parsed)
    {
        string folder = parsed.GetValue(_model)!;
        var (device, precision) = (Precisions.Device(parsed.GetValue(_device)!), Enum.Parse<Precision>(parsed.GetValue(_precision)!, ignoreCase: true));
        if (AsksClasses(parsed))
        {
            var classifier = ClassifierCheckpoint.Load(folder, device).To(precision);
            return new AskedModel(classifier.Encoder, classifier);
        }
        var checkpoint = Checkpoint.Load(folder, device);
        try
        {
            checkpoint.RequireMaskedLmHead();
            return new AskedModel(checkpoint.To(precision), null);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>What the model is asked.</summary>
    public ITextTask Open(ParseResult parsed, AskedModel model, int seed, TextWriter error)
    {
        if (parsed.GetValue(_task) == Masked)
        {
            var words = new MaskedWords(model.Checkpoint, Texts(parsed), seed, parsed.GetValue(_rate));
            int cut = words.Texts.Count(t => t.Truncated);
            if (cut > 0) error.WriteLine($"attn: {cut} of {words.Count} texts were longer than {model.Checkpoint.Tokenizer.MaxLength} tokens and were cut.");
            return words;
        }
        string file = parsed.GetValue(_items)!;
        if (AsksClasses(parsed))
        {
            var layout = parsed.GetValue(_task) == Labels ? _columns.Of(parsed, file) : SentenceTask.Named(parsed.GetValue(_task)!);
            var texts = LabelledTexts.Read(file, layout, model.Classifier!.Labels);
            return new SentenceLabels(model.Classifier, texts with { Items = texts.Items.Evenly(parsed.GetValue(_limit)) });
        }
        var items = SubjectVerbAgreement.Read(file).Evenly(parsed.GetValue(_limit));
        var task = new VerbNumber(model.Checkpoint, items);
        if (task.Count < items.Length) error.WriteLine($"attn: {items.Length - task.Count} of {items.Length} items have a verb form that is no single word piece, and are left out.");
        return task;
    }

    private bool AsksClasses(ParseResult parsed) => parsed.GetValue(_task) is not (Masked or "agreement");
}
