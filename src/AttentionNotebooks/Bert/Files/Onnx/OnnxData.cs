using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Reads the elements of a file's tensors, one tensor at a time, from the file itself or from the files beside it.</summary>
/// <param name="path">The ONNX file.</param>
internal sealed class OnnxData(string path)
{
    private const int LongestConstant = 1 << 16, LongestMask = 1 << 22;

    /// <summary>The file that holds a tensor's elements.</summary>
    public string FileOf(OnnxTensor tensor) => tensor.External is { } external ? OnnxExternalFile.Resolve(path, tensor, external) : path;

    /// <summary>Checks that a tensor's elements are all there, without reading them.</summary>
    /// <exception cref="InputException">They are not, or lie where they may not.</exception>
    public void Check(OnnxTensor tensor)
    {
        if (tensor.Inline is null) Locate(tensor);
    }

    /// <summary>Reads a tensor in the type that the file holds; the caller owns it.</summary>
    /// <exception cref="InputException">It is damaged, missing, or of a type that is not read.</exception>
    public Tensor Read(OnnxTensor tensor)
    {
        var type = tensor.Type switch
        {
            OnnxTensor.Float => ScalarType.Float32,
            OnnxTensor.Half => ScalarType.Float16,
            OnnxTensor.BFloat => ScalarType.BFloat16,
            OnnxTensor.Double => ScalarType.Float64,
            _ => throw new InputException(path, $"tensor {tensor.Name}", "does not hold numbers with a fraction", Remedies.Export),
        };
        if (tensor.Count is < 0 or > int.MaxValue || tensor.Count * tensor.ElementBytes > int.MaxValue)
            throw new InputException(path, $"tensor {tensor.Name}", $"is {tensor.Sides}, larger than 2 GiB", "Take a smaller model");
        if (tensor.Inline is { } values) return torch.tensor(values).to_type(type).reshape(tensor.Shape);
        if (tensor.Encoding == OnnxEncoding.Raw)
        {
            var (file, offset, _) = Locate(tensor);
            var result = empty(tensor.Shape, type, CPU);
            if (tensor.Count == 0 || Fill(file, result.bytes, offset)) return result;
            result.Dispose();
            throw Short(tensor, file);
        }
        byte[] bytes = Decoded(tensor);
        var decoded = empty(tensor.Shape, type, CPU);
        bytes.CopyTo(decoded.bytes);
        return decoded;
    }

    /// <summary>Whether all elements of a tensor are equal; false where there are more than any mask has.</summary>
    public bool IsUniform(OnnxTensor tensor) => Values(tensor, LongestMask) is { } values && values.All(v => v == values[0]);

    /// <summary>The values of a small tensor, <see langword="null"/> where it is long or of another type.</summary>
    public double[]? Values(OnnxTensor tensor, int most = LongestConstant)
    {
        if (tensor.Inline is { } inline) return inline;
        if (tensor.Count < 0 || tensor.Count > most || tensor.ElementBytes == 0) return null;
        byte[] bytes;
        if (tensor.Encoding == OnnxEncoding.Varint) bytes = Decoded(tensor);
        else
        {
            var (file, offset, length) = Locate(tensor);
            bytes = new byte[length];
            if (!Fill(file, bytes, offset)) throw Short(tensor, file);
        }
        var values = new double[tensor.Count];
        for (int i = 0; i < values.Length; i++) values[i] = Element(tensor.Type, bytes.AsSpan(i * tensor.ElementBytes));
        return values;
    }

    private static double Element(int type, ReadOnlySpan<byte> at) => type switch
    {
        OnnxTensor.Float => BinaryPrimitives.ReadSingleLittleEndian(at),
        OnnxTensor.Half => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
        OnnxTensor.BFloat => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
        OnnxTensor.Double => BinaryPrimitives.ReadDoubleLittleEndian(at),
        OnnxTensor.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
        OnnxTensor.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
        OnnxTensor.Int8 => (sbyte)at[0],
        _ => at[0],
    };

    // Numbers of variable length, as the bytes that they would be in memory.
    private byte[] Decoded(OnnxTensor tensor)
    {
        var (offset, length) = tensor.Span!.Value;
        long count = tensor.Count;
        if (count < 0 || count > length || length > 10 * count) throw Wrong(tensor, $"{length} bytes of numbers");
        byte[] packed = new byte[length], bytes = new byte[count * tensor.ElementBytes];
        if (!Fill(path, packed, offset)) throw Short(tensor, path);
        using var input = new CodedInputStream(packed);
        try
        {
            for (long i = 0; i < count; i++)
            {
                var at = bytes.AsSpan((int)(i * tensor.ElementBytes));
                long value = input.ReadInt64();
                if (tensor.ElementBytes == 8) BinaryPrimitives.WriteInt64LittleEndian(at, value);
                else if (tensor.ElementBytes == 4) BinaryPrimitives.WriteInt32LittleEndian(at, unchecked((int)value));
                else if (tensor.ElementBytes == 2) BinaryPrimitives.WriteUInt16LittleEndian(at, unchecked((ushort)value));
                else at[0] = unchecked((byte)value);
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InputException(path, $"tensor {tensor.Name}", "ends inside a number", Remedies.Again, e);
        }
        return input.IsAtEnd ? bytes : throw Wrong(tensor, $"more than {count} numbers");
    }

    private (string File, long Offset, long Length) Locate(OnnxTensor tensor)
    {
        long bytes = tensor.Count * tensor.ElementBytes;
        if (tensor.Count < 0 || tensor.ElementBytes == 0)
            throw new InputException(path, $"tensor {tensor.Name}", $"is {tensor.Sides} of ONNX's type {tensor.Type}, which is not read",
                Remedies.Export);
        if (tensor.External is { } external) return OnnxExternalFile.Locate(path, tensor, external, bytes);
        var span = tensor.Span!.Value;
        if (tensor.Encoding == OnnxEncoding.Raw && span.Length != bytes) throw Wrong(tensor, $"{span.Length} bytes");
        return (path, span.Offset, span.Length);
    }

    private InputException Wrong(OnnxTensor tensor, string held) => new(path, $"tensor {tensor.Name}",
        string.Create(CultureInfo.InvariantCulture, $"is {tensor.Sides} of {tensor.ElementBytes} bytes each, but holds {held}"),
        Remedies.Again);

    private static InputException Short(OnnxTensor tensor, string file) =>
        new(file, $"tensor {tensor.Name}", "the file ends inside it", Remedies.Again);

    private static bool Fill(string file, Span<byte> target, long offset)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            return SafetensorsFile.Fill(handle, target, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(file, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Check the path", e);
        }
    }
}
