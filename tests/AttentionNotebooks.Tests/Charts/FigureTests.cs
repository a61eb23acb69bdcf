using System.Text.Json;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Tests.Charts;

public class FigureTests
{
    private static readonly Figure _figure =
        new("A & B", "See </script><script>alert(1)</script>.", """[{"type":"bar","x":[1],"name":"</script>é"}]""",
            """{"height":300,"meta":{"kept":1}}""", "{}");

    [Fact]
    public void The_caption_travels_in_the_layout_beside_what_was_there()
    {
        var layout = JsonDocument.Parse(_figure.LayoutJson).RootElement;
        Assert.Equal(_figure.Caption, layout.At("meta.caption").GetString());
        Assert.Equal(1, layout.At("meta.kept").GetInt32());
    }

    [Fact]
    public void Json_has_the_three_parts_and_cannot_end_a_script()
    {
        string json = _figure.ToJson();
        Assert.Equal(["data", "layout", "config"], JsonDocument.Parse(json).RootElement.EnumerateObject().Select(p => p.Name));
        Assert.DoesNotContain("<", json);
        Assert.Contains("é", json);
        Assert.Equal("</script>é", JsonDocument.Parse(json).RootElement.GetProperty("data")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Html_draws_once_shows_the_caption_escaped_and_carries_no_plotly()
    {
        string html = _figure.ToHtml();
        Assert.Single(Regex.Matches(html, "Plotly\\.newPlot"));
        Assert.Single(Regex.Matches(html, "</script>"));
        Assert.Contains("See &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;.</figcaption>", html);
        Assert.Contains("height:300px", html);
        Assert.InRange(html.Length, 500, 5000);
    }

    [Fact]
    public void The_same_figure_can_stand_twice_on_a_page() => Assert.NotEqual(_figure.ToHtml(), _figure.ToHtml());

    [Fact]
    public void Text_is_title_and_caption()
    {
        Assert.Equal($"A & B\n{_figure.Caption}", _figure.ToString());
        Assert.Equal("A", new Figure("A", "", "[{}]", "{}", "{}").ToString());
    }

    [Fact]
    public void A_saved_page_has_plotly_exactly_once_and_asks_for_no_other_file()
    {
        string path = Path.Combine(Path.GetTempPath(), $"figure-{Guid.NewGuid():N}.html");
        try
        {
            _figure.SavePage(path);
            string page = File.ReadAllText(path);
            Assert.Single(Regex.Matches(page, @"\* plotly\.js v\d+\.\d+\.\d+"));
            Assert.Contains("<title>A &amp; B</title>", page);
            Assert.DoesNotMatch("<(script|link|img)[^>]+(src|href)=", page.Replace(PlotlyScript.Source, ""));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Plotly_is_whole_and_cannot_end_its_script()
    {
        Assert.InRange(PlotlyScript.Source.Length, 3_000_000, 6_000_000);
        Assert.DoesNotContain("</script", PlotlyScript.Source, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("function (define, exports, module)", PlotlyScript.LoaderHtml); // so that AMD pages get window.Plotly too
    }

    [Theory]
    [InlineData("{}", "{}", "{}")]
    [InlineData("[]", "{}", "{}")]
    [InlineData("[{}]", "[]", "{}")]
    [InlineData("[{}]", "{}", "null")]
    [InlineData("[{", "{}", "{}")]
    public void Parts_of_another_kind_are_refused(string data, string layout, string config) =>
        Assert.Throws<ArgumentException>(() => new Figure("t", "c", data, layout, config));
}
