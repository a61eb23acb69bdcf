using System.Globalization;

namespace AttentionNotebooks;

/// <summary>What the laboratory says of a feature; shown as pictures and tables.</summary>
[TypeFormatterSource(typeof(LabAnswerFormatters), PreferredMimeTypes = ["text/html"])]
public sealed class LabAnswer
{
    private const int ShownCorrelations = 6;

    internal LabAnswer(FeatureReport report, TextMaps maps)
    {
        Report = report;
        string name = report.Feature.Name;
        Grid = Kit.Plot.HeadGrid(report.Table, name, $"{name}: every head", $"Means over {report.Texts} texts. Layer 0 is at the bottom.");
        Distribution = Kit.Plot.Distribution(report.Table, name, $"{name}: how the heads are spread");
        // Few heads may be both high and low.
        var shown = report.Highest.Concat(report.Lowest.Reverse()).DistinctBy(h => h.Head).ToArray();
        Maps = Kit.Plot.HeadMaps([.. shown.Select(h => maps[h.Head])], [.. shown.Select(h => $"{h.Head}: {Number(h.Value)}")], maps.Tokens,
            $"{name}: the highest and the lowest heads",
            $"From the highest to the lowest, on text {maps.Text.Id}. Rows attend, columns are attended; all maps share one scale.");
    }

    /// <summary>The figures.</summary>
    public FeatureReport Report { get; }

    /// <summary>The value of every head.</summary>
    public Figure Grid { get; }

    /// <summary>How the values are spread.</summary>
    public Figure Distribution { get; }

    /// <summary>The maps of the heads that score highest and lowest.</summary>
    public Figure Maps { get; }

    /// <summary>What it says, in text.</summary>
    public override string ToString() => string.Join("\n", (string[])[Likeness().ToText(), .. Sentences()]);

    /// <summary>What it says, with pictures.</summary>
    public string ToHtml() => string.Concat(
        Grid.ToHtml(), Distribution.ToHtml(), Likeness().ToHtml(), string.Concat(Sentences().Select(Paragraph)), Maps.ToHtml());

    private static string Paragraph(string sentence) =>
        $"""<p style="font:13px {Html.FontFamily};max-width:760px;margin:6px 8px">{Html.Escape(sentence)}</p>""";

    private TextTable Likeness() => new($"{Report.Feature.Name}: the known features that rank the heads most alike",
        ["feature", "rank correlation"],
        [.. Report.Correlations.Take(ShownCorrelations)
            .Select(c => (string[])[c.Feature, c.Correlation.ToString("0.00", CultureInfo.InvariantCulture)])],
        string.Create(CultureInfo.InvariantCulture,
            $"Spearman's, over {Report.Table.Grid.Count} heads. Of unrelated features one in twenty exceeds "
                + $"±{Report.CorrelationByChance:0.00}."));

    private IEnumerable<string> Sentences()
    {
        var grid = Report.Table.Grid;
        if (Report.Reliability is { Value: not double.NaN } r)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Split-half reliability {r.Value:0.00} (95 % of the splits {r.Interval.Low:0.00} … "
                + $"{r.Interval.High:0.00}): near 1, other texts would rank the heads in the same order.");
        if (Report.Intervals is { } i)
        {
            string Interval(Head head) => $"{head} {Number(i.Low[grid.PositionOf(head)])} … {Number(i.High[grid.PositionOf(head)])}";
            var heads = Report.Highest.Concat(Report.Lowest.Reverse()).Select(h => h.Head).Distinct();
            yield return $"95 % intervals over the texts: {string.Join(", ", heads.Select(Interval))}.";
        }
        yield return Report.Clustering is { } c
            ? string.Create(CultureInfo.InvariantCulture,
                $"Clustering into {Report.Default.Clusters.Count}: silhouette {Report.Default.Silhouette:0.000} without "
                + $"{Report.Feature.Name}, {c.With.Silhouette:0.000} with it, {c.ControlSilhouette:0.000} with its values shuffled "
                + $"among the heads. Adjusted Rand index with the clustering without it {c.AdjustedRand:0.00}; shuffled "
                + $"{c.Control:0.00} (means of {c.Shuffles} shuffles).")
            : $"{Report.Feature.Name} has the same value in all heads, so it cannot separate them.";
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "G3", CultureInfo.InvariantCulture);
}

/// <summary>How hosts show a <see cref="LabAnswer"/>.</summary>
internal sealed class LabAnswerFormatters
{
    /// <summary>The formatters.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new ConventionFormatter("text/html", a => ((LabAnswer)a).ToHtml()),
        new ConventionFormatter("text/plain", a => a.ToString()!),
    ];
}
