using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Browsing;

/// <summary>That the gate on drawn charts can fail, and that a chart's own buttons work.</summary>
public sealed class DrawnChartsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pages-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Page(Figure figure)
    {
        string path = Path.Combine(folder, "figure.html");
        figure.SavePage(path);
        return File.ReadAllText(path);
    }

    [Fact]
    public async Task A_chart_is_seen_with_its_title_its_values_and_its_marks()
    {
        var (charts, problems) = await DrawnCharts.Of(
            Page(Kit.Plot.Lines([1, 2, 3], [("a", [1, 2, double.NaN]), ("b", [0, 0, 0])], "x", "y", "Two lines")));
        Assert.Empty(problems);
        var chart = Assert.Single(charts);
        Assert.Equal("Two lines", chart.Title);
        Assert.Equal([3, 3], chart.Traces);
        Assert.True(chart.Marks >= 2);
    }

    [Theory]
    [InlineData("""[{"type":"scatter","x":[],"y":[]}]""")]
    [InlineData("""[{"type":"heatmap","z":[[null,null],[null,null]]}]""")]
    [InlineData("""[{"type":"scatter","x":[1],"y":[1],"visible":false}]""")]
    public async Task A_chart_without_values_is_seen_to_be_empty(string data)
    {
        var (charts, _) = await DrawnCharts.Of(Page(new Figure("t", "", data, """{"title":{"text":"t"}}""", "{}")));
        Assert.Equal(0, Assert.Single(charts).Traces.Sum());
    }

    [Fact]
    public async Task An_error_of_a_script_and_of_the_console_is_reported()
    {
        var report =
            await DrawnCharts.Ask("<html><head></head><body><script>console.error('said', 1); undefinedFunction();</script></body></html>",
                "1 + 1");
        Assert.Equal(2, report.Answer.GetInt32());
        Assert.Equal(2, report.Problems.Count);
        Assert.Equal("error: said 1", report.Problems[0]);
        Assert.Contains("undefinedFunction", report.Problems[1]);
    }

    [Fact]
    public async Task The_buttons_of_a_map_work_in_a_saved_page()
    {
        var figure = Kit.Plot.AttentionMap(new float[,]
            { { 0.5f, 0.5f, 0, 0 }, { 0.2f, 0, 0.3f, 0.5f }, { 0.25f, 0.15f, 0, 0.6f }, { 0, 0, 0, 1 } }, ["[CLS]", "she", "ran", "[SEP]"],
            "t");
        var report = await DrawnCharts.Ask(Page(figure), """
            (() => {
              const chart = document.querySelector(".js-plotly-plot"), buttons = chart.querySelectorAll(".updatemenu-button");
              const state = () => ({ z: chart._fullData[0].z, ends: [chart._fullData[0].zmin, chart._fullData[0].zmax],
              labels: Array.from(chart.querySelectorAll(".xtick")).map(t => t.textContent), y: chart._fullLayout.yaxis.range });
              const click = i => { buttons[i].dispatchEvent(new MouseEvent("click")); return state(); };
              return { begin: state(), words: click(1), back: click(0) };
            })()
            """);
        Assert.Empty(report.Problems);
        string[] Labels(string at) => [.. report.Answer.GetProperty(at).GetProperty("labels").EnumerateArray().Select(l => l.GetString()!)];
        Assert.Equal(["[CLS]", "she", "ran", "[SEP]"], Labels("begin"));
        Assert.Equal(["she", "ran"], Labels("words"));
        Assert.Equal("[[0,0.3],[0.15,0]]", report.Answer.At("words.z").GetRawText());
        Assert.Equal("[0,0.3]", report.Answer.At("words.ends").GetRawText());
        Assert.Equal([1.5, -0.5], report.Answer.At("words.y").Numbers()); // still downwards
        Assert.Equal(report.Answer.GetProperty("begin").GetRawText(), report.Answer.GetProperty("back").GetRawText());
    }
}
