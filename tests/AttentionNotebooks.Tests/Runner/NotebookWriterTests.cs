using System.Text.Json.Nodes;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

[Collection(NotebookCollection.Name)]
public sealed class NotebookWriterTests : IDisposable
{
    private readonly NotebookBench bench = new();

    public void Dispose() => bench.Dispose();

    private JsonObject Written(string path)
    {
        string target = bench.PathOf("out", "x.ipynb");
        NotebookWriter.Write(target, NotebookRunner.Run(NotebookReader.Read(path), NotebookBench.NoSettings));
        return (JsonObject)JsonNode.Parse(File.ReadAllText(target))!;
    }

    private string Source(string json)
    {
        File.WriteAllText(bench.PathOf("x.ipynb"), json);
        return bench.PathOf("x.ipynb");
    }

    [Fact]
    public void Outputs_and_counts_are_those_of_nbformat()
    {
        var cells = Written(bench.Write("n", "%md # T", "Console.WriteLine(\"a\");\nConsole.WriteLine(\"b\");\n\"x\"",
            "1.Display();\nthrow new Exception(\"bad\");", "3"))["cells"]!.AsArray();
        Assert.Equal("""{"cell_type":"markdown","id":"id1","metadata":{},"source":["# T"]}""", cells[0]!.ToJsonString());
        Assert.Equal(
            """[{"name":"stdout","output_type":"stream","text":["a\n","b\n"]},{"data":{"text/plain":["x"]},"execution_count":1"""
                + ""","metadata":{},"output_type":"execute_result"}]""", cells[1]!["outputs"]!.ToJsonString());
        Assert.Equal(1, (int)cells[1]!["execution_count"]!);
        Assert.Equal("display_data", (string?)cells[2]!["outputs"]![0]!["output_type"]);
        var error = cells[2]!["outputs"]![1]!;
        Assert.Equal(("error", "Exception", "bad"), ((string?)error["output_type"], (string?)error["ename"], (string?)error["evalue"]));
        Assert.Contains("cell 3 (id3), line 2", (string?)error["traceback"]![0]);
        Assert.Null(cells[3]!["execution_count"]);
        Assert.Empty(cells[3]!["outputs"]!.AsArray());
    }

    [Fact]
    public void Metadata_and_unknown_fields_stay_and_old_outputs_go()
    {
        var root = Written(Source("""
            {"nbformat":4,"nbformat_minor":2,"metadata":{"kernelspec":{"name":".net-csharp","extra":[1,{"a":null}]}},"later":"é<",
             "cells":[{"cell_type":"code","source":"int x = 1;","metadata":{"tags":["keep"]},"own":true,"execution_count":7,
            "outputs":[{"output_type":"stream","name":"stdout","text":"old"}]},
                      {"cell_type":"raw","source":["r"]},
                      {"cell_type":"code","id":"not valid!","source":"","outputs":[]},
                      {"cell_type":"code","id":"twin","source":"","outputs":[]},
                      {"cell_type":"code","id":"twin","source":"","outputs":[]}]}
            """));
        Assert.Equal(5, (int)root["nbformat_minor"]!);
        Assert.Equal("""{"kernelspec":{"name":".net-csharp","extra":[1,{"a":null}]}}""", root["metadata"]!.ToJsonString());
        Assert.Equal("é<", (string?)root["later"]);
        var cells = root["cells"]!.AsArray();
        Assert.Equal("keep", (string?)cells[0]!["metadata"]!["tags"]![0]);
        Assert.True((bool)cells[0]!["own"]!);
        Assert.Empty(cells[0]!["outputs"]!.AsArray());
        var ids = cells.Select(c => (string)c!["id"]!).ToList();
        Assert.Equal(5, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches(@"\A[a-zA-Z0-9_-]{1,64}\z", id));
        Assert.All(cells, c => Assert.NotNull(c!["metadata"]));
    }

    [Fact]
    public void JSON_forms_are_stored_as_JSON_and_the_written_file_can_be_read_and_run_again()
    {
        string path =
            bench.Write("fig",
                "\"{\\\"data\\\":[{\\\"y\\\":[1,2]}]}\".DisplayAs(\"application/vnd.plotly.v1+json\");\n\"no "
                    + "json\".DisplayAs(\"application/json\");");
        var outputs = Written(path)["cells"]![0]!["outputs"]!;
        Assert.Equal(2, (int)outputs[0]!["data"]![Mime.Plotly]!["data"]![0]!["y"]![1]!);
        Assert.Equal("no json", (string?)outputs[1]!["data"]!["application/json"]);
        var first = File.ReadAllText(bench.PathOf("out", "x.ipynb"));
        Written(bench.PathOf("out", "x.ipynb"));
        Assert.Equal(first, File.ReadAllText(bench.PathOf("out", "x.ipynb")));
    }
}
