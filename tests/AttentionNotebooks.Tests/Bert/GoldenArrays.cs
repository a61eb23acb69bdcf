using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Arrays of golden files (.npz): whole numbers or float32, in NumPy's format 1.</summary>
internal static class GoldenArrays
{
    /// <summary>All arrays by name.</summary>
    public static Dictionary<string, Tensor> Read(string file)
    {
        using var zip = ZipFile.OpenRead(file);
        return zip.Entries.ToDictionary(e => Path.GetFileNameWithoutExtension(e.Name), Array);
    }

    /// <summary>One array.</summary>
    public static Tensor Read(string file, string name)
    {
        using var zip = ZipFile.OpenRead(file);
        return Array(zip.GetEntry(name + ".npy")!);
    }

    private static Tensor Array(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        byte[] bytes = copy.ToArray();
        int start = 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        string header = Encoding.ASCII.GetString(bytes, 10, start - 10);
        long[] shape = [.. header[(header.IndexOf('(') + 1)..header.IndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries).Select(long.Parse)];
        var data = bytes.AsSpan(start);
        if (header.Contains("'<i8'", StringComparison.Ordinal)) return tensor(MemoryMarshal.Cast<byte, long>(data).ToArray(), shape);
        Assert.Contains("'<f4'", header, StringComparison.Ordinal);
        return tensor(MemoryMarshal.Cast<byte, float>(data).ToArray(), shape);
    }
}
