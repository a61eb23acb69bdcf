namespace AttentionNotebooks;

/// <summary>The nodes and tensors of an ONNX file, and what makes and uses each value.</summary>
internal sealed class OnnxGraph
{
    private readonly Dictionary<string, OnnxNode> makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> users = new(StringComparer.Ordinal);

    /// <exception cref="InputException">A value is made twice, or needs itself.</exception>
    public OnnxGraph(string path, List<OnnxNode> nodes, Dictionary<string, OnnxTensor> tensors, List<string> inputs,
        List<string> outputs, long opset)
    {
        Path = path;
        Tensors = tensors;
        Inputs = [.. inputs.Where(i => !tensors.ContainsKey(i))]; // up to IR 3, tensors are listed among the inputs too
        Outputs = outputs;
        Opset = opset;
        foreach (var node in nodes)
        {
            foreach (string output in node.Outputs)
                if (output.Length > 0 && !makers.TryAdd(output, node))
                    throw new InputException(path, node.Place, $"makes {output}, which another node makes too", Remedies.Again);
            foreach (string input in node.Inputs)
            {
                if (input.Length == 0) continue;
                if (!users.TryGetValue(input, out var list)) users.Add(input, list = []);
                list.Add(node);
            }
        }
        Nodes = Sorted(nodes);
    }

    /// <summary>The file, to name in errors.</summary>
    public string Path { get; }

    /// <summary>The nodes, each behind those that make its inputs.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The tensors that the file holds, Constant nodes among them, by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Tensors { get; }

    /// <summary>What the graph is given.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>What the graph computes.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The version of ONNX's own operators.</summary>
    public long Opset { get; }

    /// <summary>The node that makes a value, or <see langword="null"/>.</summary>
    public OnnxNode? Maker(string name) => makers.GetValueOrDefault(name);

    private IReadOnlyList<OnnxNode> Users(string name) => users.TryGetValue(name, out var list) ? list : [];

    // Kahn (1962). Everything that follows the graph backwards relies on it having no circle.
    private List<OnnxNode> Sorted(List<OnnxNode> nodes)
    {
        var waits = new Dictionary<OnnxNode, int>(nodes.Count);
        var ready = new Queue<OnnxNode>();
        foreach (var node in nodes)
        {
            int count = node.Inputs.Count(makers.ContainsKey);
            waits.Add(node, count);
            if (count == 0) ready.Enqueue(node);
        }
        var sorted = new List<OnnxNode>(nodes.Count);
        while (ready.TryDequeue(out var node))
        {
            sorted.Add(node);
            foreach (string output in node.Outputs)
                foreach (var user in Users(output))
                    if (--waits[user] == 0) ready.Enqueue(user);
        }
        if (sorted.Count == nodes.Count) return sorted;
        throw new InputException(Path, waits.First(w => w.Value > 0).Key.Place, "needs its own result", Remedies.Again);
    }
}
