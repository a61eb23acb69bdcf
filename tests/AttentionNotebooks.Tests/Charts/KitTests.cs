using Microsoft.DotNet.Interactive.Formatting;
using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

public class KitTests
{
    [Fact]
    public void Starting_twice_finds_the_same_with_libtorch_loaded()
    {
        var status = Kit.Start();
        Assert.Equal(status, Kit.Start());
        Assert.Null(status.Problem);
        Assert.True(status.Device is "cpu" or "cuda");
        Assert.Equal(6f, TorchSharp.torch.tensor(new float[] { 1, 2, 3 }).sum().item<float>());
        Assert.Equal(Path.Combine(Kit.Root, "data"), status.DataFolder);
    }

    [Fact]
    public void The_status_is_one_line_and_brings_plotly_to_live_notebooks_only()
    {
        var status = new KitStatus("1.2.3", null, "a <reason>", "/data", "mine");
        Assert.Equal("AttentionNotebooks 1.2.3 · tensors: none, libtorch does not load (a <reason>) · data: /data · model: mine",
            status.ToString());
        Assert.Contains("a &lt;reason&gt;", status.ToHtml(withPlotly: false));
        Assert.DoesNotContain("<script", status.ToHtml(withPlotly: false));
        Assert.Contains("plotly.js v", status.ToHtml(withPlotly: true));
    }

    [Fact]
    public void The_root_holds_the_solution() => Assert.True(File.Exists(Path.Combine(Kit.Root, "AttentionNotebooks.sln")));

    [Fact]
    public void A_path_outside_the_data_or_the_repository_is_an_input_error()
    {
        Assert.Contains("no-such.csv: does not exist", Assert.Throws<InputException>(() => Kit.DataPath("no-such.csv")).Message);
        Assert.Contains("AttentionNotebooks.sln",
            Assert.Throws<InputException>(() => Kit.Start(Path.GetPathRoot(Path.GetTempPath()))).Message);
    }

    [Fact]
    public void Hosts_find_the_formatters_of_a_figure()
    {
        var figure = Kit.Plot.Bars(["a"], [1], "v", "My title", "My caption");
        Assert.Equal(["text/html"], Formatter.GetPreferredMimeTypesFor(typeof(Figure)));
        Assert.Contains("Plotly.newPlot", figure.ToDisplayString("text/html"));
        Assert.Equal(figure.ToJson(), figure.ToDisplayString(Figure.PlotlyMimeType));
        Assert.Equal("My title\nMy caption", figure.ToDisplayString("text/plain"));
        Assert.Contains("AttentionNotebooks", Kit.Start().ToDisplayString("text/plain"));
    }

