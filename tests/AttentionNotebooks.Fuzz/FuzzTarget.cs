namespace AttentionNotebooks.Fuzz;

/// <summary>One kind of file that the kit reads.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="File">The name that a case's file gets.</param>
/// <param name="Seeds">Files of the kind that the reader accepts: what is mutated.</param>
/// <param name="Read">Reads a file to its end; returns how many bytes of native memory its tensors took.</param>
/// <param name="Mutate">Changes a seed in a way that knows the format.</param>
/// <param name="Parts">What files of the kind are made of, for generated ones.</param>
/// <param name="Wrap">Makes a file out of generated text.</param>
/// <param name="Beside">Files that the reader wants in the same folder.</param>
public sealed record FuzzTarget(
    string Name, string File, IReadOnlyList<byte[]> Seeds, Func<string, long> Read, Func<Random, byte[], byte[]> Mutate,
    string[] Parts, Func<string, byte[]> Wrap, IReadOnlyList<(string Name, byte[] Bytes)> Beside)
{
    /// <summary>The bytes of a case: every fourth is generated, the others are seeds with one to four changes.</summary>
    public byte[] Case(int seed, int number)
    {
        var random = new Random(HashCode(seed, number));
        if (number % 4 == 3) return Wrap(Generated.Text(Parts, seed, number));
        byte[] bytes = Seeds[random.Next(Seeds.Count)];
        for (int changes = 1 + random.Next(4); changes > 0; changes--)
            bytes = random.Next(3) == 0 ? Mutation.Bytes(random, bytes) : Mutate(random, bytes);
        return bytes;
    }

    // The same in every process, which System.HashCode is not.
    private static int HashCode(int seed, int number) => unchecked((seed * 486_187_739) ^ (number * 16_777_619));
}
