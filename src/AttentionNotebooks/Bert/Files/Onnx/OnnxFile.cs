using Google.Protobuf;
using Wire = Google.Protobuf.WireFormat.WireType;

namespace AttentionNotebooks;

/// <summary>
/// Reads the description of an ONNX file: nodes, and tensors with the place of their elements. The elements themselves are left where
/// they are. Subgraphs and functions are passed over; a graph that needs them is refused where it is looked at.
/// </summary>
/// <remarks>Format: the messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, whose numbers of fields stand here.</remarks>
internal sealed class OnnxFile
{
    private readonly string path;
    private readonly ProtoReader reader;
    private readonly List<OnnxNode> nodes = [];
    private readonly Dictionary<string, OnnxTensor> tensors = new(StringComparer.Ordinal);
    private readonly List<string> inputs = [], outputs = [];
    private long opset;
    private bool isModel, hasSparse;

    private OnnxFile(string path, ProtoReader reader)
    {
        this.path = path;
        this.reader = reader;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is missing, cut off, damaged, or no ONNX file.</exception>
    public static OnnxGraph Read(string path)
    {
        using var reader = new ProtoReader(path);
        var file = new OnnxFile(path, reader);
        reader.Root(file.Model);
        if (!file.isModel || file.nodes.Count == 0)
            throw new InputException(path, null, "is no ONNX file: it holds no graph", Remedies.Again);
        if (file.hasSparse) throw new InputException(path, "graph", "holds sparse tensors", Remedies.Export);
        return new OnnxGraph(path, file.nodes, file.tensors, file.inputs, file.outputs, file.opset);
    }

    private bool Model(int field, Wire type)
    {
        switch (field, type)
        {
            case (7, Wire.LengthDelimited):
                isModel = true;
                reader.Message(Graph);
                return true;
            case (8, Wire.LengthDelimited):
                Opset();
                return true;
            default: return false;
        }
    }

    private void Opset()
    {
        string domain = "";
        long version = 0;
        reader.Message((field, type) =>
        {
            if ((field, type) == (1, Wire.LengthDelimited)) domain = reader.Text();
            else if ((field, type) == (2, Wire.Varint)) version = reader.Whole();
            else return false;
            return true;
        });
        if (Own(domain).Length == 0) opset = version;
    }

    private bool Graph(int field, Wire type)
    {
        if (type != Wire.LengthDelimited) return false;
        switch (field)
        {
            case 1: nodes.Add(Node()); return true;
            case 5: Add(Tensor()); return true;
            case 11: inputs.Add(ValueName()); return true;
            case 12: outputs.Add(ValueName()); return true;
            case 15: hasSparse = true; return false;
            default: return false;
        }
    }

    private void Add(OnnxTensor tensor)
    {
        // An input that is left out has this name too.
        if (tensor.Name.Length == 0) throw new InputException(path, "graph", "holds a tensor without a name", Remedies.Again);
        if (!tensors.TryAdd(tensor.Name, tensor))
            throw new InputException(path, $"tensor {tensor.Name}", "stands there twice", Remedies.Again);
    }

    private string ValueName()
    {
        string name = "";
        reader.Message((field, type) =>
        {
            if ((field, type) != (1, Wire.LengthDelimited)) return false;
            name = reader.Text();
            return true;
        });
        return name;
    }

    private OnnxNode Node()
    {
        var node = new OnnxNode();
        reader.Message((field, type) =>
        {
            if (type != Wire.LengthDelimited) return false;
            switch (field)
            {
                case 1: node.Inputs.Add(reader.Text()); return true;
                case 2: node.Outputs.Add(reader.Text()); return true;
                case 3: node.Name = reader.Text(); return true;
                case 4: node.Type = reader.Text(); return true;
                case 5:
                    var (name, attribute) = Attribute();
                    node.Attributes[name] = attribute;
                    return true;
                case 7: node.Domain = Own(reader.Text()); return true;
                default: return false;
            }
        });
        if (node.Is("Constant") && node.Output.Length > 0 && ConstantOf(node) is { } constant) Add(constant);
        return node;
    }

    private static OnnxTensor? ConstantOf(OnnxNode node)
    {
        foreach (var (name, a) in node.Attributes)
        {
            switch (name)
            {
                case "value" when a.Tensor is { } tensor: return tensor with { Name = node.Output };
                case "value_int": return Of(OnnxTensor.Int64, [], [a.Whole]);
                case "value_float": return Of(OnnxTensor.Float, [], [a.Number]);
                case "value_ints": return Of(OnnxTensor.Int64, [a.Wholes.Count], [.. a.Wholes.Select(w => (double)w)]);
                case "value_floats": return Of(OnnxTensor.Float, [a.Numbers.Count], [.. a.Numbers.Select(n => (double)n)]);
            }
        }
        return null;
        OnnxTensor Of(int type, long[] shape, double[] values) => new(node.Output, type, shape) { Inline = values };
    }

    private (string, OnnxAttribute) Attribute()
    {
        string name = "";
        var attribute = new OnnxAttribute();
        reader.Message((field, type) =>
        {
            switch (field, type)
            {
                case (1, Wire.LengthDelimited): name = reader.Text(); return true;
                case (2, Wire.Fixed32): attribute.Number = reader.Single(); return true;
                case (3, Wire.Varint): attribute.Whole = reader.Whole(); return true;
                case (4, Wire.LengthDelimited): attribute.Text = reader.Text(); return true;
                case (5, Wire.LengthDelimited): attribute.Tensor = Tensor(); return true;
                case (7, _): reader.Singles(type, attribute.Numbers); return true;
                case (8, _): reader.Wholes(type, attribute.Wholes); return true;
                default: return false;
            }
        });
        return (name, attribute);
    }

    private OnnxTensor Tensor()
    {
        string name = "";
        var shape = new List<long>();
        var spans = new List<(int Field, long Offset, long Length)>();
        var external = new Dictionary<string, string>();
        long elements = 0, location = 0;
        reader.Message((field, type) =>
        {
            switch (field, type)
            {
                case (1, _): reader.Wholes(type, shape); return true;
                case (2, Wire.Varint): elements = reader.Whole(); return true;
                case (4 or 5 or 7 or 9 or 10 or 11, Wire.LengthDelimited):
                    var (offset, length) = reader.Span();
                    spans.Add((field, offset, length));
                    return true;
                // One number at a time: allowed, but no writer does it.
                case (4 or 5 or 7 or 10 or 11, _): spans.Add((field, 0, -1)); return false;
                case (8, Wire.LengthDelimited): name = reader.Text(); return true;
                case (13, Wire.LengthDelimited): Entry(external); return true;
                case (14, Wire.Varint): location = reader.Whole(); return true;
                default: return false;
            }
        });
        var tensor = new OnnxTensor(name, (int)Math.Clamp(elements, 0, int.MaxValue), [.. shape]);
        if (location == 1)
            return tensor with
            {
                External = new OnnxExternal(external.GetValueOrDefault("location", ""), external.GetValueOrDefault("offset"),
                    external.GetValueOrDefault("length")),
            };
        var filled = spans.Where(s => s.Length != 0).ToList();
        if (filled.Count == 0) return tensor with { Span = (0, 0) };
        if (filled.Count > 1 || filled[0].Length < 0)
            throw new InputException(path, $"tensor {name}", "keeps its elements in several places", Remedies.Again);
        return tensor with
        {
            Span = (filled[0].Offset, filled[0].Length),
            Encoding = filled[0].Field is 5 or 7 or 11 ? OnnxEncoding.Varint : OnnxEncoding.Raw,
        };
    }

    private void Entry(Dictionary<string, string> into)
    {
        string key = "", value = "";
        reader.Message((field, type) =>
        {
            if ((field, type) == (1, Wire.LengthDelimited)) key = reader.Text();
            else if ((field, type) == (2, Wire.LengthDelimited)) value = reader.Text();
            else return false;
            return true;
        });
        into[key] = value;
    }

    private static string Own(string domain) => domain == "ai.onnx" ? "" : domain;
}
