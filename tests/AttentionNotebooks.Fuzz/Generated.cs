using FsCheck;
using FsCheck.Fluent;

namespace AttentionNotebooks.Fuzz;

/// <summary>Texts that FsCheck makes of a format's own words and of its own arbitrary strings.</summary>
internal static class Generated
{
    public static string Text(string[] parts, int seed, int number)
    {
        var part = Gen.Frequency((8, Gen.Elements(parts)), (1, ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")),
            (1, ArbMap.Default.GeneratorFor<double>().Select(d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
        return part.ListOf().Select(string.Concat)
            .Sample(1, new Rnd(unchecked((ulong)seed), unchecked((ulong)number * 2 + 1)), 1 + number % 60).First();
    }
}
