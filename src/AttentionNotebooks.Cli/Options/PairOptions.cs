using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace AttentionNotebooks.Cli.Options;

/// <summary>The options of tasks that compare sentences.</summary>
internal sealed class PairOptions
{
    private readonly Option<string?> _positive = new("--positive")
    {
        Description = "For pairs and retrieval: the label of pairs that say the same; all others do not. By default entailment, "
            + "paraphrase, duplicate, true or yes, or 1 where the labels are 0 and 1.",
        HelpName = "LABEL",
    };
    private readonly Option<string?> _pooling = new("--pooling")
    {
        Description = "For pairs and retrieval: whether a sentence's embedding is the mean of its tokens or the state of [CLS]; by "
            + "default what 1_Pooling/config.json in the model's folder says, else mean.",
        HelpName = "mean|cls",
    };
    private readonly Option<int> _candidates = new("--candidates")
    {
        Description = "For retrieval from pairs: N, how many sentences there are to choose from. An item is a set of N pairs whose words "
            + "are alike.",
        HelpName = "N",
        DefaultValueFactory = _ => RetrievalSet.DefaultCandidates,
    };

    private readonly Option<string?> _wrong = new("--wrong")
    {
        Description = "For retrieval from a file with sentence and paraphrase: which of its other columns are the wrong sentences, "
            + "comma-separated; by default all.",
        HelpName = "a,b",
    };

    public void AddTo(Command command)
    {
        _pooling.AcceptOnlyFromAmong("mean", "cls");
        foreach (var option in new Option[] { _positive, _pooling, _candidates, _wrong }) command.Add(option);
        _candidates.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 2 or > 1000) r.AddError("--candidates takes 2 to 1000.");
        });
    }

    /// <summary>The error of an option that the task has no use for; null where there is none.</summary>
    /// <param name="pairs">Whether the task compares sentences.</param>
    /// <param name="retrieval">Whether it is retrieval.</param>
    public string? Misplaced(CommandResult parsed, bool pairs, bool retrieval) =>
        !pairs && (TaskOptions.Given(parsed, _positive) ?? TaskOptions.Given(parsed, _pooling)) is not null
            ? "--positive and --pooling go with --task pairs and retrieval."
        : !retrieval && (TaskOptions.Given(parsed, _candidates) ?? TaskOptions.Given(parsed, _wrong)) is not null
            ? "--candidates and --wrong go with --task retrieval." : null;

    /// <summary>The task.</summary>
    /// <param name="layout">The columns that were named; null where none were.</param>
    /// <param name="retrieval">Retrieval, or else pairs.</param>
    /// <param name="limit">At most so many items of the file.</param>
    public ITextTask Open(ParseResult parsed, Checkpoint model, string file, SentenceTask? layout, bool retrieval, int limit,
        VisitOptions? batches, int? longest)
    {
        Pooling? pooling = parsed.GetValue(_pooling) is { } name ? Enum.Parse<Pooling>(name, ignoreCase: true) : null;
        if (!retrieval)
            return PairSimilarity.Fit(model, SentencePairs.Read(file, layout, parsed.GetValue(_positive)).Evenly(limit), pooling, batches,
                longest);
        bool own = layout is null && RetrievalSet.IsFile(file);
        foreach (var idle in own ? new Option[] { _candidates, _positive } : [_wrong])
            if (TaskOptions.Given(parsed.CommandResult, idle) is not null)
                throw new InputException(file, null,
                    own ? "has columns of wrong sentences" : "has pairs, and no columns of wrong sentences",
                    $"Leave out {idle.Name}, which means nothing here");
        var sets = own ? RetrievalSet.Read(file, Names.Given(parsed.GetValue(_wrong))).Evenly(limit)
            : RetrievalSet.Of(SentencePairs.Read(file, layout, parsed.GetValue(_positive)).Alike.Evenly(limit),
                parsed.GetValue(_candidates));
        if (sets.Count < 2)
            throw new InputException(file, null, "gives one set, and an interval needs two",
                own ? "Write a second line at least" : "Ask for fewer candidates (--candidates), or give more texts (--limit)");
        return new Retrieval(model, sets, pooling, batches, longest);
    }

    /// <summary>A line on how the untouched model does, with controls and with what such items could show.</summary>
    public static string Describe(ITextTask task)
    {
        static string Of(Interval i) => string.Create(CultureInfo.InvariantCulture, $"{i.Value:0.000} [{i.Low:0.000}, {i.High:0.000}]");
        if (task is PairSimilarity pairs)
        {
            var figures = pairs.Measure();
            return string.Create(CultureInfo.InvariantCulture, $"attn: {pairs.Count} pairs, and {pairs.Fitted} others that the threshold "
                + $"({Side(pairs.Scale)}) was fitted on; {Pooled(pairs.Pooling)}; accuracy "
                + $"{Of(figures.Accuracy.Interval)}, always the commoner kind {figures.Majority.Value:0.000}; area under the ROC curve "
                + $"{Of(figures.Roc.Area)} (with so many pairs an area above {figures.Roc.Visible:0.000} is told from 0.5 four times in "
                + $"five); loss {figures.Loss:0.000}, of the share of the kinds alone {figures.PriorLoss:0.000}{Cut(pairs.Cut)}");
        }
        var retrieval = (Retrieval)task;
        var found = retrieval.Measure();
        return string.Create(CultureInfo.InvariantCulture, $"attn: {retrieval.Count} items of "
            + $"{retrieval.QuestionsPerSet} {(retrieval.QuestionsPerSet == 1 ? "question" : "questions")} and {retrieval.Candidates} "
            + $"candidates; {Pooled(retrieval.Pooling)}; nearest is right {Of(found.First)} (chance "
            + $"{found.ChanceFirst:0.000}), reciprocal rank {Of(found.ReciprocalRank)} (chance {found.ChanceReciprocalRank:0.000}); loss "
            + $"{found.Loss:0.000}, of guessing {task.GuessLoss:0.000}"
            + $"{Cut(retrieval.Cut)}");
    }

    private static string Side(PairScale scale) => scale.Slope == 0 ? "no cosine tells the kinds apart"
        : string.Create(CultureInfo.InvariantCulture, $"cosine {(scale.Slope > 0 ? "above" : "below")} {scale.Threshold:0.000}");

    private static string Pooled(Pooling pooling) => pooling == AttentionNotebooks.Pooling.Mean ? "mean of the tokens" : "state of [CLS]";

    private static string Cut(int texts) => texts == 0 ? "" : $"; {texts} sentences were cut";
}
