using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Writes pickles (protocol 2) and PyTorch files byte by byte, well-formed or not.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream bytes = new();

    public PickleWriter() => Raw(0x80, 2);

    public PickleWriter Raw(params byte[] raw)
    {
        bytes.Write(raw);
        return this;
    }

    public PickleWriter Op(string codes) => Raw(Encoding.Latin1.GetBytes(codes));

    public PickleWriter Text(string text) => Op("X").Int32(Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    public PickleWriter Int32(int value)
    {
        var four = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, value);
        return Raw(four);
    }

    public PickleWriter Number(long value)
    {
        var eight = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, value);
        return Raw(0x8a, 8).Raw(eight);
    }

    public PickleWriter Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleWriter Tuple(params long[] values)
    {
        Op("(");
        foreach (long v in values) Number(v);
        return Op("t");
    }

    /// <summary>A storage by persistent id, with a view where the format before PyTorch 1.6 is written.</summary>
    public PickleWriter Storage(string key, long count, string type = "FloatStorage", bool legacy = false,
        (long First, long Count)? view = null)
    {
        Op("(").Text("storage").Global("torch", type).Text(key).Text("cpu").Number(count);
        if (view is { } v) Op("(").Text("view").Number(v.First).Number(v.Count).Op("t");
        else if (legacy) Op("N");
        return Op("tQ");
    }

    /// <summary>A call of _rebuild_tensor_v2 on a storage.</summary>
    public PickleWriter Tensor(string key, long count, long offset, long[] size, long[] stride, string type = "FloatStorage",
        bool legacy = false, (long, long)? view = null) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage(key, count, type, legacy, view).Number(offset).Tuple(size)
        .Tuple(stride)
            .Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    public byte[] ToArray(bool stop = true) => stop ? [.. bytes.ToArray(), (byte)'.'] : bytes.ToArray();

    /// <summary>An OrderedDict of what the actions write, with the attributes that PyTorch gives a state_dict.</summary>
    public static byte[] Dict(params (string Name, Action<PickleWriter> Value)[] items)
    {
        var w = new PickleWriter().Global("collections", "OrderedDict").Op(")Rq\0(");
        foreach (var (name, value) in items)
        {
            w.Text(name);
            value(w);
        }
        return w.Op("u}").Text("_metadata").Global("collections", "OrderedDict").Op(")Rsb").ToArray();
    }

    /// <summary>A file in the zip format.</summary>
    public static byte[] Zip(byte[] pickle, params (string Key, byte[] Data)[] storages) =>
        Archive([("archive/data.pkl", pickle, false), .. storages.Select(s => ($"archive/data/{s.Key}", s.Data, false)),
            ("archive/version", "3\n"u8.ToArray(), false)]);

    public static byte[] Archive((string Name, byte[] Data, bool Compressed)[] entries)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data, compressed) in entries)
            {
                using var entry = zip.CreateEntry(name, compressed ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                entry.Write(data);
            }
        }
        return stream.ToArray();
    }

    /// <summary>A file in the format before PyTorch 1.6.</summary>
    public static byte[] Legacy(byte[] pickle, params (string Key, long Count, byte[] Data)[] storages)
    {
        var keys = new PickleWriter().Op("](");
        foreach (var (key, _, _) in storages) keys.Text(key);
        var whole = new MemoryStream();
        whole.Write(new PickleWriter().Raw(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).ToArray());
        whole.Write(new PickleWriter().Op("M").Raw(0xe9, 0x03).ToArray());
        whole.Write(new PickleWriter().Op("}").Text("little_endian").Raw(0x88).Op("s").ToArray());
        whole.Write(pickle);
        whole.Write(keys.Op("e").ToArray());
        foreach (var (_, count, data) in storages)
        {
            var eight = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(eight, count);
            whole.Write(eight);
            whole.Write(data);
        }
        return whole.ToArray();
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>A state_dict as torch.save writes it, in either format.</summary>
    public static byte[] StateDict(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors, bool legacy)
    {
        var items = tensors.Select((t, i) => (t.Name,
            (Action<PickleWriter>)(w => w.Tensor($"{i}", t.Values.Length, 0, t.Shape, Strides(t.Shape), legacy: legacy)))).ToArray();
        return legacy
            ? Legacy(Dict(items), [.. tensors.Select((t, i) => ($"{i}", (long)t.Values.Length, Floats(t.Values)))])
            : Zip(Dict(items), [.. tensors.Select((t, i) => ($"{i}", Floats(t.Values)))]);
    }

    private static long[] Strides(long[] shape) => [.. shape.Select((_, d) => shape.Skip(d + 1).Aggregate(1L, (a, b) => a * b))];
}
