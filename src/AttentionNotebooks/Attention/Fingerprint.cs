using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AttentionNotebooks;

/// <summary>A SHA-256 of parts, each with its length, so that no two lists of parts run together.</summary>
internal sealed class Fingerprint
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public Fingerprint Add(string part) => Add(Encoding.UTF8.GetBytes(part));

    public Fingerprint Add(long part)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, part);
        _hash.AppendData(bytes);
        return this;
    }

    public Fingerprint Add(ReadOnlySpan<byte> part)
    {
        Add(part.Length);
        _hash.AppendData(part);
        return this;
    }

    public string Of() => Convert.ToHexStringLower(_hash.GetHashAndReset());
}
