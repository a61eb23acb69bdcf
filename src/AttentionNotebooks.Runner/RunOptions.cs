using System.CommandLine;

namespace AttentionNotebooks.Runner;

/// <summary>The options that <c>attn run</c> shares with exported programs.</summary>
public static class RunOptions
{
    /// <summary>The option for the folder of what a run writes.</summary>
    public static Option<string> Folder(string description) =>
        new("--out") { Description = description, DefaultValueFactory = _ => "out", HelpName = "DIR" };

    /// <summary>The option for the notebooks' parameters.</summary>
    public static Option<string[]> Parameters()
    {
        var parameters = new Option<string[]>("--param")
        {
            Description =
                "A parameter of the notebooks, k=v: the environment variable of exactly the name k while they run. May be given more than "
                + "once.",
            HelpName = "k=v"
        };
        parameters.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError($"--param takes name=value, not '{token.Value}'.");
        });
        return parameters;
    }

    /// <summary>The parameters that were given, by name; of a name given twice, the last.</summary>
    public static Dictionary<string, string> Given(string[]? parameters) =>
        (parameters ?? []).Select(p => p.Split('=', 2)).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.Last()[1]);
}
