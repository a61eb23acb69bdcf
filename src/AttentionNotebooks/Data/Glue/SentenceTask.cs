namespace AttentionNotebooks;

/// <summary>How the tab-separated files of a task on sentences are laid out, and what the task is measured by.</summary>
/// <param name="Name">What it is called in reports, e.g. <c>CoLA</c>.</param>
/// <param name="TextColumns">The column of the text, or the two columns of a pair.</param>
/// <param name="LabelColumn">The column of the label, a whole number or a word.</param>
/// <param name="Metric">What the task is measured by.</param>
/// <remarks>The layouts and measures of GLUE's own files: Wang et al. (2019), "GLUE: A Multi-Task Benchmark and Analysis
/// Platform for Natural Language Understanding", table 1. Quotes are characters like any other there.</remarks>
public sealed record SentenceTask(string Name, IReadOnlyList<string> TextColumns, string LabelColumn, ClassificationMetric Metric)
{
    /// <summary>The columns' names where the files have no first line that says them; <see langword="null"/> where they have.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>CoLA: is a sentence acceptable (1)? No header. Measured by Matthews' correlation.</summary>
    /// <remarks>Warstadt et al. (2019), "Neural Network Acceptability Judgments".</remarks>
    public static SentenceTask Cola { get; } = new("CoLA", ["sentence"], "label", ClassificationMetric.Matthews)
    { Columns = ["source", "label", "mark", "sentence"] };

    /// <summary>SST-2: does a phrase of a film review speak well of it (1)? Measured by accuracy.</summary>
    /// <remarks>Socher et al. (2013), "Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank".</remarks>
    public static SentenceTask Sst2 { get; } = new("SST-2", ["sentence"], "label", ClassificationMetric.Accuracy);

    /// <summary>MRPC: do two sentences say the same (1)? Measured by F1; GLUE gives accuracy beside it.</summary>
    /// <remarks>Dolan and Brockett (2005), "Automatically Constructing a Corpus of Sentential Paraphrases".</remarks>
    public static SentenceTask Mrpc { get; } = new("MRPC", ["#1 String", "#2 String"], "Quality", ClassificationMetric.F1);

    /// <summary>RTE: does the first text entail the second? Measured by accuracy.</summary>
    public static SentenceTask Rte { get; } = new("RTE", ["sentence1", "sentence2"], "label", ClassificationMetric.Accuracy);

    /// <summary>The tasks of GLUE that are known by name.</summary>
    public static IReadOnlyList<SentenceTask> Known { get; } = [Cola, Sst2, Mrpc, Rte];

    /// <summary>The task of a name.</summary>
    /// <param name="name"><c>cola</c>, <c>sst2</c>, <c>mrpc</c> or <c>rte</c>; case and hyphens do not matter.</param>
    /// <exception cref="InputException">No task is known by that name.</exception>
    public static SentenceTask Named(string name) => Known.FirstOrDefault(t => Plain(t.Name) == Plain(name))
        ?? throw new InputException($"task \"{name}\"", null, "is unknown",
            $"Known are {string.Join(", ", Known.Select(t => Plain(t.Name)))}; for any other file with a header name its columns");

    /// <summary>The task of any file with a header.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="textColumns">The column of the text, or the two columns of a pair.</param>
    /// <param name="metric">What to measure it by.</param>
    /// <exception cref="InputException">There are no or more than two text columns.</exception>
    public static SentenceTask OfColumns(string name, IReadOnlyList<string> textColumns, string labelColumn,
        ClassificationMetric metric = ClassificationMetric.Accuracy) => textColumns.Count is 1 or 2
        ? new(name, textColumns, labelColumn, metric)
        : throw new InputException("text columns", null, $"are {textColumns.Count}", "Name one column, or the two of a pair");

    /// <summary>Whether its items are pairs of texts.</summary>
    public bool IsPairs => TextColumns.Count == 2;

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
