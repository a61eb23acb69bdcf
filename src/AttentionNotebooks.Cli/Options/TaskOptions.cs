using System.CommandLine;
using System.CommandLine.Parsing;

namespace AttentionNotebooks.Cli.Options;

/// <summary>
/// The options that say what a model is asked: hidden words of texts, the number of hidden verbs, the classes of texts, or which sentences
/// say the same.
/// </summary>
internal sealed class TaskOptions
{
    private const string Masked = "masked", Agreement = "agreement", Labels = "labels", Pairs = "pairs",
        Retrieval = "retrieval";
    private static readonly string[] Classes = ["cola", "sst2", "mrpc", "rte", Labels],
        Tasks = [Masked, Agreement, .. Classes, Pairs, Retrieval];

    private readonly ModelOptions _model;
    private readonly Option<string> _task = new("--task")
    {
        Description = "masked: hidden words of --text. agreement: the number of the hidden verbs in --items. cola, sst2, mrpc, rte: "
            + "the classes in --items, laid out as GLUE's files. labels: the classes in any other file. pairs: which pairs of --items say "
            + "the same, by the cosine of the sentences' embeddings; half of them are fitted on. retrieval: which of N sentences of "
            + "--items says the same, by the nearest embedding. masked and agreement need a masked-LM head, the classes a classifier; "
            + "pairs and retrieval need no head.",
        HelpName = string.Join('|', Tasks),
    };
    private readonly Option<string> _text = new("--text") { Description = "Texts, one per line.", HelpName = "F" };
    private readonly Option<string> _items = new("--items")
    {
        Description = "A tab-separated file: for agreement with the columns id, sentence with [MASK], right, wrong, attractors; for "
            + "classes as attn fine-tune takes it; for pairs and retrieval GLUE's MRPC, or with the columns sentence1, sentence2, label; "
            + "retrieval also takes sentence, paraphrase, and a column for each wrong sentence.",
        HelpName = "F.tsv",
    };
    private readonly LayoutOptions _columns = new();
    private readonly Option<double> _rate = new("--mask-rate")
    {
        Description = "The share of tokens that --task masked hides.",
        HelpName = "R",
        DefaultValueFactory = _ => 0.15,
    };

    // What --mask-rate was called; elsewhere --rate is the learning rate.
    private readonly Option<double?> _oldRate = new("--rate") { Hidden = true };

    private readonly PairOptions _pairs = new();
    private readonly LimitOption _limit;
    private readonly bool _learns;

    /// <summary>The options of verbs that measure what a model predicts.</summary>
    public TaskOptions() : this(new LimitOption("texts or items", least: 2, why: "an interval needs two items",
        labelled: true), learns: false) =>
        _task.DefaultValueFactory = _ => Masked;

    private TaskOptions(LimitOption limit, bool learns)
    {
        (_limit, _learns) = (limit, learns);
        _model = new ModelOptions("the head that --task needs", fullPrecisionOnly: learns);
        _task.Required = learns;
    }

    /// <summary>The options of a verb that learns from the items: in float32 on the CPU, with the task named.</summary>
    public static TaskOptions ForLearning() =>
        new(new LimitOption("texts or items", standard: 1000, least: 10, why: "items are split into train, dev and test",
            labelled: true), learns: true);

