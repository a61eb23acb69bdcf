using System.Xml.Linq;

namespace AttentionNotebooks.Tests.Build;

/// <summary>Which project may know which.</summary>
public class ProjectTests
{
    private const string Core = "AttentionNotebooks", Training = "AttentionNotebooks.Training", Charts = "AttentionNotebooks.Charts",
        Interactive = "AttentionNotebooks.Interactive", Runner = "AttentionNotebooks.Runner", CommandLine = "AttentionNotebooks.Cli";

    [Fact]
    public void The_core_refers_to_no_other_project() => Assert.Empty(References(Core));

    [Theory]
    [InlineData(Training, Interactive)]
    [InlineData(Training, Charts)]
    [InlineData(Training, Runner)]
    [InlineData(Training, CommandLine)]
    [InlineData(Interactive, Training)]
    [InlineData(Interactive, Runner)]
    [InlineData(Interactive, CommandLine)]
    [InlineData(Charts, Training)]
    [InlineData(Charts, Runner)]
    [InlineData(Charts, CommandLine)]
    [InlineData(Runner, Training)]
    [InlineData(Runner, CommandLine)]
    public void A_project_does_not_know_what_others_are_for(string project, string other) => Assert.DoesNotContain(other, All(project));

    [Fact]
    public void The_command_line_knows_the_rest() =>
        Assert.Superset(new HashSet<string> { Core, Training, Interactive, Runner }, All(CommandLine));

    // With what they refer to in turn.
    private static HashSet<string> All(string project)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>(References(project));
        while (open.TryPop(out string? next))
            if (found.Add(next))
                foreach (string further in References(next)) open.Push(further);
        return found;
    }

    private static string[] References(string project) =>
        [.. XDocument.Load(Repository.Path("src", project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];
}
