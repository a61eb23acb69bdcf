using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionNotebooks.Tests.Build;

/// <summary>Programs in notebooks/samples compile against the kit as it is, and do what they say; what <c>dotnet run</c> reads from
/// their lines with <c>#:</c> is not tested.</summary>
[Collection(Runner.NotebookCollection.Name)] // the programs write to the console, which notebooks capture
public class SampleTests
{
    [Fact]
    public void The_heads_of_an_encoder_in_ONNX_Runtime_are_those_of_the_kit()
    {
        string? encoder = PackagedEncoders.Folder(PackagedEncoders.MiniLM);
        Assert.SkipWhen(encoder is null, "all-MiniLM-L6-v2 is not beside the kit; build with -p:MiniLM=true");
        using var folder = new TestFolder();
        string texts = folder.Write("texts.txt", string.Join('\n', TextFile.Texts(Repository.Path("data", "texts", "sentences.txt"), 12)));

        Assert.Equal(0, Run("onnx-runtime.cs", encoder!, texts, folder["heads.csv"]));

        using var checkpoint = Checkpoint.Load(encoder!);
        var (own, given) = (new LiveAttention(checkpoint, TextFile.Texts(texts), 128).Extract(), HeadTable.Read(folder["heads.csv"]));
        Assert.Equal(own.Grid, given.Grid);
        Assert.Equal(own.Features, given.Features);
        Assert.All(own.Features.SelectMany(f => own.Grid.All().Select(h => (own[h, f], given[h, f]))),
            v => Assert.Equal(v.Item1, v.Item2, 1e-5 * Math.Max(1, Math.Abs(v.Item1))));
        Assert.DoesNotContain(HeadTable.Read(folder["heads.csv"]).Notes, n => n.Kind == NoteKind.RowsOff);
    }

    [Fact]
    public void A_file_whose_attention_is_fused_is_refused()
    {
        using var folder = new TestFolder();
        File.Copy(Path.Combine(Bert.OnnxGolden.Folder("bert-fused"), "model.onnx"), folder["model.onnx"]);
        folder.Write("config.json", "{}");
        Assert.Equal(1, Run("onnx-runtime.cs", folder.Root, folder.Write("texts.txt", "a"), folder["heads.csv"]));
        Assert.False(File.Exists(folder["heads.csv"]));
    }

    // In this process, against what the tests run on: it has the packages that the program asks for.
    private static object? Run(string sample, params string[] arguments)
    {
        string file = Repository.Path("notebooks", "samples", sample);
        var options = new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "true")]);
        var program = CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, path: file);
        // What dotnet run adds.
        var usings = CSharpSyntaxTree.ParseText(string.Concat(new[] { "System", "System.Collections.Generic", "System.IO", "System.Linq" }
            .Select(name => $"global using {name};")), options);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        using var assembly = new MemoryStream();
        var result = CSharpCompilation.Create($"sample-{Guid.NewGuid():N}", [program, usings], references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))
            .Emit(assembly);
        Assert.Empty(result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning));
        return Assembly.Load(assembly.ToArray()).EntryPoint!.Invoke(null, [arguments]);
    }
}
