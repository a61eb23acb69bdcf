using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Fuzz;

/// <summary>Changes that need to know nothing, or only that the file is text.</summary>
internal static partial class Mutation
{
    private const int MostBytes = 1 << 21;

    private static readonly long[] Sizes = [0, 1, -1, 127, 255, 65_535, 65_536, int.MaxValue, int.MinValue, 1L << 31, 1L << 32,
        (1L << 32) - 1, long.MaxValue, long.MinValue, 1L << 40];

    private static readonly byte[][] Bits =
        [[0], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF8], "\r"u8.ToArray(), "\n\n"u8.ToArray(),
            "\t"u8.ToArray(), "\""u8.ToArray(), "\\ud800"u8.ToArray(), ","u8.ToArray(), "{"u8.ToArray(), "]"u8.ToArray()];

    private static readonly string[] Numbers =
        ["0", "-1", "1e999", "-1e999", "NaN", "Infinity", "2147483647", "2147483648", "4294967296", "9223372036854775807",
            "9223372036854775808", "1e-400", "0.5", "1e9", "00", "99999999999999999999999999999999", "", "١", "1_000", "0x10"];

    /// <summary>One change of raw bytes.</summary>
    public static byte[] Bytes(Random random, byte[] bytes)
    {
        if (bytes.Length == 0) return Bits[random.Next(Bits.Length)];
        int at = random.Next(bytes.Length), length = Math.Min(bytes.Length - at, 1 + random.Next(1 << random.Next(10)));
        byte[] copy = [.. bytes];
        switch (random.Next(8))
        {
            case 0: copy[at] ^= (byte)(1 << random.Next(8)); return copy;
            case 1: copy[at] = (byte)random.Next(256); return copy;
            case 2: return copy[..at];
            case 3: return [.. copy[..at], .. copy[(at + length)..]];
            case 4: return copy.Length > MostBytes ? copy : [.. copy[..(at + length)], .. copy[at..]];
            case 5: return [.. copy[..at], .. Bits[random.Next(Bits.Length)], .. copy[at..]];
            case 6: Number(random, copy, at); return copy;
            default:
                int other = random.Next(bytes.Length - length + 1);
                bytes.AsSpan(other, length).CopyTo(copy.AsSpan(at));
                return copy;
        }
    }

    /// <summary>One change of text: a line, a number, a field.</summary>
    public static byte[] Text(Random random, byte[] bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        string[] lines = text.Split('\n');
        int a = random.Next(lines.Length), b = random.Next(lines.Length);
        switch (random.Next(7))
        {
            case 0: (lines[a], lines[b]) = (lines[b], lines[a]); break;
            case 1: lines = [.. lines[..a], .. lines[(a + 1)..]]; break;
            case 2:
                lines = [.. lines[..a], .. Enumerable.Repeat(lines[a], random.Next(2) == 0 ? 2
                : Math.Min(2000, MostBytes / (lines[a].Length + 1))), .. lines[(a + 1)..]]; break;
            case 3: lines[a] = ReplaceNumber(random, lines[a]); break;
            case 4: lines[a] = ReplaceNumber(random, lines[a]); lines[b] = ReplaceNumber(random, lines[b]); break;
            case 5:
                string[] fields = lines[a].Split('\t');
                fields[random.Next(fields.Length)] = fields[random.Next(fields.Length)];
                lines[a] = string.Join('\t', random.Next(3) == 0 ? fields[1..] : fields);
                break;
            default:
                lines[a] = lines[a].Replace("\t", random.Next(2) == 0 ? "" : "\t\t", StringComparison.Ordinal)
                + new string('x', 1 << random.Next(17)); break;
        }
        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    /// <summary>A number of the text in another size, sign or spelling.</summary>
    public static string ReplaceNumber(Random random, string text)
    {
        var found = Digits().Matches(text);
        if (found.Count == 0) return text;
        var one = found[random.Next(found.Count)];
        return text[..one.Index] + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Numbers[random.Next(Numbers.Length)]))
            + text[(one.Index + one.Length)..];
    }

    private static void Number(Random random, byte[] bytes, int at)
    {
        long value = Sizes[random.Next(Sizes.Length)];
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, value);
        int width = Math.Min(bytes.Length - at, 1 << random.Next(4));
        eight[..width].CopyTo(bytes.AsSpan(at));
    }

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?")]
    private static partial Regex Digits();
}
