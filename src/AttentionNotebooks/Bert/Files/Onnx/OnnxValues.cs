namespace AttentionNotebooks;

/// <summary>A matrix or table of weights, as it is used.</summary>
/// <param name="Tensor">What the file holds.</param>
/// <param name="Transposed">Whether rows and columns change places before the use.</param>
internal sealed record OnnxWeight(OnnxTensor Tensor, bool Transposed)
{
    /// <summary>Rows, as used.</summary>
    public long Rows => Tensor.Shape[Transposed ? 1 : 0];

    /// <summary>Columns, as used.</summary>
    public long Columns => Tensor.Shape[Transposed ? 0 : 1];
}

/// <summary>A part of the graph is not what the reader looks for there; another may be.</summary>
internal sealed class NoMatchException(string reason, OnnxNode? node = null) : Exception(reason)
{
    /// <summary>Where.</summary>
    public OnnxNode? Node => node;

    /// <summary>Whether the reason says what is there, not only what is not.</summary>
    public bool Telling { get; private init; } = true;

    /// <summary>Something else stands there.</summary>
    public static NoMatchException Expected(string reason, OnnxNode? node = null) => new(reason, node) { Telling = false };
}

/// <summary>What values of a graph are: constants, lists of sizes, numbers, or what another value is under a second name.</summary>
internal sealed class OnnxValues(OnnxGraph graph, OnnxData data)
{
    // Deeper than any exporter nests them; a graph made to be slow could double the work at each step.
    private const int DeepestNumber = 10, DeepestSizes = 4, MostSizes = 64;

    /// <summary>The graph.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>The value behind operations that change nothing: Identity, Cast, Dropout.</summary>
    public string Origin(string name)
    {
        while (graph.Maker(name) is { } node && node.Output == name && node.Domain.Length == 0
            && node.Type is "Identity" or "Cast" or "CastLike" or "Dropout") name = node.Input(0);
        return name;
    }

    /// <summary>The node that makes a value, behind operations that change nothing.</summary>
    public OnnxNode? Maker(string name) => graph.Maker(Origin(name)) is { } node && !node.Is("Constant") ? node : null;

    /// <summary>The tensor that a value is, or <see langword="null"/>.</summary>
    public OnnxTensor? Tensor(string name) => graph.Tensors.GetValueOrDefault(Origin(name));

    /// <summary>Whether a value is given by the file alone, as it is or with rows and columns changed.</summary>
    public bool IsConstant(string name) => Tensor(name) is not null || Matrix(name) is not null;

    /// <summary>The matrix of floats that a value is, behind transpositions, or <see langword="null"/>.</summary>
    public OnnxWeight? Matrix(string name)
    {
        bool transposed = false;
        for (string at = Origin(name); ; at = Origin(at))
        {
            if (graph.Tensors.TryGetValue(at, out var tensor))
                return tensor.Shape.Length == 2 && tensor.IsFloat ? new OnnxWeight(tensor, transposed) : null;
            if (graph.Maker(at) is not { } node || !node.Is("Transpose")) return null;
            var turn = node.Wholes("perm");
            if (turn.Count != 0 && !turn.SequenceEqual([1L, 0L]) && !turn.SequenceEqual([0L, 1L])) return null;
            if (!turn.SequenceEqual([0L, 1L])) transposed = !transposed;
            at = node.Input(0);
        }
    }

    /// <summary>The vector of floats that a value is, or <see langword="null"/>.</summary>
    public OnnxTensor? Vector(string name) => Tensor(name) is { IsFloat: true, IsVector: true } tensor ? tensor : null;

    /// <summary>The one number that a constant is, or <see langword="null"/>.</summary>
    public double? Number(string name) => Tensor(name) is { Count: 1 } tensor && data.Values(tensor) is [var value] ? value : null;

    /// <summary>The whole numbers that a constant is, or <see langword="null"/>.</summary>
    public long[]? Wholes(string name) =>
        Tensor(name) is { IsFloat: false } tensor && data.Values(tensor) is { } values ? [.. values.Select(v => (long)v)] : null;

    /// <summary>The graph's input that a value is, or <see langword="null"/>.</summary>
    public string? Given(string name) => Origin(name) is var origin && graph.Inputs.Contains(origin) ? origin : null;

