namespace AttentionNotebooks;

/// <summary>Finds the tables of words, positions and segments, and how positions are counted.</summary>
internal sealed class EmbeddingMatcher(OnnxValues values, SumMatcher sums)
{
    private const string Dynamic = "Export the model with a free sequence length (dynamic_shapes or dynamic_axes), or take the "
        + "checkpoint's model.safetensors";

    private readonly PositionMatcher positions = new(values, sums);

    private sealed record Look(OnnxTensor Table, string Ids, string? Given, bool IsCut = false);

    /// <summary>The embeddings that enter layer 0.</summary>
    /// <exception cref="InputException">A table is missing or cannot be told from another.</exception>
    public OnnxEmbeddings Find(string entering)
    {
        OnnxLinear? projection = null;
        string name = values.Origin(entering);
        if (sums.Norm(name) is null && values.Maker(name) is { } maker && !maker.IsFused("EmbedLayerNormalization"))
        {
            try
            {
                projection = sums.Linear(name);
            }
            catch (NoMatchException e)
            {
                throw Unknown(name, e.Message);
            }
            name = projection.Input;
        }
        if (values.Maker(name) is { } fused && fused.IsFused("EmbedLayerNormalization")) return Fused(fused, projection);
        if (sums.Norm(name) is not { } norm) throw Unknown(name, "a layer normalisation was expected");
        var sum = Terms(norm);
        var looks = new List<Look>();
        foreach (string value in sum.Values) looks.Add(Table(value) ?? throw Folded(value));
        if (looks.Count is < 2 or > 3) throw Unknown(name, $"{looks.Count} tables of embeddings were found");
        return Told(looks, norm, projection, name);
    }

    private OnnxSum Terms(OnnxNorm norm)
    {
        OnnxSum sum;
        try
        {
            sum = sums.Sum(norm.Inputs);
        }
        catch (NoMatchException e)
        {
            throw Unknown(norm.Node.Output, e.Message);
        }
        if (sum.Products.Count > 0) throw Unknown(norm.Node.Output, "tables of embeddings were expected");
        if (sum.Vectors.Count > 0 || norm.Bias is not null)
            throw new InputException(values.Graph.Path, norm.Node.Place,
                "adds a row of numbers to the embeddings: a table of them is folded away",
                Dynamic);
        return sum;
    }

    // A table of which rows are taken: by ids, or one after the other.
    private Look? Table(string value)
    {
        var at = values.Maker(value);
        while (at is not null && (at.Is("Unsqueeze") || at.Is("Expand"))) at = values.Maker(at.Input(0));
        if (at is not { } node) return null;
        if (node.Is("Gather") && node.Whole("axis", 0) == 0 && Rows(node.Input(0)) is { Shape.Length: 2 } table)
            return new Look(table, node.Input(1), values.Given(node.Input(1)));
        if (node.Is("Slice") && Rows(node.Input(0)) is { } rows && values.IsFromStart(node)
            && (node.Input(3).Length == 0 || values.Wholes(node.Input(3)) is [var axis] && (axis == -2
                || axis == rows.Shape.Length - 2))) return new Look(rows, node.Input(2), null, IsCut: true);
        return null;
    }

    // [P, E], or [1, P, E] where its rows were taken in order already.
    private OnnxTensor? Rows(string name) =>
        values.Tensor(name) is { IsFloat: true } tensor && (tensor.Shape.Length == 2 || tensor is { Shape: [1, _, _] }) ? tensor : null;

    private OnnxEmbeddings Told(List<Look> looks, OnnxNorm norm, OnnxLinear? projection, string name)
    {
        bool Named(Look l, params string[] parts) => l.Given is { } given && parts.Any(p => given.Contains(p,
            StringComparison.OrdinalIgnoreCase));
        // Words are looked up by an input itself; among inputs, names tell, and else the longest table.
        var given = looks.Where(l => l.Given is not null).ToList();
        var words = given.Where(l => !Named(l, "type", "segment", "position")).MaxBy(l => l.Table.Shape[0])
            ?? throw Unknown(name, "no table is looked up by an input of the graph");
        var others = looks.Where(l => l != words).ToList();
        var places = others.Count == 1 ? others[0] : others.FirstOrDefault(l => Named(l, "position"))
            ?? others.Where(l => l.Given is null).MaxBy(l => l.Table.Shape[^2])
            ?? throw Unknown(name, "no table of positions was found");
        if (places.Given is not null && !Named(places, "position")) throw Unknown(name, "no table of positions was found");
        var types = others.FirstOrDefault(l => l != places);
        if (types is not null && types.Table.Shape.Length != 2) throw Folded(types.Ids);
        return new OnnxEmbeddings(words.Table, places.Table, Segments(types?.Table, types?.Ids ?? "", norm.Node),
            places.IsCut ? null : positions.Padding(places.Ids, words.Given, norm.Node), norm.Scale, norm.Shift, norm.Epsilon, projection)
        { WordInput = words.Given, SegmentInput = types?.Given };
    }

    private OnnxEmbeddings Fused(OnnxNode node, OnnxLinear? projection)
    {
        OnnxTensor Need(int index, string what) => Rows(node.Input(index)) is { Shape.Length: 2 } table ? table
            : throw new InputException(values.Graph.Path, node.Place, $"has no table of {what}", Remedies.Export);
        OnnxTensor Row(int index) => values.Vector(node.Input(index))
            ?? throw new InputException(values.Graph.Path, node.Place, "has no layer normalisation", Remedies.Export);
        string words = values.Given(node.Input(0))
            ?? throw new InputException(values.Graph.Path, node.Place, "does not look words up by an input of the graph", Remedies.Export);
        return new OnnxEmbeddings(Need(2, "words"), Need(3, "positions"),
            Segments(node.Input(4).Length > 0 ? Need(4, "segments") : null, node.Input(1), node),
            node.Input(8).Length > 0 ? positions.Padding(node.Input(8), words, node) : null, Row(5), Row(6),
            node.Number("epsilon", 1e-12), projection)
        { WordInput = words, SegmentInput = values.Given(node.Input(1)) };
    }

    // Segments are given, or the first is every token's.
    private OnnxTensor? Segments(OnnxTensor? table, string ids, OnnxNode at) =>
        table is null || table.Shape[0] == 1 || values.Given(ids) is not null || values.Uniform(ids) == 0 ? table
        : throw new InputException(values.Graph.Path, at.Place, "looks up segments by neither an input of the graph nor 0",
            Remedies.Export);

    private InputException Folded(string value)
    {
        string name = values.Origin(value);
        if (values.Tensor(name) is { } constant)
            return new InputException(values.Graph.Path, $"tensor {constant.Name}",
                $"is {constant.Sides}: an export for texts of one length, from "
                + "which the table of positions is folded away", Dynamic);
        return Unknown(name, "a table of embeddings was expected");
    }

    private InputException Unknown(string name, string reason) => new(values.Graph.Path,
        values.Maker(name)?.Place ?? (name.Length > 0 ? $"value {name}" : "graph"), $"is no embedding of tokens that is read: {reason}",
            Remedies.Export);
}
