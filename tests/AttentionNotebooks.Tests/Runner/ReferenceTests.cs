using AttentionNotebooks.Runner;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.DotNet.Interactive.Formatting;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>A library that this program has loaded is never loaded a second time, whatever path #r gives.</summary>
[Collection(NotebookCollection.Name)]
public sealed class ReferenceTests : IDisposable
{
    private const string Seen = "attn.test.seen";

    private readonly NotebookBench bench = new();

    public void Dispose()
    {
        AppContext.SetData(Seen, null);
        bench.Dispose();
    }

    private object? SeenBy(params string[] cells)
    {
        Assert.Null(bench.Run(cells).Failure?.OneLine);
        return AppContext.GetData(Seen);
    }

    private static string OwnPath(Type type) => type.Assembly.Location.Replace('\\', '/');

    [Fact]
    public void The_library_in_the_output_folder_is_the_loaded_one() =>
        Assert.Same(typeof(InputException), SeenBy(
            $"#r \"{OwnPath(typeof(InputException))}\"\nAppContext.SetData(\"{Seen}\", typeof(AttentionNotebooks.InputException));"));

    [Fact]
    public void A_copy_in_another_folder_is_the_loaded_one_too()
    {
        File.Copy(typeof(TorchSharp.torch).Assembly.Location, bench.PathOf("TorchSharp.dll"));
        Assert.Same(typeof(TorchSharp.torch), SeenBy($"#r \"TorchSharp.dll\"\nAppContext.SetData(\"{Seen}\", typeof(TorchSharp.torch));"));
    }

    [Fact]
    public void Another_version_is_the_loaded_one_too()
    {
        Compile("AttentionNotebooks",
            "[assembly: System.Reflection.AssemblyVersion(\"99.0.0.0\")] namespace AttentionNotebooks { public class InputException { } }");
        Assert.Same(typeof(InputException), SeenBy(
            $"#r \"AttentionNotebooks.dll\"\nAppContext.SetData(\"{Seen}\", typeof(AttentionNotebooks.InputException));"));
    }

    [Fact]
    public void The_framework_and_the_formatting_library_are_the_loaded_ones()
    {
        Assert.Same(typeof(System.Text.Json.JsonDocument),
            SeenBy($"AppContext.SetData(\"{Seen}\", typeof(System.Text.Json.JsonDocument));"));
        Assert.Same(typeof(Formatter),
            SeenBy($"AppContext.SetData(\"{Seen}\", typeof(Microsoft.DotNet.Interactive.Formatting.Formatter));"));
    }

    [Fact]
    public void What_a_referenced_library_registers_with_the_formatters_is_seen_and_gone_in_the_next_notebook()
    {
        // The library lies in a folder of its own with a copy of the formatting library beside it: the trap itself.
        Compile("Shapes", """
            using Microsoft.DotNet.Interactive.Formatting;
            public class Square { public int Side => 4; }
            public static class Shapes
            {
                public static void SetUp() => Formatter.Register<Square>((s, w) => w.Write("<b>square</b>"), "text/html");
            }
            """);
        File.Copy(typeof(Formatter).Assembly.Location, bench.PathOf("Microsoft.DotNet.Interactive.Formatting.dll"));
        const string Reference = "#r \"Shapes.dll\"\n";
        Assert.Equal("<b>square</b>", Html(bench.Outputs(Reference + "Shapes.SetUp();\nnew Square()")));
        Assert.Contains("Side", Html(bench.Outputs(Reference + "new Square()")));
    }

    [Fact]
    public void A_type_that_brings_its_formatter_is_shown_by_it_with_figure_and_page()
    {
        Compile("Figures", """
            using System; using System.Collections.Generic; using System.IO;
            [AttributeUsage(AttributeTargets.Class)]
            class TypeFormatterSourceAttribute(Type source) : Attribute { public Type FormatterSourceType => source;
            public string[] PreferredMimeTypes { get; set; } = []; }
            [TypeFormatterSource(typeof(Source), PreferredMimeTypes = ["text/html"])]
            public class Chart { public string Secret => "property"; public override string ToString() => "a chart"; }
            class Source { public IEnumerable<object> CreateTypeFormatters() =>
            [new Form("text/html", "<div>page</div>"), new Form("application/vnd.plotly.v1+json", "{\"data\":[1]}")]; }
            class Form(string mime, string text) { public string MimeType => mime;
            public bool Format(object value, TextWriter writer) { writer.Write(text); return true; } }
            """);
        var data = Assert.IsType<DisplayOutput>(Assert.Single(bench.Outputs("#r \"Figures.dll\"\nnew Chart()"))).Data;
        Assert.Equal("<div>page</div>", data[Mime.Html]);
        Assert.Equal("{\"data\":[1]}", data[Mime.Plotly]);
        Assert.Equal("a chart", data[Mime.Plain]);
    }

    [Fact]
    public void Figures_of_the_kit_carry_both_forms_and_bring_plotly_neither_themselves_nor_by_the_set_up_cell()
    {
        string set = $"#r \"{OwnPath(typeof(Figure))}\"\nusing AttentionNotebooks;\n";
        var figure = Assert.IsType<DisplayOutput>(
            Assert.Single(bench.Outputs(set + "new Figure(\"t\", \"c\", \"[{}]\", \"{}\", \"{}\")"))).Data;
        Assert.Contains("\"data\":[{}]", figure[Mime.Plotly]);
        Assert.Contains("<div", figure[Mime.Html]);
        Assert.Equal("t\nc", figure[Mime.Plain]);
        Assert.InRange(Html(bench.Outputs(set + "Kit.Start()")).Length, 1, 2000);
        Assert.False(PlotlyScript.ProvidedByPage);
    }

    [Fact]
    public void A_missing_library_and_a_package_are_told_with_what_to_do()
    {
        var missing = bench.Failure("1", "int x = 1;", "#r \"../bin/None.dll\"\nx");
        Assert.Equal((3, 1), (missing.Cell.Number, missing.Line));
        Assert.Contains(Path.GetFullPath(Path.Combine(bench.Folder, "../bin/None.dll")), missing.Message);
        Assert.Contains("build", missing.Message);
        Assert.Contains("restores no packages", bench.Failure("#r \"nuget: Some.Package, 1.0\"").Message);
        Assert.Contains("there is no " + bench.PathOf("kit.csx"), bench.Failure("#load \"kit.csx\"").Message);
    }

    private static string Html(IReadOnlyList<Output> outputs) => Assert.IsType<DisplayOutput>(Assert.Single(outputs)).Data[Mime.Html];

    private void Compile(string name, string code)
    {
        var compilation = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(code)], ScriptReferences.Default,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var result = compilation.Emit(bench.PathOf(name + ".dll"));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }
}
