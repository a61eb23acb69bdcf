using System.CommandLine;
using TorchSharp;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The options that say which model is calibrated on what: hidden words, the number of verbs, or the classes of texts.</summary>
internal sealed class CalibrationTasks
{
    private const string Masked = "masked", Agreement = "agreement", Labels = "labels";
    private const int TokensPerBatch = 512, TextsForFeatures = 400, LongestText = 128;
    private static readonly string[] _glue = ["cola", "sst2", "mrpc", "rte"];

    private readonly Option<string> _model = new("--model") { Description = "A model folder in Hugging Face layout: with a masked-LM head, or for classes of texts as attn fine-tune writes it.", HelpName = "DIR", Required = true };
    private readonly Option<string> _task = new("--task") { Description = "masked: hidden words of --text. agreement: the number of hidden verbs in --items. cola, sst2, mrpc, rte: the classes in --items, laid out as GLUE's files. labels: the same with the columns sentence and label.", HelpName = "NAME", Required = true };
    private readonly Option<string?> _text = new("--text") { Description = "Texts, one per line, for --task masked.", HelpName = "F" };
    private readonly Option<string?> _items = new("--items") { Description = "The items of the other tasks, tab-separated.", HelpName = "F.tsv" };
    private readonly Option<int> _limit = new("--limit") { Description = "Take so many texts or items, evenly over the file.", HelpName = "N", DefaultValueFactory = _ => 1000 };

    public void AddTo(Command command)
    {
        _task.AcceptOnlyFromAmong([Masked, Agreement, .. _glue, Labels]);
        foreach (var option in new Option[] { _model, _task, _text, _items, _limit }) command.Add(option);
        _limit.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 10) r.AddError("--limit must be at least 10: items are parted into train, dev and test."); });
        command.Validators.Add(r =>
        {
            // As it was written: to ask for the value of an option that was refused is an error of its own.
            string? task = r.GetResult(_task)?.Tokens.FirstOrDefault()?.Value;
            if (task == Masked && r.GetValue(_text) is null) r.AddError("--task masked needs --text.");
            else if ((task is Agreement or Labels || (task is not null && _glue.Contains(task))) && r.GetValue(_items) is null) r.AddError($"--task {task} needs --items.");
        });
    }

    /// <summary>Opens the model and the task; whoever asks disposes the result.</summary>
    public Opened Open(ParseResult parsed, TextWriter error)
    {
        string folder = parsed.GetValue(_model)!, name = parsed.GetValue(_task)!;
        int limit = parsed.GetValue(_limit);
        if (name is not (Masked or Agreement)) return Classes(folder, name, parsed.GetValue(_items)!, limit);
        var model = Checkpoint.Load(folder);
        try
        {
            model.RequireMaskedLmHead();
            if (name == Agreement)
            {
                var items = SubjectVerbAgreement.Read(parsed.GetValue(_items)!).Evenly(limit);
                var task = new VerbNumber(model, items);
                if (task.Count < items.Length) error.WriteLine($"attn: {items.Length - task.Count} of {items.Length} items have a verb form that is no single word piece, and are left out.");
                return new Opened(model, model, model.Model, task.Name, _ => task, task.Texts);
            }
            var texts = TextFile.Texts(parsed.GetValue(_text)!).Evenly(limit);
            return new Opened(model, model, model.Model, "masked words", seed => new MaskedWords(model, texts, seed, options: new VisitOptions(TokensPerBatch)), [.. texts.Select(t => model.Tokenizer.Encode(t))]);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static Opened Classes(string folder, string name, string file, int limit)
    {
        var classifier = ClassifierCheckpoint.Load(folder);
        try
        {
            var layout = name == Labels ? SentenceTask.OfColumns(Path.GetFileName(file), ["sentence"], "label") : SentenceTask.Named(name);
            var texts = LabelledTexts.Read(file, layout, classifier.Labels);
            var task = new SentenceLabels(classifier, texts with { Items = texts.Items.Evenly(limit) }, new VisitOptions(TokensPerBatch), LongestText);
            return new Opened(classifier, classifier.Encoder, classifier.Model, layout.Name, _ => task, task.Texts);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>What is calibrated on what.</summary>
    /// <param name="owner">What is disposed in the end.</param>
    /// <param name="model">The model.</param>
    /// <param name="weights">The model with the head that the task asks.</param>
    /// <param name="name">What the task is called.</param>
    /// <param name="task">The task, for a seed.</param>
    /// <param name="texts">The items' texts.</param>
    public sealed class Opened(IDisposable owner, Checkpoint model, torch.nn.Module weights, string name, Func<int, IModelTask> task, IReadOnlyList<TokenizedText> texts) : IDisposable
    {
        public Checkpoint Model => model;

        public torch.nn.Module Weights => weights;

        public string Name => name;

        public int Count => texts.Count;

        public CalibrationData Data(int seed) => CalibrationData.Of(task(seed), seed);

        /// <summary>The heads' features, on texts of items that are never tested on.</summary>
        public HeadTable Features() => new LiveAttention(model, [.. CalibrationData.Held(texts.Count).Learnt.Take(TextsForFeatures).Select(i => texts[i])]).Extract();

        public void Dispose() => owner.Dispose();
    }
}
