using System.Runtime.InteropServices;

namespace AttentionNotebooks;

/// <summary>
/// Distances of heads as .npz: the entry <c>distances</c>, <c>[heads, heads]</c> float64, heads layer by layer; what <c>attn distances</c>
/// writes.
/// </summary>
public static class HeadDistanceFile
{
    private const string Entry = "distances", MakeAgain = "Write it with attn distances";

    /// <summary>Writes distances.</summary>
    /// <param name="distances">The distances, <c>[heads, heads]</c>.</param>
    /// <param name="file">The file; it holds all of them or is as it was.</param>
    /// <param name="notes">What their reader must know; they go beside the file (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(double[,] distances, string file, IReadOnlyList<TableNote>? notes = null)
    {
        int[] shape = [distances.GetLength(0), distances.GetLength(1)];
        void Values(Stream stream) =>
            NpyArray.Write(stream, shape, MemoryMarshal.CreateReadOnlySpan(ref distances[0, 0], distances.Length));
        Npz.Write(file, [(Entry, Values)]);
        TableNotesFile.Write(file, notes ?? []);
    }

    /// <summary>Reads distances.</summary>
    /// <param name="file">What <see cref="Write"/> wrote.</param>
    /// <returns>The distances, <c>[heads, heads]</c>.</returns>
    /// <exception cref="InputException">The file cannot be read, has no such entry, or its entry is not a square.</exception>
    public static double[,] Read(string file)
    {
        var (_, array) = Npz.Read(file, MakeAgain).FirstOrDefault(e => e.Name == Entry);
        if (array is null || array.Shape.Length != 2 || array.Shape[0] != array.Shape[1])
            throw new InputException(file, $"entry {Entry}",
                array is null ? "is missing" : $"has shape [{string.Join(", ", array.Shape)}] instead of [heads, heads]", MakeAgain);
        var distances = new double[array.Shape[0], array.Shape[0]];
        Buffer.BlockCopy(array.Values, 0, distances, 0, Buffer.ByteLength(array.Values));
        return distances;
    }
}
