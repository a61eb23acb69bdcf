using System.Globalization;
using System.Numerics;

namespace AttentionNotebooks;

/// <summary>
/// Reads a Python pickle as data. A pickle is a program for a small stack machine; here the machine knows numbers,
/// texts, tuples, lists and dicts, and what <see cref="TorchObjects"/> rebuilds. Everything else that a pickle can
/// name, call or make is refused by name, so nothing in a file is ever executed.
/// </summary>
/// <remarks>
/// Opcodes as in CPython's <c>Lib/pickletools.py</c>, protocols 0 to 5. No value is ever walked recursively: a pickle
/// whose memo doubles a tuple a thousand times costs a thousand references, and one that holds itself ends nothing.
/// </remarks>
internal sealed class Unpickler(PickleInput input, TorchObjects objects)
{
    private const int MostValues = 1 << 20;

    private static readonly object Mark = new();

    private readonly List<object?> stack = [];
    private readonly Dictionary<uint, object?> memo = [];

    /// <summary>Runs to the STOP and gives what is on top of the stack: <see langword="null"/>, bool, long,
    /// BigInteger, double, string, byte[], object?[] (a tuple), List, <see cref="PickleDict"/> or what
    /// <see cref="TorchObjects"/> made.</summary>
    public object? Read()
    {
        while (true)
        {
            byte code = input.Byte();
            if (code == '.') return Pop();
            Step(code);
            if (stack.Count > MostValues || memo.Count > MostValues) throw input.Bad("the pickle piles up more values than any model has");
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80:
                if (input.Byte() > 5)
                    throw input.Bad("is a pickle of an unknown protocol", "Save the weights again with a plain torch.save"); break;
            case 0x95: input.UInt64(); break; // FRAME: a hint for buffering
            case (byte)'(': stack.Add(Mark); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': stack.Add(Top()); break;
            case (byte)'N': stack.Add(null); break;
            case 0x88: stack.Add(true); break;
            case 0x89: stack.Add(false); break;
            case (byte)'I': stack.Add(TextNumber(input.Line())); break;
            case (byte)'L': stack.Add(TextNumber(input.Line().TrimEnd('L'))); break;
            case (byte)'J': stack.Add((long)input.Int32()); break;
            case (byte)'K': stack.Add((long)input.Byte()); break;
            case (byte)'M': stack.Add((long)input.UInt16()); break;
            case 0x8a: stack.Add(Long(input.Bytes(input.Byte()))); break;
            case 0x8b: stack.Add(Long(input.Bytes(Short(input.UInt32())))); break;
            case (byte)'F':
                stack.Add(double.TryParse(input.Line(), CultureInfo.InvariantCulture, out double d) ? d
                : throw input.Bad("a number is spelt wrongly")); break;
            case (byte)'G': stack.Add(input.BigEndianDouble()); break;
            case (byte)'X' or (byte)'T': stack.Add(input.Text(input.UInt32())); break;
            case 0x8c or (byte)'U': stack.Add(input.Text(input.Byte())); break;
            case 0x8d: stack.Add(input.Text(input.UInt64())); break;
            case (byte)'B': stack.Add(input.Bytes(input.UInt32())); break;
            case (byte)'C': stack.Add(input.Bytes(input.Byte())); break;
            case 0x8e: stack.Add(input.Bytes(input.UInt64())); break;
            case (byte)')': stack.Add(Array.Empty<object?>()); break;
            case (byte)'t': stack.Add(PopToMark()); break;
            case 0x85 or 0x86 or 0x87: stack.Add(PopLast(code - 0x84)); break;
            case (byte)']': stack.Add(new List<object?>()); break;
            case (byte)'l': stack.Add(PopToMark().ToList()); break;
            case (byte)'a': { var item = Pop(); List().Add(item); break; }
            case (byte)'e': { var items = PopToMark(); List().AddRange(items); break; }
            case (byte)'}': stack.Add(new PickleDict()); break;
            case (byte)'d': { var items = PopToMark(); stack.Add(new PickleDict()); SetItems(items); break; }
            case (byte)'s': SetItems(PopLast(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'p': memo[Index(input.Line())] = Top(); break;
            case (byte)'q': memo[input.Byte()] = Top(); break;
            case (byte)'r': memo[input.UInt32()] = Top(); break;
            case 0x94: memo[(uint)memo.Count] = Top(); break;
            case (byte)'g': Recall(Index(input.Line())); break;
            case (byte)'h': Recall(input.Byte()); break;
            case (byte)'j': Recall(input.UInt32()); break;
            case (byte)'c': { string module = input.Line(); stack.Add(objects.Global(input, module, input.Line())); break; }
            case 0x93:
                {
                    var names = PopLast(2); stack.Add(objects.Global(input, names[0] as string ?? "?", names[1] as string ?? "?"));
                    break;
                }
            case (byte)'R':
                {
                    var call = PopLast(2);
                    stack.Add(objects.Call(input, call[0], call[1] as object?[]
                        ?? throw input.Bad("calls with something that is no tuple")));
                    break;
                }
            case (byte)'b': { var state = Pop(); objects.Build(input, Top(), state); break; }
            case (byte)'Q': stack.Add(objects.Storage(input, Pop())); break;
            case (byte)'i': { string module = input.Line(); throw TorchObjects.Refused(input, $"{module}.{input.Line()}"); } // INST
            default: throw input.Bad($"the opcode {Name(code)} is refused: only tensors by name are rebuilt", TorchObjects.Remedy);
        }
    }

    private static string Name(byte code) => code switch
    {
        (byte)'o' => "OBJ",
        0x81 => "NEWOBJ",
        0x92 => "NEWOBJ_EX",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        (byte)'P' => "PERSID",
        0x8f => "EMPTY_SET",
        0x90 => "ADDITEMS",
        0x91 => "FROZENSET",
        0x96 => "BYTEARRAY8",
        0x97 => "NEXT_BUFFER",
        0x98 =>
            "READONLY_BUFFER",
        _ => $"0x{code:x2}",
    };

    private object? Top() => stack.Count > 0 && stack[^1] != Mark ? stack[^1] : throw Empty();

    private object? Pop()
    {
        var top = Top();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object?[] PopLast(int count)
    {
        var items = new object?[count];
        for (int i = count - 1; i >= 0; i--) items[i] = Pop();
        return items;
    }

    private object?[] PopToMark()
    {
        int at = stack.LastIndexOf(Mark);
        if (at < 0) throw Empty();
        object?[] items = [.. stack.Skip(at + 1)];
        stack.RemoveRange(at, stack.Count - at);
        return items;
    }

    private InputException Empty() => input.Bad("the pickle takes more from its stack than it put there");

    private List<object?> List() => Top() as List<object?> ?? throw input.Bad("appends to something that is no list");

    private void SetItems(object?[] items)
    {
        var dict = Top() as PickleDict ?? throw input.Bad("sets an item of something that is no dict");
        if (items.Length % 2 != 0) throw input.Bad("sets a key without a value");
        for (int i = 0; i < items.Length; i += 2) dict.Set(input, items[i], items[i + 1]);
    }

    private void Recall(uint index) => stack.Add(memo.TryGetValue(index, out var value) ? value
        : throw input.Bad($"recalls memo {index}, which was never stored"));

    private uint Index(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint index) ? index
        : throw input.Bad("a memo number is spelt wrongly");

    private uint Short(uint length) => length <= 255 ? length : throw input.Bad($"claims a whole number of {length} bytes");

    private object TextNumber(string text) => text switch
    {
        "00" => false,
        "01" => true,
        _ => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : throw input.Bad("a number is spelt wrongly"),
    };

    private static object Long(byte[] bytes)
    {
        var number = new BigInteger(bytes);
        return number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
    }
}
