using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttentionNotebooks;

/// <summary>
/// The file beside a downloaded model that records where it came from. It holds no time and no path, so two downloads
/// of one commit are the same folder byte for byte.
/// </summary>
internal static class ModelRecord
{
    /// <summary>The record's name in the model's folder.</summary>
    public const string FileName = "attention-notebooks.json";

    private static readonly JsonSerializerOptions Indented = new()
    { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a folder holds a record.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Writes the record of a model into a folder.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string folder, HubModel model)
    {
        var json = new JsonObject
        {
            ["repository"] = model.Repository,
            ["asked"] = model.Asked,
            ["revision"] = model.Revision,
            ["commit"] = model.Commit,
            ["files"] =
                new JsonArray([.. model.Files.Select(f => new JsonObject { ["name"] = f.Name, ["size"] = f.Size, ["sha256"] = f.Sha256 })]),
        };
        AtomicFile.WriteText(Path.Combine(folder, FileName), json.ToJsonString(Indented) + "\n");
    }

    /// <summary>Reads the record of a folder; does not look at the files.</summary>
    /// <exception cref="InputException">The record cannot be read or is damaged.</exception>
    public static HubModel Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        using var json = JsonFile.Read(path);
        try
        {
            var root = json.RootElement;
            var files = root.GetProperty("files").EnumerateArray()
                .Select(f => new HubModelFile(Text(f, "name"), f.GetProperty("size").GetInt64(), Text(f, "sha256"))).ToList();
            foreach (var f in files) HubName.CheckWritten(path, f.Name);
            return new HubModel(folder, Text(root, "repository"), Text(root, "asked"), Text(root, "revision"), Text(root, "commit"), files);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(path, null, "is damaged, so nobody can say what the folder holds",
                "Delete the folder and download the model again", e);
        }

        static string Text(JsonElement from, string name) => from.GetProperty(name).GetString()
            ?? throw new InvalidOperationException(name);
    }
}
