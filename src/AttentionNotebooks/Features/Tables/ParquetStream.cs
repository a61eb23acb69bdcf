namespace AttentionNotebooks;

/// <summary>
/// A file that ends where the column chunk ends that was gone to, and whose end cannot be read past: the library goes on to the next
/// page while a chunk's values are fewer than they should be, whatever it meets, and reads again where nothing came.
/// </summary>
/// <param name="bytes">The file.</param>
/// <param name="chunks">Where each column chunk begins, and where it ends.</param>
internal sealed class ParquetStream(byte[] bytes, IReadOnlyDictionary<long, long> chunks) : MemoryStream(bytes, writable: false)
{
    private long _end = bytes.Length;

    public override long Position
    {
        get => base.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin loc)
    {
        long at = base.Seek(offset, loc);
        if (loc != SeekOrigin.Current) _end = chunks.GetValueOrDefault(at, Length); // a step leads to no other chunk
        return at;
    }

    public override int ReadByte()
    {
        Within(1);
        return base.ReadByte();
    }

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Within(count));

    private int Within(int count) => count == 0 || base.Position < _end ? (int)Math.Min(count, _end - base.Position)
        : throw new EndOfStreamException($"nothing is left at {base.Position}");
}
