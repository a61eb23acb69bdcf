using Parquet;
using Parquet.Schema;

namespace AttentionNotebooks;

/// <summary>
/// Head tables as Apache Parquet: the columns of the CSV, <c>layer</c> and <c>head</c> as int32 and each feature as float64, a row per
/// head.
/// </summary>
internal static class HeadTableParquet
{
    private const string Remedy = "Write a head table with attn features --out heads.parquet";

    /// <summary>Writes a table; the file holds all of it or is as it was.</summary>
    public static void Write(HeadTable table, string file)
    {
        // Into memory first: the library writes asynchronously, and the file is written at once.
        using var bytes = new MemoryStream();
        Task.Run(() => Write(table, bytes)).GetAwaiter().GetResult();
        AtomicFile.Write(file, stream => bytes.WriteTo(stream));
    }

    /// <summary>Reads a table.</summary>
    /// <param name="file">A Parquet file with columns layer, head (int32 or int64) and one or more of float64.</param>
    /// <exception cref="InputException">It is missing, is no such table, or heads are missing or given twice.</exception>
    public static (HeadGrid Grid, IReadOnlyList<string> Names, IReadOnlyList<double[]> Values) Read(string file)
    {
        byte[] bytes;
        try { bytes = File.ReadAllBytes(file); }
        catch (Exception e) when (e is IOException
            or UnauthorizedAccessException)
        { throw new InputException(file, null, "cannot be opened", "Check the path", e); }
        var chunks = ParquetLayout.Chunks(bytes, file, Remedy);
        try { return Task.Run(() => Read(new ParquetStream(bytes, chunks), file)).GetAwaiter().GetResult(); }
        catch (Exception e) when (e is not InputException)
        {
            // The library meets broken bytes with whatever exception they lead it to.
            throw new InputException(file, null, "is not a Parquet file that can be read, or is damaged", Remedy, e);
        }
    }

    private static async Task Write(HeadTable table, Stream stream)
    {
        var layer = new DataField<int>("layer");
        var head = new DataField<int>("head");
        DataField<double>[] features = [.. table.Features.Select(f => new DataField<double>(f))];
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema([layer, head, .. features]), stream);
        using var rows = writer.CreateRowGroup();
        await rows.WriteAsync<int>(layer, table.Grid.All().Select(h => h.Layer).ToArray());
        await rows.WriteAsync<int>(head, table.Grid.All().Select(h => h.Index).ToArray());
        foreach (var f in features) await rows.WriteAsync<double>(f, table.Column(f.Name).Values);
    }

    private static async Task<(HeadGrid, IReadOnlyList<string>, IReadOnlyList<double[]>)> Read(Stream stream, string file)
    {
        await using var reader = await ParquetReader.CreateAsync(stream);
        var fields = reader.Schema.GetDataFields();
        string[] names = [.. fields.Select(f => f.Name)];
        if (names is not ["layer", "head", _, ..])
            throw new InputException(file, null, $"has the columns {string.Join(", ", names)} instead of layer, head and features", Remedy);
        if (names.Distinct().Count() != names.Length) throw new InputException(file, null, "names a column twice", Remedy);
        var columns = names.Select(_ => new List<double>()).ToArray();
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            using var rows = reader.OpenRowGroupReader(g);
            for (int c = 0; c < fields.Length; c++) columns[c].AddRange(await Column(rows, fields[c], file));
        }
        var heads = new Dictionary<Head, double[]>();
        for (int r = 0; r < columns[0].Count; r++)
        {
            double[] row = [.. columns.Select(c => c[r])];
            if (row.Any(v => !double.IsFinite(v)) || row[..2].Any(v => v is not (>= 0 and < int.MaxValue) || !double.IsInteger(v)))
                throw new InputException(file, $"row {r}", "holds a value that is not a finite number, or no layer and head counted from 0",
                    Remedy);
            if (!heads.TryAdd(new Head((int)row[0], (int)row[1]), row[2..]))
                throw new InputException(file, $"row {r}", $"gives head {row[0]}-{row[1]} a second time", Remedy);
        }
        return HeadTableFile.FromRows(file, names[2..], heads);
    }

    private static async Task<double[]> Column(ParquetRowGroupReader rows, DataField field, string file)
    {
        int count = checked((int)rows.RowCount);
        // pandas marks every column as one that may hold nulls.
        async Task<double[]> Of<T>(Func<T, double> widen) where T : struct
        {
            if (!field.IsNullable)
            {
                var values = new T[count];
                await rows.ReadAsync<T>(field, values);
                return Array.ConvertAll(values, v => widen(v));
            }
            var optional = new T?[count];
            await rows.ReadAsync<T>(field, optional);
            return Array.ConvertAll(optional, v => v is { } known ? widen(known) : double.NaN);
        }
        return field.ClrType == typeof(double) ? await Of<double>(v => v) : field.ClrType == typeof(float) ? await Of<float>(v => v)
            : field.ClrType == typeof(int) ? await Of<int>(v => v) : field.ClrType == typeof(long) ? await Of<long>(v => v)
            : throw new InputException(file, $"column {field.Name}", $"holds {field.ClrType.Name} instead of numbers", Remedy);
    }
}