    public void AddTo(Command command)
    {
        _task.AcceptOnlyFromAmong(Tasks);
        _model.AddTo(command);
        foreach (var option in new Option[] { _task, _text, _items, _limit, _rate }) command.Add(option);
        if (!_learns) command.Add(_oldRate);
        _columns.AddTo(command);
        _pairs.AddTo(command);
        _rate.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (> 0 and <= 1)) r.AddError("--mask-rate takes a share above 0, at most 1.");
        });
        _oldRate.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double?>() is not (> 0 and <= 1)) r.AddError("--rate takes a share above 0, at most 1.");
        });
        command.Validators.Add(r =>
        {
            string asked = Given(r, _task) ?? Masked; // as written: the value of an option that has an error of its own cannot be read
            if (!Tasks.Contains(asked)) return;
            if (asked == Masked && Given(r, _text) is null) r.AddError("--task masked needs --text.");
            else if (asked != Masked && Given(r, _items) is null) r.AddError($"--task {asked} needs --items.");
            if (asked is not (Labels or Pairs or Retrieval) && _columns.Named(r))
                r.AddError("--text-column and --label-column go with --task labels, pairs and retrieval.");
            if (_pairs.Misplaced(r, asked is Pairs or Retrieval, asked == Retrieval) is { } wrong) r.AddError(wrong);
        });
    }

    /// <summary>Whether texts were named.</summary>
    public bool HasText(CommandResult parsed) => Given(parsed, _text) is not null;

    /// <summary>What was written for an option, before it is known to be right: a wrong value cannot be read.</summary>
    public static string? Given(CommandResult parsed, Option option) => parsed.GetResult(option)?.Tokens.LastOrDefault()?.Value;

    /// <summary>The texts that were named.</summary>
    public IReadOnlyList<string> Texts(ParseResult parsed) => TextFile.Texts(parsed.GetValue(_text)!).Evenly(_limit.Of(parsed));

    /// <summary>How many passes run at once: one per core, or one on a GPU.</summary>
    public int Threads(ParseResult parsed) => _model.Threads(parsed);

    /// <summary>Loads the model; the caller disposes it.</summary>
    public AskedModel Load(ParseResult parsed)
    {
        if (HasClasses(parsed))
        {
            var classifier = _model.LoadClassifier(parsed);
            return new AskedModel(classifier.Encoder, classifier);
        }
        var checkpoint = _model.Load(parsed);
        try
        {
            if (!ComparesSentences(parsed)) checkpoint.RequireMaskedLmHead();
            return new AskedModel(checkpoint, null);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The task of a seed.</summary>
    public ITextTask Open(ParseResult parsed, AskedModel model, int seed, TextWriter error) => Open(parsed, model, error).OfSeed(seed);

    /// <summary>The task for any seed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="error">Receives a line on what was cut or left out.</param>
    /// <param name="batches">The size of batches.</param>
    /// <param name="longest">Cut texts that are not hidden words' to so many tokens.</param>
    public AskedTask Open(ParseResult parsed, AskedModel model, TextWriter error, VisitOptions? batches = null, int? longest = null)
    {
        if (parsed.GetValue(_task) == Masked)
            return MaskedTask(model.Checkpoint, Texts(parsed), (_learns ? null : parsed.GetValue(_oldRate)) ?? parsed.GetValue(_rate),
                batches, error);
        string file = parsed.GetValue(_items)!;
        if (HasClasses(parsed))
        {
            var layout = parsed.GetValue(_task) == Labels ? _columns.Of(parsed, file) : SentenceTask.Named(parsed.GetValue(_task)!);
            var texts = LabelledTexts.Read(file, layout, model.Classifier!.Labels);
            var classes = new SentenceLabels(model.Classifier, texts.Evenly(_limit.Of(parsed)), batches, longest);
            return new AskedTask(layout.Name, _ => classes, classes.Texts);
        }
        if (ComparesSentences(parsed))
        {
            var layout = _columns.Named(parsed.CommandResult) ? _columns.Of(parsed, file) : null;
            var compared = _pairs.Open(parsed, model.Checkpoint, file, layout, parsed.GetValue(_task) == Retrieval, _limit.Of(parsed),
                batches, longest);
            error.WriteLine(PairOptions.Describe(compared));
            return new AskedTask(compared.Name, _ => compared, compared.Texts, compared.TextsPerItem);
        }
        var items = SubjectVerbAgreement.Read(file).Evenly(_limit.Of(parsed));
        var task = new VerbNumber(model.Checkpoint, items);
        if (task.Count < items.Length)
            error.WriteLine($"attn: {items.Length - task.Count} of {items.Length} items are left out: one of their verb forms is not a "
                + $"single word piece.");
        return new AskedTask(task.Name, _ => task, task.Texts);
    }

    private static AskedTask MaskedTask(Checkpoint model, IReadOnlyList<string> texts, double rate, VisitOptions? batches, TextWriter error)
    {
        TokenizedText[] whole = [.. texts.Select(t => model.Tokenizer.Encode(t))];
        int cut = whole.Count(t => t.Truncated);
        if (cut > 0)
            error.WriteLine($"attn: {cut} of {whole.Length} texts were longer than {model.Tokenizer.MaxLength} tokens and were cut.");
        return new AskedTask("masked words", seed => new MaskedWords(model, texts, seed, rate, batches), whole);
    }

    private bool HasClasses(ParseResult parsed) => Classes.Contains(parsed.GetValue(_task));

    private bool ComparesSentences(ParseResult parsed) => parsed.GetValue(_task) is Pairs or Retrieval;
}
