using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Files of torch.save: what PyTorch wrote, what lies, and what would run code.</summary>
public sealed class TorchFileTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("torch-zip.bin")]
    [InlineData("torch-legacy.bin")]
    public void What_PyTorch_wrote_is_read(string name)
    {
        using var scope = NewDisposeScope();
        var expected = JsonSerializer.Deserialize<Dictionary<string, double[]>>(File.ReadAllText(Golden("torch-values.json")))!;
        using var file = TorchFile.Open(Golden(name));
        Assert.Equal(expected.Keys.Order(), file.Keys.Order());
        foreach (var (key, values) in expected)
        {
            using var tensor = file.Read(key);
            Assert.Equal(file.ShapeOf(key), tensor.shape);
            Assert.Equal(values, tensor.to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray());
        }
        using var transposed = file.Read("transposed");
        Assert.Equal([6, 4], transposed.shape);
        Assert.Equal([(ScalarType.Float16, "half"), (ScalarType.BFloat16, "bf16"), (ScalarType.Float64, "double"),
            (ScalarType.Int64, "long")],
            new[] { "half", "bf16", "double", "long" }.Select(k => (file.Read(k).dtype, k)));
    }

    [Fact]
    public void A_whole_module_is_refused_by_the_name_of_its_class() =>
        Assert.Contains("torch.nn.modules.linear.Linear", Refusal(File.ReadAllBytes(Golden("torch-module.bin"))), StringComparison.Ordinal);

    [Fact]
    public void Strides_offsets_shared_storages_and_views()
    {
        using var scope = NewDisposeScope();
        byte[] data = PickleWriter.Floats([.. Enumerable.Range(0, 12).Select(i => (float)i)]);
        using (var file = Open(PickleWriter.Zip(PickleWriter.Dict(
            ("plain", w => w.Tensor("0", 12, 0, [3, 4], [4, 1])), ("transposed", w => w.Tensor("0", 12, 0, [4, 3], [1, 4])),
            ("corner", w => w.Tensor("0", 12, 5, [2, 2], [4, 1])), ("row", w => w.Tensor("0", 12, 8, [4], [1])),
                ("scalar", w => w.Tensor("0", 12, 7, [], [])),
            ("none", w => w.Tensor("0", 12, 0, [0, 5], [5, 1]))), ("0", data))))
        {
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], Values(file, "plain"));
            Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], Values(file, "transposed"));
            Assert.Equal([5, 6, 9, 10], Values(file, "corner"));
            Assert.Equal([8, 9, 10, 11], Values(file, "row"));
            Assert.Equal([7], Values(file, "scalar"));
            Assert.Equal([0, 5], file.ShapeOf("none"));
        }
        using (var file = Open(PickleWriter.Legacy(PickleWriter.Dict(
            ("whole", w => w.Tensor("a", 12, 0, [12], [1], legacy: true)), ("view", w => w.Tensor("a", 12, 1, [2], [1], view: (4, 3)))),
                ("a", 12, data))))
        {
            Assert.Equal([5, 6], Values(file, "view"));
        }
    }

    // What pickle.dumps writes for an object whose __reduce__ gives (os.system, ("…",)), and its relatives.
    [Theory]
    [InlineData("cposix\nsystem\n(Vrm -rf /\ntR", "posix.system")]
    [InlineData("cos\nsystem\n", "os.system")]
    [InlineData("c__builtin__\neval\n", "__builtin__.eval")]
    [InlineData("cbuiltins\ngetattr\n", "builtins.getattr")]
    [InlineData("ctorch\nload\n", "torch.load")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v3\n", "torch._utils._rebuild_tensor_v3")]
    [InlineData("ccollections\nOrderedDict.fromkeys\n", "collections.OrderedDict.fromkeys")]
    [InlineData("(ios\nsystem\n", "os.system")]
    [InlineData("ctorch\nComplexFloatStorage\n", "torch.ComplexFloatStorage")]
    [InlineData("X\u0002\0\0\0osX\u0006\0\0\0system\u0093", "os.system")]
    [InlineData("ccollections\nOrderedDict\n)\u0081", "NEWOBJ")]
    [InlineData("(ccollections\nOrderedDict\no", "OBJ")]
    [InlineData("\u0082\u0001", "EXT1")]
    [InlineData("Pid\n", "PERSID")]
    [InlineData("ccollections\nOrderedDict\n}b", "sets attributes of collections.OrderedDict")]
    [InlineData("]}b", "sets attributes of an object")]
    [InlineData("}]b", "sets attributes of an object")]
    [InlineData("ctorch\nFloatStorage\n)R", "arguments that describe no tensor")]
    [InlineData("X\u0001\0\0\0a)R", "calls something that is no function")]
    public void What_would_run_code_is_refused_by_name(string program, string named)
    {
        byte[] pickle = new PickleWriter().Op(program).ToArray();
        Assert.Contains(named, Refusal(PickleWriter.Zip(pickle)), StringComparison.Ordinal);
        Assert.Contains(named, Refusal(PickleWriter.Legacy(pickle)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X\u00ff\u00ff\u00ff\u007f", "claims a value of 2147483647 bytes")]
    [InlineData("X\u0000\u0000\u0010\u0000abc", "the file ends inside a value")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "claims a value of 18446744073709551615 bytes")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u007f", "claims a whole number")]
    [InlineData("0", "takes more from its stack")]
    [InlineData("t", "takes more from its stack")]
    [InlineData("(R", "takes more from its stack")]
    [InlineData("h\u0005", "recalls memo 5")]
    [InlineData("}(Nu", "sets a key without a value")]
    [InlineData("})Ns", "a dict has a key")]
    [InlineData("Na", "takes more from its stack")]
    [InlineData("NNa", "appends to something")]
    [InlineData("X\u0001\0\0\0\u00ff", "not UTF-8")]
    [InlineData("\u0080\u0009", "unknown protocol")]
    [InlineData("Ixyz\n", "spelt wrongly")]
    [InlineData("\u00fe", "opcode 0xfe")]
    public void A_program_that_makes_no_sense_is_refused(string program, string problem)
    {
        Assert.Contains(problem, Refusal(PickleWriter.Zip(new PickleWriter().Op(program).ToArray())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, new long[] { 5 }, new long[] { 1 }, "reaches beyond")]
    [InlineData(1, new long[] { 2, 2 }, new long[] { 2, 1 }, "reaches beyond")]
    [InlineData(4, new long[] { 1 }, new long[] { 1 }, "reaches beyond")]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue }, "reaches beyond")]
    [InlineData(0, new long[] { 1000000, 1000000 }, new long[] { 0, 0 }, "reaches beyond")]
    [InlineData(0, new long[] { long.MaxValue, 4 }, new long[] { 0, 0 }, "larger than any file")]
    [InlineData(0, new long[] { 0, long.MaxValue, 4 }, new long[] { 0, 0, 0 }, "larger than any file")]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 }, "not whole numbers of 0 or more")]
    [InlineData(0, new long[] { -2 }, new long[] { 1 }, "not whole numbers of 0 or more")]
    [InlineData(3, new long[] { 2 }, new long[] { -1 }, "not whole numbers of 0 or more")]
    [InlineData(0, new long[] { 2 }, new long[] { 1, 1 }, "not whole numbers of 0 or more")]
    public void A_tensor_outside_its_storage_is_refused(long offset, long[] size, long[] stride, string problem) =>
        Assert.Contains(problem, Refusal(PickleWriter.Zip(PickleWriter.Dict(("x", w => w.Tensor("0", 4, offset, size, stride))),
            ("0", new byte[16]))), StringComparison.Ordinal);

    [Fact]
    public void Storages_that_lie_are_refused()
    {
        byte[] four = PickleWriter.Dict(("x", w => w.Tensor("0", 4, 0, [4], [1])));
        Assert.Contains("has 15 bytes, but 4 elements", Refusal(PickleWriter.Zip(four, ("0", new byte[15]))), StringComparison.Ordinal);
        Assert.Contains("storage 0: is not in the archive", Refusal(PickleWriter.Zip(four, ("1", new byte[16]))), StringComparison.Ordinal);
        Assert.Contains("has 3 elements, but 4 are described", Refusal(PickleWriter.Legacy(four, ("0", 3, new byte[12]))),
            StringComparison.Ordinal);
        Assert.Contains("the file ends inside it", Refusal(PickleWriter.Legacy(four, ("0", 4, new byte[15]))), StringComparison.Ordinal);
        Assert.Contains("belongs to no tensor", Refusal(PickleWriter.Legacy(four, ("9", 4, new byte[16]))), StringComparison.Ordinal);
        Assert.Contains("is not in the file", Refusal(PickleWriter.Legacy(four)), StringComparison.Ordinal);
        byte[] huge = PickleWriter.Dict(("x", w => w.Tensor("0", long.MaxValue, 0, [4], [1])));
        Assert.Contains("storage 0", Refusal(PickleWriter.Zip(huge, ("0", new byte[16]))), StringComparison.Ordinal);
        Assert.Contains("storage 0", Refusal(PickleWriter.Legacy(huge, ("0", long.MaxValue, new byte[16]))), StringComparison.Ordinal);
        byte[] twoWays = PickleWriter.Dict(("x", w => w.Tensor("0", 4, 0, [4], [1])), ("y", w => w.Tensor("0", 8, 0, [8], [1])));
        Assert.Contains("in two ways", Refusal(PickleWriter.Zip(twoWays, ("0", new byte[16]))), StringComparison.Ordinal);
        Assert.Contains("a view of storage a reaches beyond it",
            Refusal(PickleWriter.Legacy(PickleWriter.Dict(("x", w => w.Tensor("a", 4, 0, [1], [1], view: (3, 2)))),
                ("a", 4, new byte[16]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_and_doubled_entries_are_refused()
    {
        byte[] pickle = PickleWriter.Dict(("x", w => w.Tensor("0", 1 << 20, 0, [1 << 20], [1])));
        Assert.Contains("is compressed", Refusal(
            PickleWriter.Archive([("a/data.pkl", pickle, false), ("a/data/0", new byte[4 << 20], true)])), StringComparison.Ordinal);
        Assert.Contains("stands twice", Refusal(PickleWriter.Archive([("a/data.pkl", pickle, false), ("a/data.pkl", pickle, false)])),
            StringComparison.Ordinal);
        Assert.Contains("holds 2 entries", Refusal(PickleWriter.Archive([("a/data.pkl", pickle, false), ("b/data.pkl", pickle, false)])),
            StringComparison.Ordinal);
        Assert.Contains("byteorder",
            Refusal(PickleWriter.Archive([("a/data.pkl", pickle, false), ("a/byteorder", "big"u8.ToArray(), false)])),
                StringComparison.Ordinal);
        Assert.Contains("no file of torch.save", Refusal("version https://git-lfs.github.com/spec/v1"u8.ToArray()),
            StringComparison.Ordinal);
        Assert.Contains("none of torch.save", Refusal(new PickleWriter().Op("N").ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_memo_that_doubles_a_thousand_times_and_a_list_in_itself_cost_nothing()
    {
        var bomb = new PickleWriter().Op("X\u0003\0\0\0lol");
        for (int i = 0; i < 1000; i++) bomb.Op("2\u0086");
        Assert.Contains("other than a dict of tensors", Refusal(PickleWriter.Zip(bomb.ToArray())), StringComparison.Ordinal);
        Assert.Contains("holds no tensor by name",
            Refusal(PickleWriter.Zip(new PickleWriter().Op("]q\0h\0a0}X\u0001\0\0\0kh\0s").ToArray())), StringComparison.Ordinal);
        Assert.Contains("takes more", Refusal(PickleWriter.Zip(new PickleWriter().Op(new string('0', 5)).ToArray())),
            StringComparison.Ordinal);
        Assert.Contains("piles up", Refusal(PickleWriter.Zip(new PickleWriter().Op(new string(']', (1 << 20) + 1)).ToArray())),
            StringComparison.Ordinal);
        Assert.Contains("longer than 4 MiB", Refusal(
            PickleWriter.Zip(new PickleWriter().Op(string.Concat(Enumerable.Repeat("N0", 3 << 20))).ToArray())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("torch-zip.bin")]
    [InlineData("torch-legacy.bin")]
    public void A_truncated_file_is_refused_and_a_changed_one_read_or_refused(string name)
    {
        byte[] whole = File.ReadAllBytes(Golden(name));
        for (int length = 0; length < whole.Length; length += 7) Refusal(whole[..length]);
        var random = new Random(1);
        for (int i = 0; i < whole.Length; i += random.Next(1, 6))
        {
            byte[] changed = [.. whole];
            changed[i] ^= (byte)(1 << random.Next(8));
            try
            {
                using var file = Open(changed);
                foreach (string key in file.Keys) file.Read(key).Dispose();
            }
            catch (InputException)
            {
                // Refused with a name and a place; any other exception fails the test.
            }
        }
    }

    [Fact]
    public void A_dict_that_holds_the_weights_deeper_is_refused_with_its_names()
    {
        byte[] pickle = PickleWriter.Dict(("state_dict", w => w.Op("}")), ("epoch", w => w.Number(3)));
        Assert.Contains("there are dicts under \"state_dict\"", Refusal(PickleWriter.Zip(pickle)), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    internal static string Golden(string name) => Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Golden", name);

    private static float[] Values(TorchFile file, string key)
    {
        using var tensor = file.Read(key);
        return tensor.reshape(-1).data<float>().ToArray();
    }

    private TorchFile Open(byte[] bytes)
    {
        File.WriteAllBytes(folder["pytorch_model.bin"], bytes);
        return TorchFile.Open(folder["pytorch_model.bin"]);
    }

    private string Refusal(byte[] bytes)
    {
        var error = Assert.Throws<InputException>(() => Open(bytes).Dispose());
        Assert.Equal(folder["pytorch_model.bin"], error.InputSource);
        return error.Message;
    }
}
