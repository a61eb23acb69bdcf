using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements as the format spells it: F32, F16, BF16, I64 …</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte, counted likewise.</param>
internal sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    // Every type of the format with its size in bits, and TorchSharp's name for those that can be read.
    private static readonly Dictionary<string, (int Bits, ScalarType? Type)> Types = new()
    {
        ["BOOL"] = (8, ScalarType.Bool),
        ["U8"] = (8, ScalarType.Byte),
        ["I8"] = (8, ScalarType.Int8),
        ["I16"] = (16, ScalarType.Int16),
        ["I32"] = (32, ScalarType.Int32),
        ["I64"] = (64, ScalarType.Int64),
        ["F16"] = (16, ScalarType.Float16),
        ["BF16"] = (16, ScalarType.BFloat16),
        ["F32"] = (32, ScalarType.Float32),
        ["F64"] = (64, ScalarType.Float64),
        ["U16"] = (16, null),
        ["U32"] = (32, null),
        ["U64"] = (64, null),
        ["F8_E4M3"] = (8, null),
        ["F8_E5M2"] = (8, null),
    };

    /// <summary>TorchSharp's name for <see cref="Type"/>, or <see langword="null"/> for a type that libtorch cannot hold here.</summary>
    public ScalarType? TorchType => Types[Type].Type;

    internal int ElementBytes => Types[Type].Bits / 8;

    internal static bool Knows(string type) => Types.ContainsKey(type);

    internal static string? NameOf(ScalarType type) => Types.FirstOrDefault(t => t.Value.Type == type).Key;
}
