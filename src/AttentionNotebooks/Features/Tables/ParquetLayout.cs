using System.Buffers.Binary;

namespace AttentionNotebooks;

/// <summary>
/// Looks through a Parquet file before the library reads it: the footer, and the headers of the pages that it points to. The
/// library believes every count, size and offset: a damaged one keeps it reading beyond the end for ever, or makes it take memory
/// for what is not there.
/// </summary>
internal static class ParquetLayout
{
    // More than any model's heads and features: a claim is refused before memory is taken for it.
    private const long MostRows = 1 << 20, MostBytes = 64 << 20;

    private const int DataPage = 0, DictionaryPage = 2, DataPageV2 = 3;

    /// <summary>Where each column chunk begins, and where it ends.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="file">Its name.</param>
    /// <param name="remedy">What to do about a damaged one.</param>
    /// <exception cref="InputException">The footer is damaged, or pages do not fill their chunk.</exception>
    public static IReadOnlyDictionary<long, long> Chunks(ReadOnlyMemory<byte> bytes, string file, string remedy)
    {
        string place = "footer";
        try
        {
            var chunks = new Dictionary<long, long>();
            var footer = Footer(bytes, out int end);
            int columns = Columns(footer);
            long decompressed = 0;
            foreach (var (g, group) in footer.Structs(4).Index())
            {
                place = $"row group {g}";
                Among(group.Needed(3), MostRows, "rows");
                var own = group.Structs(1);
                if (own.Count != columns) throw new InvalidDataException($"has {own.Count} columns where the schema has {columns}");
                foreach (var (c, chunk) in own.Index())
                {
                    place = $"row group {g}, column {c}";
                    var about = chunk.Struct(3) ?? throw new InvalidDataException("does not say where it lies");
                    long begin = new[] { about.Number(11) ?? 0, about.Needed(9) }.Where(o => o != 0).DefaultIfEmpty().Min(),
                        size = about.Needed(7);
                    if (begin < 4 || size < 0 || size > end - begin)
                        throw new InvalidDataException(
                            $"claims {size} bytes at {begin}, which are not between the file's beginning and its footer");
                    decompressed += Pages(bytes.Slice((int)begin, (int)size), about, group.Needed(3));
                    Among(decompressed, MostBytes, "bytes of pages");
                    chunks[begin] = begin + size;
                }
            }
            return chunks;
        }
        catch (InvalidDataException e) { throw new InputException(file, place, e.Message, remedy, e); }
    }

    private static ThriftStruct Footer(ReadOnlyMemory<byte> bytes, out int begin)
    {
        begin = 0;
        if (bytes.Length < 12 || !bytes.Span[^4..].SequenceEqual("PAR1"u8))
            throw new InvalidDataException("is not there: this is not a Parquet file, or is cut off");
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[^8..]);
        if (length < 1 || length > bytes.Length - 12) throw new InvalidDataException($"claims {length} of the file's {bytes.Length} bytes");
        begin = bytes.Length - 8 - length;
        var reader = new ThriftReader(bytes.Slice(begin, length));
        var footer = reader.Struct(ParquetTypes.FileMetaData);
        return reader.At == length ? footer : throw new InvalidDataException($"ends after {reader.At} of its {length} bytes");
    }

    // Columns directly under the root, as a table has them.
    private static int Columns(ThriftStruct footer)
    {
        var schema = footer.Structs(2);
        footer.Needed(1);
        footer.Needed(3);
        if (schema.Count < 2 || schema[0].Number(5) != schema.Count - 1 || schema.Skip(1).Any(e => e.Number(5) is > 0 or < 0))
            throw new InvalidDataException("describes no table of plain columns");
        return schema.Count - 1;
    }

    // Page after page, to the chunk's last byte and its last value.
    private static long Pages(ReadOnlyMemory<byte> chunk, ThriftStruct about, long rows)
    {
        if (about.Needed(5) != rows) throw new InvalidDataException($"claims {about.Needed(5)} values for {rows} rows");
        long values = 0, decompressed = 0;
        for (int at = 0, page = 0; at < chunk.Length; page++)
        {
            var reader = new ThriftReader(chunk[at..]);
            var header = reader.Struct(ParquetTypes.PageHeader);
            long packed = header.Needed(3), plain = header.Needed(2), kind = header.Needed(1);
            at += reader.At;
            if (packed < 0 || packed > chunk.Length - at)
                throw new InvalidDataException($"page {page} claims {packed} bytes where {chunk.Length - at} are left");
            Among(plain, MostBytes, $"bytes of page {page} decompressed");
            var own = kind switch
            {
                DataPage => header.Struct(5),
                DictionaryPage => header.Struct(7),
                DataPageV2 => header.Struct(8),
                _ =>
                null
            } ?? throw new InvalidDataException($"page {page} is neither of data nor of a dictionary");
            Among(own.Needed(1), MostRows, $"values of page {page}");
            if (kind != DictionaryPage) values += own.Needed(1);
            decompressed += plain;
            CheckClaim(about.Needed(4), chunk.Span.Slice(at, (int)packed), plain, kind == DataPageV2 ? own : null, page);
            at += (int)packed;
        }
        return values == rows ? decompressed : throw new InvalidDataException($"holds {values} values for {rows} rows");
    }

    // Of a page of the second version the levels come first, as they are.
    private static void CheckClaim(long codec, ReadOnlySpan<byte> packed, long plain, ThriftStruct? second, int page)
    {
        long levels = 0;
        if (second is not null)
        {
            if (second.Flag(7) == false) return;
            levels = second.Needed(5) + second.Needed(6);
            Among(levels, packed.Length, $"bytes of levels in page {page}");
        }
        if (CompressedSize.Of(codec, packed[(int)levels..]) is { } claimed && claimed != plain - levels)
            throw new InvalidDataException($"page {page} holds {claimed} bytes compressed, where its header claims {plain - levels}");
    }

    private static void Among(long claimed, long most, string what)
    {
        if (claimed < 0 || claimed > most) throw new InvalidDataException($"claims {claimed} {what}");
    }
}
