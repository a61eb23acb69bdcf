using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AttentionNotebooks.Runner;
using FsCheck;
using FsCheck.Fluent;

namespace AttentionNotebooks.Tests.Runner;

public sealed partial class PageTests : IDisposable
{
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    private string Page(Output[] outputs, params string[] cells)
    {
        var notebook = NotebookReader.Read(bench.Write("page", cells));
        var ran = notebook.Cells.Where(c => c.Type == CellType.Code)
            .Select((c, i) => new CellRun(c, i + 1, i == 0 ? outputs : [], TimeSpan.Zero)).ToList();
        return NotebookPage.Render(new NotebookRun(notebook, ran, null, TimeSpan.FromSeconds(1.25)));
    }

    private static DisplayOutput Form(string mime, string content) =>
        new(new Dictionary<string, string> { [mime] = content, [Mime.Plain] = "the plain form" }, IsResult: true);

    private string Markdown(string text) => new MarkdownHtml(bench.Folder).Render(text, null);

    [Fact]
    public void Figures_are_drawn_with_one_plotly_and_layout_as_the_third_argument()
    {
        const string Figure = """{"data":[{"y":[1,2]}],"layout":{"title":{"text":"</script><b>"} },"config":{"displayModeBar":false} }""";
        string page = Page([Form(Mime.Plotly, Figure), Form(Mime.Plotly, Figure)], "1");
        Assert.Contains(
            """<div id="fig-1" class="plotly"></div><script>figures.push(() => Plotly.newPlot("fig-1", [{"y":[1,2]}],"""
                + """ {"title":{"text":"\u003C/script\u003E\u003Cb\u003E"}}, {"displayModeBar":false,"responsive":true}))</script>""",
                page);
        Assert.Contains("Plotly.newPlot(\"fig-2\"", page);
        Assert.Single(PlotlyHeader().Matches(page));
        // The text is there before plotly.js is read, and plotly.js before a figure calls it.
        Assert.True(page.IndexOf("figures = []", StringComparison.Ordinal) < page.IndexOf("figures.push", StringComparison.Ordinal));
        Assert.True(page.LastIndexOf("figures.push", StringComparison.Ordinal) < page.IndexOf("plotly.js v", StringComparison.Ordinal));
        Assert.True(page.IndexOf("plotly.js v", StringComparison.Ordinal) < page.IndexOf("figures.shift()", StringComparison.Ordinal));
        // Every script that begins also ends: nothing inside the library or a figure ends one early.
        Assert.Equal(5, Regex.Count(page, "<script>"));
        Assert.Equal(5, Regex.Count(page, "</script", RegexOptions.IgnoreCase));
    }

    [Fact]
    public void A_figure_that_says_how_high_it_is_keeps_that_room() =>
        Assert.Contains("id=\"fig-1\" class=\"plotly\" style=\"min-height:321px\"",
            Page([Form(Mime.Plotly, """{"data":[{}],"layout":{"height":321}}""")], "1"));

    [Fact]
    public void The_caption_stands_under_the_figure() =>
        Assert.Contains("</script><p class=\"caption\">a &lt; b</p>",
            Page([Form(Mime.Plotly, """{"data":[{}],"layout":{"meta":{"caption":"a < b"}}}""")], "1"));

    [Fact]
    public void A_page_without_figures_is_light_and_names_no_other_host()
    {
        string page = Page([Form(Mime.Html, "<b>x</b>")], "%md # Title\n[out](https://example.org)", "1");
        Assert.DoesNotContain("plotly.js", page);
        Assert.InRange(page.Length, 1, 20_000);
        Assert.DoesNotMatch(@"(src|@import|url\()\s*=?\s*""?(https?:)?//", page);
        Assert.Contains("<title>Title</title>", page);
    }

    [Theory]
    [InlineData(Mime.Plotly, "not json")]
    [InlineData(Mime.Plotly, "{\"layout\":{}}")]
    public void A_figure_without_data_falls_back_to_another_form(string mime, string content)
    {
        string page = Page([Form(mime, content)], "1");
        Assert.Contains("<pre>the plain form</pre>", page);
        Assert.DoesNotContain("newPlot", page);
    }