    /// <summary>The one number that all elements of a value are, or <see langword="null"/>.</summary>
    public double? Uniform(string name)
    {
        for (int step = 0; step < MostSizes; step++)
        {
            if (Tensor(name) is { } tensor)
                return data.Values(tensor) is { Length: > 0 } all && all.All(v => v == all[0]) ? all[0] : null;
            if (Maker(name) is not { Domain: "" } node) return null;
            if (node.Is("ConstantOfShape"))
                return !node.Attributes.TryGetValue("value", out var value) ? 0
                    : value.Tensor is { Count: 1 } filled && data.Values(filled) is [var number] ? number : null;
            if (node.Type is not ("Expand" or "Slice" or "Gather" or "GatherElements" or "Unsqueeze" or "Squeeze" or "Reshape" or "Tile"))
                return null;
            name = node.Input(0);
        }
        return null;
    }

    /// <summary>Whether a slice takes the first elements, without gaps.</summary>
    public bool IsFromStart(OnnxNode slice) => slice.Is("Slice") && Sizes(slice.Input(1)) is { } starts && starts.All(s => s == 0)
        && (slice.Input(4).Length == 0 || (Sizes(slice.Input(4)) is { } steps && steps.All(s => s == 1)));

    /// <summary>Whether a node reduces the last side alone, and keeps it with the length 1.</summary>
    /// <param name="last">The last side's number.</param>
    public bool Reduces(OnnxNode node, string type, long last) => node.Is(type) && node.Whole("keepdims", 1) == 1
        && (node.Input(1).Length > 0 ? Wholes(node.Input(1)) : [.. node.Wholes("axes")]) is [var axis] && (axis == -1 || axis == last);

    /// <summary>A list of sizes; <see langword="null"/> for those that the input decides, and for the list where its length is
    /// unknown.</summary>
    public long?[]? Sizes(string name, int depth = 0)
    {
        if (depth > DeepestSizes) return null;
        if (Wholes(name) is { } known) return [.. known.Select(k => (long?)k)];
        if (Maker(name) is not { Domain: "" } node) return null;
        switch (node.Type)
        {
            case "Concat":
                var all = new List<long?>();
                foreach (string part in node.Inputs.Take(MostSizes)) all.AddRange((Sizes(part, depth + 1) ?? [null]).Take(MostSizes));
                return [.. all];
            case "Unsqueeze" or "Squeeze" or "Reshape": return Sizes(node.Input(0), depth + 1) ?? [null];
            default: return [null];
        }
    }

    /// <summary>A number that constants and the shapes of values give: the width of a head, its root.</summary>
    /// <param name="last">Says how long the innermost dimension of a value is, where the graph tells.</param>
    public double? Computed(string name, Func<string, long?> last, int depth = 0)
    {
        if (Number(name) is { } constant) return constant;
        if (depth > DeepestNumber || Maker(name) is not { Domain: "" } node) return null;
        double? In(int index) => Computed(node.Input(index), last, depth + 1);
        switch (node.Type)
        {
            case "Sqrt": return In(0) is { } square ? Math.Sqrt(square) : null;
            case "Reciprocal": return 1 / In(0);
            case "Div": return In(0) / In(1);
            case "Mul": return In(0) * In(1);
            case "Add": return In(0) + In(1);
            case "Sub": return In(0) - In(1);
            case "Pow": return In(0) is { } bottom && In(1) is { } power ? Math.Pow(bottom, power) : null;
            case "Unsqueeze" or "Squeeze" or "Reshape": return In(0);
            case "Gather" or "Slice" when Wholes(node.Input(1)) is [var side]: return Side(node.Input(0), side, last);
            case "Shape": return node.Whole("start", 0) is -1 or 3 ? last(node.Input(0)) : null;
            default: return null;
        }
    }

    // One side of a shape, which may be one in another order.
    private double? Side(string shape, long side, Func<string, long?> last)
    {
        for (int step = 0; step < MostSizes; step++)
        {
            if (side is not (-1 or 3) || Maker(shape) is not { } node) return null;
            if (node.Is("Shape")) return last(node.Input(0));
            if (!node.Is("Gather") || Wholes(node.Input(1)) is not { Length: 4 } order) return null;
            (shape, side) = (node.Input(0), order[3]);
        }
        return null;
    }
}
