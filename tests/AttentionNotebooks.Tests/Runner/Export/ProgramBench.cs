using System.Diagnostics;
using System.Reflection;
using AttentionNotebooks.Runner;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionNotebooks.Tests.Runner.Export;

/// <summary>Runs exported programs: quickly in this process, or as a reader does with <c>dotnet run</c>.</summary>
internal static class ProgramBench
{
    /// <summary>Compiles a program that stands in <paramref name="file"/> and runs it.</summary>
    public static void Run(string program, string file, string[] arguments)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("FileBasedProgram", "true")]);
        var tree = CSharpSyntaxTree.ParseText(program, options, path: file, encoding: System.Text.Encoding.UTF8);
        var compilation = CSharpCompilation.Create($"program-{Guid.NewGuid():N}", [tree], ScriptReferences.Default,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        Assembly.Load(assembly.ToArray()).EntryPoint!.Invoke(null, [arguments]);
    }

    /// <summary>Runs <c>dotnet</c> in <paramref name="folder"/>; its own files go there too.</summary>
    public static async Task<(int Code, string Output, string Error)> Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // Where the SDK keeps the build of a file-based app.
        // a folder that is not there is not taken
        start.Environment["XDG_DATA_HOME"] = Directory.CreateDirectory(Path.Combine(folder, "sdk")).FullName;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // A build server that this starts would outlive the test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>How this test assembly was built: Debug or Release.</summary>
    public static string Configuration => typeof(ProgramBench).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
}
