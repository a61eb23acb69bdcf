using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>Saves whole maps, as <see cref="MapArchive"/> reads them.</summary>
public static class MapWriter
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of the tokens file that belongs to a file of maps: <c>maps.npz</c> → <c>maps.tokens.jsonl</c>.</summary>
    /// <param name="file">The .npz file.</param>
    public static string TokensFileOf(string file) => Path.ChangeExtension(file, ".tokens.jsonl");

    /// <summary>
    /// Writes every text's maps, <c>[L, H, T, T]</c> float32, and their tokens beside them. One text is in memory at a time.
    /// </summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="file">The .npz file; an entry per text, named by its id.</param>
    /// <param name="progress">Reports after each text.</param>
    /// <param name="cancellation">Stops the work; nothing is left then.</param>
    /// <exception cref="InputException">The folder cannot be written to, or a map is broken.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Save(IAttentionSource source, string file,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Npz.Write(file, source.Texts.Select((text, i) => (text.Id, (Action<Stream>)(stream =>
        {
            cancellation.ThrowIfCancellationRequested();
            var maps = source.Maps(i);
            NpyArray.Write(stream, [maps.Grid.Layers, maps.Grid.Heads, maps.Text.Length, maps.Text.Length], maps.Weights);
            progress?.Report(new VisitProgress(i + 1, source.Texts.Count, clock.Elapsed));
        }))));
        var lines = new StringBuilder();
        foreach (var text in source.Texts) lines.Append(JsonSerializer.Serialize(Line(text), Plain)).Append('\n');
        AtomicFile.WriteText(TokensFileOf(file), lines.ToString());
    }

    private static Dictionary<string, object?> Line(AttentionText text)
    {
        var line = new Dictionary<string, object?> { ["id"] = text.Id, ["tokens"] = text.Tokens };
        if (text.Tags is not null) line["tags"] = text.Tags;
        // Only where they are not what the tokens' spelling says anyway.
        if (text is { Roles: not null, Tokens: not null } && !text.Roles.SequenceEqual(TokenRoles.Of(text.Tokens)))
            line["roles"] = text.Roles.Select(r => r.ToString().ToLowerInvariant());
        return line;
    }
}