    [Fact]
    public void Marks_of_pieces_that_are_a_space_are_shown_as_one_in_charts_and_texts()
    {
        Kit.Start();
        var text = new TokenizedText([0, 5, 6, 7, 2], ["<s>", "the", "Ġcat", "##s", "</s>"], [0, 0, 0, 0, 0], [-1, 0, 1, 1, -1], 0);
        Assert.Contains("> cat<", text.ToDisplayString("text/html"), StringComparison.Ordinal);
        Assert.StartsWith("<s> the  cat ##s </s>\n", text.ToDisplayString("text/plain"), StringComparison.Ordinal);
        string map = Kit.Plot.AttentionMap(new float[2, 2] { { 1, 0 }, { 0, 1 } }, ["Ġcat", "▁dog"], "title").ToJson();
        Assert.Contains("\" cat\"", map, StringComparison.Ordinal);
        Assert.Contains("\" dog\"", map, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_show_a_head_table_cut_and_with_the_number_of_rows_left_out()
    {
        Kit.Start();
        string html = Table.With("<odd>", new double[144]).ToDisplayString("text/html"), text = Table.ToDisplayString("text/plain");
        Assert.Contains("144 heads (12 layers × 12), 3 features; means over 97 texts", text);
        Assert.Contains("132 more heads.", text);
        Assert.Equal(12, text.Split('\n').Count(line => line.StartsWith("0-", StringComparison.Ordinal)));
        Assert.Contains("&lt;odd&gt;", html);
        Assert.Contains("<td class=\"number\">11.000</td>", html); // position of 0-11
        Assert.DoesNotContain("<odd>", html);
    }

    [Fact]
    public void Known_features_bring_their_units()
    {
        Kit.Start();
        var table = new HeadTable(new HeadGrid(1, 2), ["mean_distance", "mine"], [[2.5, 3], [1, 2]]);
        string[] lines = table.ToDisplayString("text/plain").Split('\n');
        Assert.Equal("head  mean_distance   mine", lines[1]);
        Assert.Equal("             tokens", lines[2]);
        Assert.Contains("<th class=\"number\">tokens</th>", table.ToDisplayString("text/html"));
        Assert.Equal("mean_distance (tokens)", Kit.Plot.HeadGrid(table, "mean_distance").Data().At("colorbar.title.text").GetString());
        Assert.Equal("mine", Kit.Plot.HeadGrid(table, "mine").Data().At("colorbar.title.text").GetString());
        Assert.Equal("mine (bits)", Kit.Plot.HeadGrid(table.With("mine", "bits", [1, 2]), "mine").Data().At("colorbar.title.text")
            .GetString());
    }

    [Fact]
    public void Hosts_show_a_clustering_as_one_row_per_cluster()
    {
        Kit.Start();
        string text = Sample.ToDisplayString("text/plain"), html = Sample.ToDisplayString("text/html");
        Assert.Contains("3 clusters of 144 heads, mean silhouette 0.24", text);
        string middle = text.Split('\n').Single(l => l.Contains("middle", StringComparison.Ordinal));
        Assert.Matches(@"^\s*1\s+middle\s+48\s+0 of 48\s+6–9\s", middle);
        Assert.Contains("position 95.500 (+0.6 sd)", middle);
        Assert.Contains("low &lt;b&gt;", html);
        Assert.Contains("evidence 0 &amp; &lt;more&gt;", html);
    }

    [Fact]
    public void Hosts_show_heads_and_rankings_by_name()
    {
        Kit.Start();
        Assert.Equal("<code>7-9</code>", new Head(7, 9).ToDisplayString("text/html"));
        Assert.Equal("head     value\n11-11  143.000\n11-10  142.000", Table.Highest("position", 2).ToDisplayString("text/plain"));
    }

    [Fact]
    public void Hosts_show_texts_as_tokens_maps_as_links_and_models_in_a_line()
    {
        Kit.Start();
        using var model = Checkpoint.Load(Kit.DataPath("demo-bert"));
        var pair = model.Tokenizer.Encode("the <dog> xylographs", "it sat");
        string html = pair.ToDisplayString("text/html"), text = pair.ToDisplayString("text/plain");
        Assert.Contains(">&lt;<sub>", html, StringComparison.Ordinal);
        Assert.Equal(pair.Length, System.Text.RegularExpressions.Regex.Count(html, "<sub>"));
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(html, "class=\"special\""));
        int words = 5; // the, <dog>, xylographs; it, sat
        Assert.Equal(pair.Length - 3 - words, System.Text.RegularExpressions.Regex.Count(html, "class=\"more\""));
        Assert.Contains($"{pair.Length} tokens, {words} words", text, StringComparison.Ordinal);
        var maps = new LiveAttention(model, ["It rained."]).Maps(0);
        Assert.Contains("Plotly.newPlot", maps.ToDisplayString("text/html"), StringComparison.Ordinal);
        int n = maps.Tokens.Count;
        Assert.Equal($"Maps of 12 × 12 heads on text 000000, {n} × {n} weights each: {string.Join(' ', maps.Tokens)}",
            maps.ToDisplayString("text/plain"));
        Assert.Contains("demo-bert: bert, 12 layers × 12 heads", model.ToDisplayString("text/plain"), StringComparison.Ordinal);
    }
}
