using System.Text;
using System.Text.Json.Nodes;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

public class NotebookReaderTests
{
    private static Notebook Parse(string json) => NotebookReader.Parse("x.ipynb", Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Cells_are_counted_from_1_over_code_and_markdown_and_lines_are_joined()
    {
        var notebook = Parse("""
            {"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
              {"cell_type":"markdown","id":"m","source":["Not a heading #1\n","## The **title**\n"]},
              {"cell_type":"code","source":"var x = 1;\r\nx","outputs":[]},
              {"cell_type":"raw","source":[]}]}
            """);
        Assert.Equal([1, 2, 3], notebook.Cells.Select(c => c.Number));
        Assert.Equal([CellType.Markdown, CellType.Code, CellType.Raw], notebook.Cells.Select(c => c.Type));
        Assert.Equal("var x = 1;\nx", notebook.Cells[1].Source);
        Assert.Equal("The **title**", notebook.Title);
        Assert.Equal(["cell 1 (m)", "cell 2", "cell 3"], notebook.Cells.Select(c => c.Label));
    }

    [Fact]
    public void A_byte_order_mark_is_no_error() =>
        Assert.Empty(NotebookReader.Parse("x.ipynb",
            [.. Encoding.UTF8.Preamble, .. """{"nbformat":4,"metadata":{},"cells":[]}"""u8]).Cells);

    [Fact]
    public void A_notebook_without_a_heading_is_called_by_its_file() =>
        Assert.Equal("x", Parse("""{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","source":"# a"}]}""").Title);

    [Theory]
    [InlineData("""{"kernelspec":{"name":".net-csharp","language":"C#"}}""")]
    [InlineData(
        """{"kernelspec":{"name":".net-fsharp","language":"F#"},"polyglot_notebook":{"kernelInfo":{"defaultKernelName":"csharp"}}}""")]
    [InlineData("{}")]
    public void C_sharp_notebooks_are_read(string metadata) =>
        Assert.Equal("csharp",
            Assert.Single(Parse($$"""{"nbformat":4,"metadata":{{metadata}},"cells":[{"cell_type":"code","source":""}]}""").Cells).Language);

    [Theory]
    [InlineData("{\"nbformat\":4,\n \"cells\":[}", "line 2, byte 11", "not valid JSON")]
    [InlineData("", "line 1, byte 1", "not valid JSON")]
    [InlineData("[]", null, "not a notebook")]
    [InlineData("""{"nbformat":4,"nbformat":4,"cells":[]}""", null, "Duplicate property 'nbformat'")]
    [InlineData("""{"cells":[]}""", "nbformat", "missing")]
    [InlineData("""{"nbformat":3,"worksheets":[]}""", "nbformat", "is 3")]
    [InlineData("""{"nbformat":4,"cells":{}}""", "cells", "not a list")]
    [InlineData("""{"nbformat":4,"cells":[7]}""", "cell 1", "not an object")]
    [InlineData("""{"nbformat":4,"cells":[{"source":""}]}""", "cell 1", "no cell_type")]
    [InlineData("""{"nbformat":4,"cells":[{"cell_type":"heading","source":""}]}""", "cell 1", "'heading'")]
    [InlineData("""{"nbformat":4,"cells":[{"cell_type":"markdown","source":""},{"cell_type":"code"}]}""", "cell 2", "no source")]
    [InlineData("""{"nbformat":4,"cells":[{"cell_type":"code","source":[1]}]}""", "cell 1", "no source")]
    [InlineData("""{"nbformat":4,"metadata":{"kernelspec":{"name":"python3","language":"python"}},"cells":[]}""", "metadata", "'python'")]
    [InlineData("""{"nbformat":4,"metadata":{"polyglot_notebook":{"kernelInfo":{"defaultKernelName":"fsharp"}}},"cells":[]}""", "metadata",
        "'fsharp'")]
    [InlineData("""{"nbformat":4,"cells":[{"cell_type":"code","source":"","metadata":{"polyglot_notebook":{"kernelName":"pwsh"}}}]}""",
        "cell 1", "'pwsh'")]
    public void What_is_wrong_is_told_with_file_place_and_remedy(string json, string? place, string problem)
    {
        var error = Assert.Throws<InputException>(() => Parse(json));
        Assert.Equal("x.ipynb", error.InputSource);
        if (place is null) Assert.Null(error.Place);
        else Assert.StartsWith(place, error.Place);
        Assert.Contains(problem, error.Problem);
        Assert.NotEmpty(error.Remedy);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<InputException>(() => NotebookReader.Read("nowhere/none.ipynb"));
        Assert.Equal("nowhere/none.ipynb", error.InputSource);
    }

    [Fact]
    public void Any_cut_of_a_notebook_is_an_input_error_and_never_another()
    {
        string whole =
            """{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":".net-csharp"}},"cells":[{"cell_type":"code","id":"a","""
            + """ "source":["x"],"outputs":[]}]}""";
        for (int length = 0; length < whole.Length; length++) Assert.Throws<InputException>(() => Parse(whole[..length]));
        Assert.Single(Parse(whole).Cells);
    }

    [Fact]
    public void Outputs_are_read_as_they_are_written()
    {
        Output[] outputs =
        [
            new StreamOutput("stdout", "a\n\nb"),
            new DisplayOutput(new Dictionary<string, string> { ["text/html"] = "<b>\nx</b>\n", [Mime.Plotly] = """{"data":[1]}""" },
                IsResult: true),
            new DisplayOutput(new Dictionary<string, string> { ["text/plain"] = "" }, IsResult: false),
            new ErrorOutput("Oh", "no", ["a", "b"]),
        ];
        var json = new JsonObject { ["outputs"] = new JsonArray([.. outputs.Select(o => (JsonNode)OutputJson.Write(o, 3))]) };
        var cell = new Cell(1, null, CellType.Code, "csharp", "", (JsonObject)JsonNode.Parse(json.ToJsonString())!);
        var read = OutputJson.Read("x.ipynb", cell);
        Assert.Equal(outputs[0], read[0]);
        Assert.Equal(((DisplayOutput)outputs[1]).Data, ((DisplayOutput)read[1]).Data);
        Assert.True(((DisplayOutput)read[1]).IsResult);
        Assert.False(((DisplayOutput)read[2]).IsResult);
        Assert.Equal(["a", "b"], ((ErrorOutput)read[3]).Trace);
    }

    [Fact]
    public void An_output_of_no_known_kind_is_told_with_its_cell()
    {
        var cell = new Cell(4, null, CellType.Code, "csharp", "", (JsonObject)JsonNode.Parse("""{"outputs":[{"output_type":"pyout"}]}""")!);
        Assert.Equal("cell 4, output 1", Assert.Throws<InputException>(() => OutputJson.Read("x.ipynb", cell)).Place);
    }
}
