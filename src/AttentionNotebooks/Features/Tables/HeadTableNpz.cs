using System.IO.Compression;

namespace AttentionNotebooks;

/// <summary>
/// Head tables as NumPy archives: one entry per feature, <c>[layers, heads]</c> float64, so that <c>numpy.load(f)["entropy"][7, 9]</c>
/// is head 7-9's.
/// </summary>
internal static class HeadTableNpz
{
    private const string Remedy = "Write a head table with attn features --out heads.npz";

    /// <summary>Writes a table; the file holds all of it or is as it was.</summary>
    public static void Write(HeadTable table, string file) => Npz.Write(file, table.Columns.Select(c =>
        (c.Name, (Action<Stream>)(stream => NpyArray.Write(stream, [table.Grid.Layers, table.Grid.Heads], c.Values)))));

    /// <summary>Reads a table.</summary>
    /// <param name="file">A .npz file of arrays of one shape, <c>[layers, heads]</c>.</param>
    /// <exception cref="InputException">It is missing or is no such table.</exception>
    public static (HeadGrid Grid, IReadOnlyList<string> Names, IReadOnlyList<double[]> Values) Read(string file)
    {
        ZipArchive zip;
        try { zip = ZipFile.OpenRead(file); }
        catch (InvalidDataException e) { throw new InputException(file, null, "is not a .npz archive, or is cut off", Remedy, e); }
        catch (Exception e) when (e is IOException
            or UnauthorizedAccessException)
        { throw new InputException(file, null, "cannot be opened", "Check the path", e); }
        using (zip)
            try
            {
                HeadGrid? grid = null;
                var columns = new Dictionary<string, double[]>();
                foreach (var entry in zip.Entries)
                {
                    string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                    InputException Bad(string problem) => new(file, $"entry {name}", problem, Remedy);
                    var array = NpyArray.Read(entry, file, $"entry {name}");
                    if (array.Shape is not [>= 1, >= 1])
                        throw Bad($"has shape [{string.Join(", ", array.Shape)}] instead of [layers, heads]");
                    var own = new HeadGrid(array.Shape[0], array.Shape[1]);
                    if (grid is not null && own != grid) throw Bad($"has {own} heads where those before it have {grid}");
                    grid = own;
                    if (array.Values.Any(v => !double.IsFinite(v))) throw Bad("holds a value that is not a finite number");
                    if (!columns.TryAdd(name, array.Values)) throw Bad("occurs twice");
                }
                return grid is null ? throw new InputException(file, null, "holds no feature", Remedy)
                    : (grid.Value, [.. columns.Keys], [.. columns.Values]);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException
                or OverflowException)
            {
                throw new InputException(file, null, "is damaged", Remedy, e); // what a zip reader meets in broken bytes
            }
    }
}
