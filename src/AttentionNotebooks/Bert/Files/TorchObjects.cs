using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// What a pickle of weights may name: the functions that rebuild a tensor, the kinds of storage, OrderedDict. None is
/// called as Python would; each is read as the description of a tensor and checked against its storage.
/// </summary>
internal sealed class TorchObjects
{
    public const string Remedy =
        "A file of weights needs no code; do not use this file unless you trust it, and then convert it with "
        + "save_pretrained(safe_serialization=True)";

    private const string OrderedDict = "collections.OrderedDict", Tensor1 = "torch._utils._rebuild_tensor",
        Tensor2 = "torch._utils._rebuild_tensor_v2", Parameter = "torch._utils._rebuild_parameter";
    private const int MostDimensions = 16;

    private static readonly Dictionary<string, ScalarType> Types = new()
    {
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
    };

    private readonly Dictionary<string, TorchStorage> storages = [];

    private sealed record Named(string Name);

    /// <summary>Every storage that tensors were built on, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <summary>The error for a name that is not one of the few.</summary>
    public static InputException Refused(PickleInput input, string name) =>
        input.Bad($"would run {name}, which is refused: only tensors are rebuilt", Remedy);

    /// <summary>What stands for a name of the pickle.</summary>
    public object Global(PickleInput input, string module, string name)
    {
        string full = $"{module}.{name}";
        if (full is OrderedDict or Tensor1 or Tensor2 or Parameter || Types.ContainsKey(full)) return new Named(full);
        if (module == "torch" && name.EndsWith("Storage", StringComparison.Ordinal))
            throw input.Bad($"holds a {full}, which is not read here", "Convert the weights to float32, float16 or bfloat16");
        throw Refused(input, full);
    }

    /// <summary>What a call of a name gives.</summary>
    public object? Call(PickleInput input, object? callee, object?[] arguments)
    {
        if (callee is not Named named) throw input.Bad("calls something that is no function", Remedy);
        switch (named.Name)
        {
            case OrderedDict when arguments.Length == 0:
                return new PickleDict();
            case OrderedDict when arguments is [List<object?> pairs]: // as Python 2 wrote it
                var dict = new PickleDict();
                foreach (object? pair in pairs)
                {
                    var (key, value) = pair switch
                    {
                        List<object?> { Count: 2 } l => (l[0], l[1]),
                        object?[] { Length: 2 } t =>
                        (t[0], t[1]),
                        _ => throw input.Bad("an OrderedDict is made of something other than pairs")
                    };
                    dict.Set(input, key, value);
                }
                return dict;
            case Tensor1 or Tensor2 when arguments.Length is >= 4 and <= 7 && arguments[0] is TorchStorage storage:
                return Rebuild(input, storage, arguments[1], arguments[2], arguments[3]);
            case Parameter when arguments.Length is 2 or 3 && arguments[0] is TorchTensor tensor:
                return tensor;
            default:
                throw input.Bad($"calls {named.Name} with arguments that describe no tensor");
        }
    }

    /// <summary>Attributes are kept of nothing; a dict of weights may have some (its format's version), which are dropped.</summary>
    public void Build(PickleInput input, object? target, object? state)
    {
        if (target is not PickleDict || state is not PickleDict)
            throw input.Bad(
                $"sets attributes of {(target is Named named ? named.Name : "an object")}, which is refused: only tensors are rebuilt",
                    Remedy);
    }

    /// <summary>The storage that a persistent id describes: ('storage', type, key, device, elements[, view]).</summary>
    public object Storage(PickleInput input, object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } parts || parts[0] is not "storage" || parts[1] is not Named type
            || !Types.TryGetValue(type.Name, out var element)
            || parts[2] is not string key || parts[4] is not long count || count < 0)
            throw input.Bad("refers to something that is no storage of numbers", Remedy);
        var storage = new TorchStorage(key, element, count, 0);
        if (parts.Length == 6 && parts[5] is object?[] view)
        {
            if (view is not [string, long first, long size] || first < 0 || size < 0 || first > count || size > count - first)
                throw input.Bad($"a view of storage {key} reaches beyond it");
            Register(input, storage);
            return storage with { First = first, Count = size };
        }
        Register(input, storage);
        return storage;
    }

    private void Register(PickleInput input, TorchStorage storage)
    {
        if (storages.TryGetValue(storage.Key, out var known) && known != storage)
            throw input.Bad($"describes the storage {storage.Key} in two ways");
        storages[storage.Key] = storage;
    }

    private static TorchTensor Rebuild(PickleInput input, TorchStorage storage, object? offset, object? size, object? stride)
    {
        if (offset is not long first || first < 0 || Numbers(size) is not { } shape || Numbers(stride) is not { } strides
            || shape.Length != strides.Length || shape.Length > MostDimensions)
            throw input.Bad("a tensor's offset, size and stride are not whole numbers of 0 or more, as many strides as sizes");
        Int128 elements = 1, withoutZeros = 1, last = first;
        foreach (var (n, step) in shape.Zip(strides))
        {
            elements *= n;
            withoutZeros *= Math.Max(1, n); // an empty tensor has strides, too, and they are such products
            if (withoutZeros > long.MaxValue / storage.ElementBytes)
                throw input.Bad($"a tensor of [{string.Join(", ", shape)}] is larger than any file");
            last += (Int128)Math.Max(n - 1, 0) * step;
        }
        // A stride of 0 could make a tensor of any size out of one number; no checkpoint needs that.
        if (elements > 0 && (last >= storage.Count || elements > storage.Count))
            throw input.Bad(
                $"a tensor of [{string.Join(", ", shape)}] reaches beyond its storage {storage.Key} of {storage.Count} elements");
        return new TorchTensor(storage, first, shape, strides, (long)(elements == 0 ? 0 : last - first + 1));
    }

    private static long[]? Numbers(object? value)
    {
        IReadOnlyList<object?>? items = value switch { object?[] tuple => tuple, List<object?> list => list, _ => null };
        return items is not null && items.Count <= MostDimensions && items.All(i => i is >= 0L) ? [.. items.Select(i => (long)i!)] : null;
    }
}
