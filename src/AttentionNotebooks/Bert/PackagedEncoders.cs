namespace AttentionNotebooks;

/// <summary>
/// Real pre-trained encoders that the build unpacks beside the kit (<c>artifacts/bin/models</c>). Where a checkpoint is
/// loaded, their names stand for their folders, unless there is a folder of that name.
/// </summary>
/// <example><code>
/// var model = Checkpoint.Load(PackagedEncoders.MiniLM);
/// $"{model.Config.Grid} heads"
/// </code></example>
public static class PackagedEncoders
{
    /// <summary>sentence-transformers/all-MiniLM-L6-v2: BERT, 6 layers × 12 heads, tuned for sentence embeddings. Every build has it
    /// unless it was built with <c>-p:MiniLM=false</c>.</summary>
    public const string MiniLM = "all-MiniLM-L6-v2";

    /// <summary>Snowflake/snowflake-arctic-embed-xs, trained from <see cref="MiniLM"/>: the same lineage, so no independent model. Builds
    /// with <c>-p:ArcticXs=true</c> have it.</summary>
    public const string ArcticXs = "snowflake-arctic-embed-xs";

    /// <summary>The names, and the option of the build that brings each.</summary>
    private static readonly Dictionary<string, string> BroughtBy = new(StringComparer.Ordinal)
    {
        [MiniLM] = "-p:MiniLM=true",
        [ArcticXs] = "-p:ArcticXs=true",
    };

    /// <summary>Their names, brought by this build or not.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. BroughtBy.Keys];

    /// <summary>Whether it is the name of an encoder, brought by this build or not.</summary>
    public static bool IsName(string name) => BroughtBy.ContainsKey(name);

    /// <summary>The folder of an encoder, or <see langword="null"/> where the build did not bring it.</summary>
    /// <param name="name">One of the names above.</param>
    public static string? Folder(string name)
    {
        if (!IsName(name)) return null;
        string folder = Path.Combine(Path.GetDirectoryName(typeof(PackagedEncoders).Assembly.Location)!, "models", name);
        // The build writes the model last.
        return File.Exists(Path.Combine(folder, "model.onnx")) ? folder : null;
    }

    /// <summary>The folder that was asked for: as given where it exists or is no encoder's name.</summary>
    /// <exception cref="InputException">It is the name of an encoder that this build did not bring.</exception>
    internal static string Resolve(string folder)
    {
        if (Directory.Exists(folder) || !BroughtBy.TryGetValue(folder, out string? option)) return folder;
        return Folder(folder) ?? throw new InputException(folder, null, "is not beside the kit",
            $"Build it in: dotnet build -c Release {option} src/AttentionNotebooks.Cli");
    }
}
