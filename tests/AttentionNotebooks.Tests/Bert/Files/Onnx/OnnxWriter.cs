using System.Runtime.InteropServices;
using Google.Protobuf;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Writes ONNX graphs by hand, field by field: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.</summary>
internal sealed class OnnxWriter
{
    public const string Microsoft = "com.microsoft";

    private readonly List<byte[]> nodes = [], tensors = [], inputs = [], outputs = [];
    private int names;

    /// <summary>The version of ONNX's operators.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>A name that no other value has.</summary>
    public string Fresh() => $"v{names++}";

    /// <summary>Adds a tensor of floats in float32.</summary>
    public string Tensor(string name, float[] values, params long[] shape)
    {
        tensors.Add(Tensor(name, 1, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        return name;
    }

    /// <summary>Adds a tensor whose message is given.</summary>
    public void Add(byte[] tensor) => tensors.Add(tensor);

    /// <summary>Adds whole numbers.</summary>
    public string Wholes(params long[] values) => Named(7, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Adds a whole number.</summary>
    public string Whole(long value) => Named(7, [], BitConverter.GetBytes(value));

    /// <summary>Adds a number.</summary>
    public string Number(float value) => Named(1, [], BitConverter.GetBytes(value));

    /// <summary>Adds a node of one output.</summary>
    /// <param name="type">The operator; one of ONNX Runtime's begins with a full stop.</param>
    /// <returns>The name of the output.</returns>
    public string Node(string type, string[] from, params (string Name, object Value)[] attributes) => Node(type, from, Fresh(),
        attributes);

    /// <summary>Adds a node of one output, whose name is given.</summary>
    public string Node(string type, string[] from, string to, params (string Name, object Value)[] attributes)
    {
        nodes.Add(Message(m =>
        {
            foreach (string input in from) Text(m, 1, input);
            Text(m, 2, to);
            Text(m, 3, $"n_{to}");
            Text(m, 4, type.TrimStart('.'));
            foreach (var (name, value) in attributes) Bytes(m, 5, Attribute(name, value));
            if (type[0] == '.') Text(m, 7, Microsoft);
        }));
        return to;
    }

    /// <summary>Adds an input of whole numbers, <c>[B, T]</c>.</summary>
    public string Input(string name)
    {
        // Whole numbers, [B, T]: value_info { type { tensor_type { elem_type, shape { dim { dim_param } } } } }
        byte[] shape = Message(s =>
        {
            foreach (string side in new[] { "B", "T" }) Bytes(s, 1, Message(d => Text(d, 2, side)));
        });
        inputs.Add(Message(m =>
        {
            Text(m, 1, name);
            Bytes(m, 2, Message(t => Bytes(t, 1, Message(e =>
            {
                e.WriteTag(1, WireFormat.WireType.Varint);
                e.WriteInt64(7);
                Bytes(e, 2, shape);
            }))));
        }));
        return name;
    }

    public void Output(string name) => outputs.Add(Message(m => Text(m, 1, name)));

    /// <summary>Turns the nodes round, so that each stands before those that make its inputs.</summary>
    public void Reverse() => nodes.Reverse();

    /// <summary>The file.</summary>
    public byte[] File() => Message(m =>
    {
        m.WriteTag(1, WireFormat.WireType.Varint);
        m.WriteInt64(8);
        Bytes(m, 7, Message(g =>
        {
            foreach (byte[] node in nodes) Bytes(g, 1, node);
            foreach (byte[] tensor in tensors) Bytes(g, 5, tensor);
            foreach (byte[] input in inputs) Bytes(g, 11, input);
            foreach (byte[] output in outputs) Bytes(g, 12, output);
        }));
        Bytes(m, 8, Message(o =>
        {
            o.WriteTag(2, WireFormat.WireType.Varint);
            o.WriteInt64(Opset);
        }));
        Bytes(m, 8, Message(o =>
        {
            Text(o, 1, Microsoft);
            o.WriteTag(2, WireFormat.WireType.Varint);
            o.WriteInt64(1);
        }));
    });

    /// <summary>The message of a tensor.</summary>
    public static byte[] Tensor(string name, int type, long[] shape, byte[]? raw, Action<CodedOutputStream>? more = null) => Message(m =>
    {
        Bytes(m, 1, Message(d => { foreach (long side in shape) d.WriteInt64(side); }));
        m.WriteTag(2, WireFormat.WireType.Varint);
        m.WriteInt64(type);
        Text(m, 8, name);
        if (raw is not null) Bytes(m, 9, raw);
        more?.Invoke(m);
    });

    /// <summary>The message of a tensor whose elements lie in another file.</summary>
    public static byte[] External(string name, long[] shape, params (string Key, string Value)[] entries) => Tensor(name, 1, shape, null,
        m =>
    {
        foreach (var (key, value) in entries)
            Bytes(m, 13, Message(e =>
            {
                Text(e, 1, key);
                Text(e, 2, value);
            }));
        m.WriteTag(14, WireFormat.WireType.Varint);
        m.WriteInt64(1);
    });

    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var message = new CodedOutputStream(stream, leaveOpen: true)) write(message);
        return stream.ToArray();
    }

    public static void Bytes(CodedOutputStream m, int field, byte[] value)
    {
        m.WriteTag(field, WireFormat.WireType.LengthDelimited);
        m.WriteBytes(ByteString.CopyFrom(value));
    }

    private string Named(int type, long[] shape, byte[] raw)
    {
        string name = Fresh();
        tensors.Add(Tensor(name, type, shape, raw));
        return name;
    }

    private static byte[] Attribute(string name, object value) => Message(m =>
    {
        Text(m, 1, name);
        switch (value)
        {
            case float number:
                m.WriteTag(2, WireFormat.WireType.Fixed32);
                m.WriteFloat(number);
                break;
            case int whole:
                m.WriteTag(3, WireFormat.WireType.Varint);
                m.WriteInt64(whole);
                break;
            case string text: Text(m, 4, text); break;
            case int[] wholes: Bytes(m, 8, Message(l => { foreach (int whole in wholes) l.WriteInt64(whole); })); break;
            default: throw new ArgumentException($"{value.GetType()}", nameof(value));
        }
        m.WriteTag(20, WireFormat.WireType.Varint); // AttributeProto.type
        m.WriteInt32(value switch { float => 1, int => 2, string => 3, _ => 7 });
    });

    private static void Text(CodedOutputStream m, int field, string value)
    {
        m.WriteTag(field, WireFormat.WireType.LengthDelimited);
        m.WriteString(value);
    }
}
