namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn</c> in this process.</summary>
internal static class Shell
{
    /// <summary>Runs a command line; its exit code, and what it wrote.</summary>
    public static async Task<(int Code, string Output, string Error)> Attn(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = await Cli.Attn.Run(arguments, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
