using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void What_is_written_is_read_back_in_every_type()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(folder, "all.safetensors");
        var source = tensor(new float[] { 0, 1, -2.5f, 3, 100, -7 }).view(2, 3);
        ScalarType[] types = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64, ScalarType.Int64,
            ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        var tensors = types.ToDictionary(t => $"x.{t}", t => (t == ScalarType.Byte ? source.abs() : source).to_type(t));
        tensors["transposed"] = source.t();
        tensors["scalar"] = tensor(4f);
        tensors["empty"] = zeros(0, 3);
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        using var file = SafetensorsFile.Open(path);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(tensors.Keys.Order(), file.Entries.Keys.Order());
        foreach (var (name, expected) in tensors)
        {
            var actual = file.Read(name);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            Assert.True(expected.eq(actual).all().Value<bool>(), name);
        }
        foreach (string name in new[] { "x.Float32", "x.Float16", "x.BFloat16", "x.Float64" })
            Assert.Equal([0, 1, -2.5f, 3, 100, -7], file.ReadSingles(name));
        Assert.Throws<InputException>(() => file.ReadSingles("x.Int64"));
        Assert.Contains("nosuch", Assert.Throws<InputException>(() => file.Read("nosuch")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "cut off")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, "belong to no tensor")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "needs 12 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "shape is not a list")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "larger than any file")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "larger than any file")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "not a begin and an end")]
    [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "unknown dtype")]
    [InlineData("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "no dtype")]
    [InlineData("{\"a\":3}", 0, "not an object")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
            8, "overlaps")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
            12, "leaves 4 bytes")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
            8, "not valid JSON")]
    [InlineData("{\"__metadata__\":{\"format\":1}}", 0, "is not a text")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{\"a\":", 0, "not valid JSON")]
    public void A_header_that_lies_is_refused(string header, int dataBytes, string problem)
    {
        string path = Raw((ulong)Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header), dataBytes);
        var error = Assert.Throws<InputException>(() => SafetensorsFile.Open(path));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_length_that_lies_or_a_missing_file_is_refused()
    {
        Assert.Contains("claims a header", Assert.Throws<InputException>(() => SafetensorsFile.Open(Raw(ulong.MaxValue, [], 0))).Message,
            StringComparison.Ordinal);
        Assert.Contains("but the file has 10", Assert.Throws<InputException>(() =>
            SafetensorsFile.Open(Raw(50, [(byte)'{', (byte)'}'], 0))).Message, StringComparison.Ordinal);
        string shortFile = Path.Combine(folder, "short");
        File.WriteAllBytes(shortFile, [1, 2, 3]);
        Assert.Contains("ends before", Assert.Throws<InputException>(() => SafetensorsFile.Open(shortFile)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => SafetensorsFile.Open(Path.Combine(folder, "missing")));
    }

    [Fact]
    public void Every_truncation_of_a_good_file_is_refused()
    {
        using var scope = NewDisposeScope();
        string whole = Path.Combine(folder, "whole.safetensors"), cut = Path.Combine(folder, "cut.safetensors");
        SafetensorsFile.Write(whole, new Dictionary<string, Tensor> { ["a"] = ones(3), ["b"] = ones(2, 2) });
        byte[] bytes = File.ReadAllBytes(whole);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(cut, bytes[..length]);
            Assert.Throws<InputException>(() => SafetensorsFile.Open(cut));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Raw(ulong length, byte[] header, int dataBytes)
    {
        string path = Path.Combine(folder, $"{Guid.NewGuid():N}.safetensors");
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);
        File.WriteAllBytes(path, [.. prefix, .. header, .. new byte[dataBytes]]);
        return path;
    }
}
