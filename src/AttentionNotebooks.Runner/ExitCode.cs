namespace AttentionNotebooks.Runner;

/// <summary>Exit codes of <c>attn</c> and of exported programs.</summary>
public static class ExitCode
{
    /// <summary>The work is done.</summary>
    public const int Done = 0;

    /// <summary>The work failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;
}
