using System.Text.Json;

namespace AttentionNotebooks.Tests.Browsing;

/// <summary>One chart as a browser has drawn it.</summary>
/// <param name="Title">The title that stands over it.</param>
/// <param name="Traces">For every visible trace, how many of its values are numbers.</param>
/// <param name="Marks">How many shapes and texts stand in its plots: points, bars, lines, heatmaps.</param>
internal sealed record DrawnChart(string Title, int[] Traces, int Marks);

/// <summary>Has a browser draw the charts of a page.</summary>
internal static class DrawnCharts
{
    // A page draws its charts one after the other, so first they are waited for; one that never comes is told as empty.
    private const string Question = """
        (async () => {
          const charts = Array.from(document.querySelectorAll("div.plotly[id], figure.attention-figure > div[id]"));
          for (let tries = 0; tries < 100 && !charts.every(chart => chart._fullData); tries++)
              await new Promise(later => setTimeout(later, 100));
          return charts.map(chart => ({
            title: chart.querySelector(".gtitle")?.textContent ?? "",
            marks: chart.querySelectorAll(".plot path, .plot image, .plot text").length,
            traces: (chart._fullData ?? []).filter(trace => trace.visible === true).map(trace =>
              Array.from(trace.z ?? trace.x ?? trace.y ?? []).flat(Infinity).filter(value => value !== null && value !== "").length),
          }));
        })()
        """;

    private static readonly JsonSerializerOptions _names = new(JsonSerializerDefaults.Web);

    /// <summary>The charts of <paramref name="page"/>, in order; the test is skipped where there is no browser.</summary>
    /// <param name="page">The page's HTML.</param>
    public static async Task<(DrawnChart[] Charts, IReadOnlyList<string> Problems)> Of(string page)
    {
        var report = await Ask(page, Question);
        return (report.Answer.Deserialize<DrawnChart[]>(_names)!, report.Problems);
    }

    /// <summary>Asks a page something; the test is skipped where there is no browser.</summary>
    /// <param name="page">The page's HTML.</param>
    /// <param name="question">A JavaScript expression.</param>
    public static Task<BrowserReport> Ask(string page, string question)
    {
        Assert.SkipUnless(Browser.Executable is not null,
            "needs Chromium: install chromium or google-chrome, or set CHROMIUM to the program");
        return Browser.Ask(page, question, TestContext.Current.CancellationToken);
    }
}
