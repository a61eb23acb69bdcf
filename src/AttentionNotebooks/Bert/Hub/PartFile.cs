using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttentionNotebooks;

/// <summary>
/// A file on its way: <c>NAME.part</c>, and <c>NAME.part.json</c> that says what it is a part of. Bytes of something
/// else are never continued.
/// </summary>
/// <param name="folder">The folder that the download is collected in.</param>
/// <param name="name">The file's final name.</param>
/// <param name="size">Its full length in bytes.</param>
/// <param name="checksum">What it must be.</param>
internal sealed class PartFile(string folder, string name, long size, Checksum checksum)
{
    private readonly string _part = Path.Combine(folder, name + ".part"), _about = Path.Combine(folder, name + ".part.json");

    /// <summary>The final name.</summary>
    public string Final { get; } = Path.Combine(folder, name);

    /// <summary>The bytes collected so far.</summary>
    public string Collected => _part;

    /// <summary>How much is there already, and the ETag that it came under; anything that is not of this file is removed.</summary>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public (long Length, EntityTagHeaderValue? ETag) Found()
    {
        var part = new FileInfo(_part);
        if (part.Exists && part.Length <= size && IsOfThis(out var etag)) return (part.Length, etag);
        Delete();
        return (0, null);
    }

    /// <summary>Opens the part to append to it, or to begin anew.</summary>
    /// <param name="anew">Drops what is there.</param>
    /// <param name="etag">What the server calls the bytes that follow; only a strong tag can vouch for a continuation.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public FileStream Open(bool anew, EntityTagHeaderValue? etag)
    {
        if (anew)
        {
            // In this order, so that a crash between the two cannot pass old bytes off as new ones.
            File.Delete(_part);
            var about = new JsonObject { ["size"] = size, ["hash"] = checksum.Hex, ["etag"] = etag is { IsWeak: false } ? etag.Tag : null };
            File.WriteAllText(_about, about.ToJsonString());
        }
        return new FileStream(_part, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Gives the verified part its name.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Finish()
    {
        File.Move(_part, Final, overwrite: true);
        File.Delete(_about);
    }

    /// <summary>Removes the part.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Delete()
    {
        File.Delete(_part);
        File.Delete(_about);
    }

    private bool IsOfThis(out EntityTagHeaderValue? etag)
    {
        etag = null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(_about));
            var about = json.RootElement;
            if (about.GetProperty("size").GetInt64() != size || about.GetProperty("hash").GetString() != checksum.Hex) return false;
            if (about.GetProperty("etag").GetString() is { } tag) etag = EntityTagHeaderValue.Parse(tag);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return false;
        }
    }
}
