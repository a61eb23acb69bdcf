using System.Diagnostics;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn</c>, in this process or in one of its own.</summary>
internal static class Shell
{
    /// <summary>Runs a command line; its exit code, and what it wrote.</summary>
    public static async Task<(int Code, string Output, string Error)> Attn(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = await Cli.Attn.Run(arguments, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command line in a process of its own, for what holds for a whole process.</summary>
    /// <param name="set">Sets its folder or its environment.</param>
    /// <returns>Its exit code, and all that it wrote.</returns>
    public static async Task<(int Code, string Said)> AttnApart(Action<ProcessStartInfo> set, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        set(start);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + error);
    }
}
