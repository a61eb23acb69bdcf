using System.Text.Json.Nodes;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Tests.Runner;

/// <summary>
/// Tests that run notebooks stand here and run alone: a notebook has the process's current directory, console,
/// environment and formatters, of which there is one each.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class NotebookCollection
{
    public const string Name = "Notebooks that run";
}

/// <summary>A folder of its own with small notebooks in it, removed after the test.</summary>
public sealed class NotebookBench : IDisposable
{
    internal static readonly RunSettings NoSettings = new(new Dictionary<string, string>(), null);

    public string Folder { get; } = Directory.CreateTempSubdirectory("notebooks-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Writes a notebook; a cell that begins with %md is markdown.</summary>
    public string Write(string name, params string[] cells)
    {
        var array = new JsonArray();
        for (int i = 0; i < cells.Length; i++)
        {
            bool markdown = cells[i].StartsWith("%md", StringComparison.Ordinal);
            var cell = new JsonObject
            {
                ["cell_type"] = markdown ? "markdown"
                : "code",
                ["id"] = $"id{i + 1}",
                ["metadata"] = new JsonObject()
            };
            if (!markdown) cell["outputs"] = new JsonArray();
            cell["source"] = OutputJson.Lines(markdown ? cells[i][3..].TrimStart() : cells[i]);
            array.Add(cell);
        }
        var root = new JsonObject
        {
            ["cells"] = array,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject
                { ["name"] = ".net-csharp", ["display_name"] = ".NET (C#)", ["language"] = "C#" }
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
        string path = PathOf(name + ".ipynb");
        File.WriteAllText(path, root.ToJsonString());
        return path;
    }

    internal NotebookRun Run(params string[] cells) => Run(NoSettings, cells);

    internal NotebookRun Run(RunSettings settings, params string[] cells) =>
        NotebookRunner.Run(NotebookReader.Read(Write("test", cells)), settings);

    /// <summary>Runs cells that must not fail and gives the outputs of the last one.</summary>
    internal IReadOnlyList<Output> Outputs(params string[] cells)
    {
        var run = Run(cells);
        Assert.Null(run.Failure?.OneLine);
        return run.Cells[^1].Outputs;
    }

    /// <summary>Runs cells that must fail and gives the reason.</summary>
    internal CellFailure Failure(params string[] cells) => Run(cells).Failure
        ?? throw new Xunit.Sdk.XunitException("The notebook did not fail.");
}
