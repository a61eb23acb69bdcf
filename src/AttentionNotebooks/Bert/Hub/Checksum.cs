using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// What the hub promises of a file's bytes: the SHA-256 of a large file (git LFS), or git's own hash of a small one
/// (SHA-1 over <c>"blob " + length + NUL</c> and the bytes).
/// </summary>
/// <param name="Hex">64 or 40 lower-case hexadecimal digits.</param>
internal readonly record struct Checksum(string Hex)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Reads a hash as an API or an ETag writes it.</summary>
    /// <returns>The hash, or <see langword="null"/> where the text is not a hash.</returns>
    public static Checksum? Parse(string? text)
    {
        if (text is null) return null;
        if (text.StartsWith("W/", StringComparison.Ordinal)) text = text[2..];
        text = text.Trim('"').ToLowerInvariant();
        return text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower) ? new Checksum(text) : null;
    }

    /// <summary>Whether a file's bytes are the promised ones.</summary>
    public bool Matches(FileHashes file) => Hex == (Hex.Length == 64 ? file.Sha256 : file.GitBlob);

    /// <summary>Reads a file once and computes both hashes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<FileHashes> Of(string path, CancellationToken cancellation)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var blob = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        blob.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {stream.Length}\0")));
        byte[] buffer = new byte[BufferBytes];
        long length = 0;
        for (int n; (n = await stream.ReadAsync(buffer, cancellation)) > 0; length += n)
        {
            sha256.AppendData(buffer, 0, n);
            blob.AppendData(buffer, 0, n);
        }
        return new FileHashes(length, Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(blob.GetHashAndReset()));
    }
}

/// <summary>A file's length in bytes and its hashes in lower-case hexadecimal digits.</summary>
internal readonly record struct FileHashes(long Length, string Sha256, string GitBlob);
