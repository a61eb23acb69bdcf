using System.Text.Json;

namespace AttentionNotebooks.Tests.Build;

/// <summary>All projects build into one folder, so none may bring another version of an assembly than the others.</summary>
public class SharedOutputTests
{
    [Fact]
    public void Every_project_wants_the_same_version_of_every_assembly()
    {
        var wanted = Directory.GetFiles(AppContext.BaseDirectory, "*.deps.json").SelectMany(Assemblies)
            .ToLookup(a => a.Assembly, a => (a.Version, a.Project));
        Assert.NotEmpty(wanted);
        var mixed = wanted.Where(a => a.Select(v => v.Version).Distinct().Count() > 1).Select(a => $"{a.Key}: {string.Join(", ", a)}");
        Assert.Empty(mixed);
    }

    private static IEnumerable<(string Assembly, string Version, string Project)> Assemblies(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return [.. from target in json.RootElement.GetProperty("targets").EnumerateObject()
                   from library in target.Value.EnumerateObject()
                   where library.Value.TryGetProperty("runtime", out _)
                   from assembly in library.Value.GetProperty("runtime").EnumerateObject()
                   where assembly.Value.TryGetProperty("assemblyVersion", out _)
                   select (Path.GetFileName(assembly.Name), assembly.Value.GetProperty("assemblyVersion").GetString()!,
                       Path.GetFileName(file))];
    }
}