    [Fact]
    public void Every_kind_of_output_is_shown()
    {
        string page = Page(
            [
                new StreamOutput("stdout", "a<b\n10%\r100%\n\u001b[31mred\u001b[0m\n"),
                new StreamOutput("stderr", "warning"),
                new ErrorOutput("E", "m", ["cell 1, line 2: E: m<", "  at f"]),
                Form(Mime.Html, "<i>page</i><style>\n.dni-x { }\n</style>"),
                Form("image/png", "aGk=\n"),
                Form(Mime.Markdown, "*m*"),
                Form("text/other", "o"),
            ], "1");
        Assert.Contains("<pre class=\"stream\">a&lt;b\n100%\nred</pre>", page);
        Assert.Contains("<pre class=\"stream stderr\">warning</pre>", page);
        Assert.Contains("<pre class=\"error\">cell 1, line 2: E: m&lt;\n  at f</pre>", page);
        Assert.Contains("<div class=\"output\"><i>page</i></div>", page);
        Assert.Contains("<img src=\"data:image/png;base64,aGk=\"", page);
        Assert.Contains("<em>m</em>", page);
        Assert.Contains("<pre>the plain form</pre>", page);
    }

    [Fact]
    public void A_failed_notebook_says_so_and_shows_what_did_not_run()
    {
        var notebook = NotebookReader.Read(bench.Write("bad", "%md # Bad", "throw null;", "2"));
        var failure = new CellFailure(notebook.Cells[1], 1, null, "Oh", "no", []);
        var run = new NotebookRun(notebook, [new CellRun(notebook.Cells[1], 1, [failure.ToOutput()], TimeSpan.Zero)], failure,
            TimeSpan.Zero);
        string page = NotebookPage.Render(run);
        Assert.Contains("<a href=\"#cell-2\">cell 2 (id2), line 1</a>", page);
        Assert.Contains("<div class=\"cell failed\" id=\"cell-2\">", page);
        Assert.Contains("<div class=\"cell notrun\" id=\"cell-3\">", page);
        string index = IndexPage.Render([run]);
        Assert.Contains("<a href=\"bad.html\">Bad</a>", index);
        Assert.Contains("1 of 2", index);
        Assert.Contains("failed: cell 2 (id2), line 1: Oh: no", index);
    }

    [Fact]
    public void Markdown_has_tables_tasks_folded_answers_and_no_outside_pictures()
    {
        File.WriteAllBytes(bench.PathOf("a b.png"), [1, 2, 3]);
        Assert.Contains("<td>1</td>", Markdown("| a |\n|--|\n| 1 |"));
        Assert.Contains("type=\"checkbox\"", Markdown("- [x] done"));
        Assert.Matches("(?s)<details><summary>Answer</summary>.*<strong>42</strong>.*</details>",
            Markdown("<details><summary>Answer</summary>\n\n**42**\n\n</details>"));
        Assert.Contains("src=\"data:image/png;base64,AQID\"", Markdown("![x](a%20b.png)"));
        Assert.Contains("src=\"missing.png\"", Markdown("![x](missing.png)"));
        Assert.Contains("href=\"01%20next.html\"", Markdown("[n](01%20next.ipynb)"));
        Assert.Contains("href=\"https://example.org/a.ipynb\"", Markdown("[n](https://example.org/a.ipynb)"));
        Assert.Contains("<span class=\"k\">var</span>", Markdown("```csharp\nvar x = 1;\n```"));
        var attachments = (JsonObject)JsonNode.Parse("""{"p.png":{"image/png":"AQID"}}""")!;
        Assert.Contains("src=\"data:image/png;base64,AQID\"", new MarkdownHtml(bench.Folder).Render("![x](attachment:p.png)", attachments));
    }

