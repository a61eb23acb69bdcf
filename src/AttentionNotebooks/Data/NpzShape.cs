using System.IO.Compression;

namespace AttentionNotebooks;

/// <summary>
/// What a .npz file holds, by its first array: the kit's files differ in it. Saved maps have four dimensions, values per text three, a
/// head table two.
/// </summary>
public static class NpzShape
{
    private const string Remedy = "Give saved maps, values per text or a head table, as the kit writes them";

    /// <summary>The shape of the first array; its numbers are not read.</summary>
    /// <param name="file">The .npz file.</param>
    /// <exception cref="InputException">It is missing, is no such archive, or holds no array.</exception>
    public static IReadOnlyList<int> Of(string file) => Npz.Guarded(file, Remedy, () =>
    {
        using var zip = ZipFile.OpenRead(file);
        if (zip.Entries.Count == 0) throw new InputException(file, null, "holds no array", Remedy);
        using var stream = zip.Entries[0].Open();
        return NpyArray.ReadShape(stream, file, $"entry {zip.Entries[0].FullName}");
    });
}