    [Theory]
    [InlineData("x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>")]
    [InlineData(@"\frac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>")]
    [InlineData(@"\tfrac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>")]
    [InlineData(@"\sum_{i=1}^n", "<munderover><mo largeop=\"true\">∑</mo>")]
    [InlineData(@"\max_j a", "<munder><mo form=\"prefix\" lspace=\"0.17em\" rspace=\"0.17em\">max</mo><mi>j</mi></munder>")]
    [InlineData(@"\mathbb{R}\alpha", "<mi>ℝ</mi><mi>α</mi>")]
    [InlineData(@"\left( x \right]", "<mo fence=\"true\" stretchy=\"true\">]</mo>")]
    [InlineData(@"\begin{cases} 1 & x \\ 0 & y \end{cases}", "</mtd></mtr><mtr><mtd")]
    public void Formulas_become_MathML(string latex, string html)
    {
        Assert.Contains(html, Formula.Render(latex, display: false));
        Assert.Contains(html, Markdown($"a ${latex}$ b"));
        Assert.Contains(html, Markdown($"$$ {latex}$$"));
    }

    [Theory]
    [InlineData(@"\unknown{x}")]
    [InlineData(@"{")]
    [InlineData(@"x_")]
    [InlineData(@"\frac{a}")]
    [InlineData(@"\left( x")]
    [InlineData(@"a & b")]
    [InlineData(@"\")]
    public void A_formula_with_anything_else_in_it_stays_as_typed(string latex) =>
        Assert.Equal($"<code class=\"formula\">{WebUtility.HtmlEncode(latex)}</code>", Formula.Render(latex, display: true));

    [Fact]
    public void Words_in_a_formula_keep_the_spaces_around_them() =>
        Assert.Contains("<mtext>token&#160;</mtext><mi>j</mi><mtext>&#160;is",
            Formula.Render(@"\text{token } j \text{ is}", display: false));

    [Fact]
    public void Nesting_without_end_stays_as_typed() => Assert.StartsWith("<code", Formula.Render(new string('{', 100_000), display: true));

    [Fact]
    public void Any_formula_gives_well_formed_HTML()
    {
        string[] parts = ["x", "12", "_", "^", "{", "}", " ", "'", "&", "<", "|", "\\\\", "\\frac", "\\sqrt", "\\sum", "\\left(",
            "\\right)", "\\begin{cases}", "\\end{cases}", "\\text{a}", "\\hat", "\\alpha", "\\max", "é"];
        var formulas = Gen.Elements(parts).ListOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(formulas, latex => XElement.Parse(Formula.Render(latex, display: true)) is not null).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("var x = new List<int>();",
        "<span class=\"k\">var</span> x = <span class=\"k\">new</span> <span class=\"t\">List</span>&lt;<span "
            + "class=\"k\">int</span>&gt;();")]
    [InlineData("Console.WriteLine(\"a<\"); // b",
        "<span class=\"t\">Console</span>.<span class=\"m\">WriteLine</span>(<span class=\"s\">&quot;a&lt;&quot;</span>); <span "
            + "class=\"c\">// b</span>")]
    [InlineData("#r \"x.dll\"\n1.5f", "<span class=\"d\">#r &quot;x.dll&quot;")]
    [InlineData("$\"a{b}\"", "<span class=\"s\">$&quot;</span><span class=\"s\">a</span>{b}<span class=\"s\">&quot;</span>")]
    public void Code_is_coloured(string code, string html) => Assert.Contains(html, CodeHtml.Render(code));

    [Fact]
    public void Colouring_changes_no_character_of_any_code()
    {
        string[] parts = ["var ", "x", "\"", "'", "\n", "//", "/*", "*/", "#", "#if X\n", "#!time\n", "{", "}", "$\"", "\"\"\"", "<", "&",
            ";", "(", ")", "await ", "\t", "é", "\r\n", "#r \"a\"\n"];
        var codes = Gen.Elements(parts).ListOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(codes, code => WebUtility.HtmlDecode(Tag().Replace(CodeHtml.Render(code), "")) == code).QuickCheckThrowOnFailure();
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"plotly\.js v\d")]
    private static partial Regex PlotlyHeader();
}
