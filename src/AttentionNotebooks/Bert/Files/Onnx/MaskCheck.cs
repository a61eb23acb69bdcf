namespace AttentionNotebooks;

/// <summary>How a node takes its mask.</summary>
internal enum MaskUse
{
    /// <summary>A fused node's: what is hidden has less.</summary>
    Given,

    /// <summary>Added to the scores.</summary>
    Added,

    /// <summary>True where scores are kept.</summary>
    Keeps,

    /// <summary>True where scores are replaced.</summary>
    Hides,
}

/// <summary>
/// Makes sure that what is added to the scores hides padding and does nothing else: no later tokens, no far ones, no learnt numbers.
/// </summary>
internal sealed class MaskCheck(OnnxValues values, OnnxData data)
{
    // Scores differ by less, so that nothing is left of what has so much less.
    private const double LeastHidden = 1000;

    private readonly List<(string Mask, MaskUse Use, OnnxNode At)> masks = [];
    private readonly HashSet<string> looked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> places = new(StringComparer.Ordinal);

    /// <summary>Makes sure, once it is known which input gives what, that the masks do not read segments, and that they hide
    /// padding where it can be computed.</summary>
    /// <exception cref="InputException">They do otherwise.</exception>
    public void CheckMeaning(OnnxEmbeddings embeddings)
    {
        if (embeddings.SegmentInput is { } segments && looked.Contains(segments))
            throw new InputException(values.Graph.Path, masks[0].At.Place,
                $"lets attention depend on the segments of tokens ({segments})", Remedies.Encoder);
        if (values.Graph.Inputs.Where(looked.Contains).ToList() is not [var input] || input == embeddings.WordInput) return;
        var (token, padding) = (new MaskMeaning(values, input, 1), new MaskMeaning(values, input, 0));
        foreach (var (mask, use, at) in masks)
        {
            double more = (token.Of(mask) - padding.Of(mask)) * (use == MaskUse.Hides ? -1 : 1);
            if (more < (use == MaskUse.Added ? LeastHidden : double.Epsilon))
                throw new InputException(values.Graph.Path, at.Place,
                    $"does not hide what {input} marks as padding with 0", Remedies.Export);
        }
    }

    /// <summary>Looks at a mask and all that it is computed from.</summary>
    /// <exception cref="InputException">It makes the model another than an encoder whose attention the kit can compute.</exception>
    public void Check(string mask, OnnxNode at, MaskUse use = MaskUse.Given)
    {
        if (mask.Length > 0) masks.Add((mask, use, at));
        var open = new Stack<string>([mask]);
        while (open.TryPop(out string? name))
        {
            if (name.Length == 0 || !looked.Add(name)) continue;
            if (values.Graph.Tensors.TryGetValue(name, out var tensor)) Constant(tensor, at);
            if (values.Graph.Maker(name) is not { } node || node.Is("Shape") || node.Is("Size")) continue;
            Operation(node, at);
            // Its second output, the lengths of texts, comes from the mask alone.
            if (node.IsFused("EmbedLayerNormalization")) open.Push(node.Input(7));
            else
                foreach (string input in node.Inputs) open.Push(input);
        }
    }

    private void Constant(OnnxTensor tensor, OnnxNode at)
    {
        if (tensor.Count <= 1 || data.IsUniform(tensor)) return;
        bool square = tensor.Shape.Length >= 2 && tensor.Shape[^1] > 1 && tensor.Shape[^2] > 1;
        if (tensor.IsFloat)
            throw new InputException(values.Graph.Path, at.Place, $"adds learnt numbers to the scores of attention ({tensor.Name}, "
                + $"{tensor.Sides}), such as a relative position bias, which are not read from ONNX",
                    "Take the checkpoint's model.safetensors");
        if (square && tensor.Shape[^1] == tensor.Shape[^2]) throw Decoder(at, tensor.Name);
    }

    private void Operation(OnnxNode node, OnnxNode at)
    {
        if (node.Is("Trilu")) throw Decoder(at, node.Output);
        if (node.Type is "Less" or "LessOrEqual" or "Greater" or "GreaterOrEqual" && IsPlace(node.Input(0)) && IsPlace(node.Input(1)))
            throw Decoder(at, node.Output);
        bool compares = node.Is("Sub") || node.Is("Equal");
        if (node.Is("EyeLike") || (compares && IsPlace(node.Input(0)) && IsPlace(node.Input(1))))
            throw new InputException(values.Graph.Path, at.Place, $"lets attention depend on the distance of tokens ({node.Output})",
                Remedies.Encoder);
        if ((node.Is("Cast") && IsFloat(node) && IsNumberOfPlace(node.Input(0)))
            || (node.Is("Range") && values.Graph.Tensors.TryGetValue(node.Input(0), out var first) && first.IsFloat))
            throw new InputException(values.Graph.Path, at.Place, $"lets attention depend on the places of tokens ({node.Output})",
                Remedies.Encoder);
    }

    private static bool IsFloat(OnnxNode cast) =>
        cast.Whole("to", 0) is OnnxTensor.Float or OnnxTensor.Half or OnnxTensor.Double or OnnxTensor.BFloat;

    // Whether a value is places of tokens that were calculated with, not what was looked up or compared by them.
    private bool IsNumberOfPlace(string start)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out string? name))
        {
            if (name.Length == 0 || !seen.Add(name) || values.Graph.Maker(name) is not { } node) continue;
            if (node.Is("Range") || node.Is("CumSum")) return true;
            if (node.Type is "Add" or "Sub" or "Mul" or "Div" or "Mod" or "Neg" or "Abs" or "Min" or "Max" or "Pow" or "Cast" or "Identity"
                or "Unsqueeze" or "Squeeze" or "Reshape" or "Expand" or "Transpose" or "Slice" or "Concat" or "Tile")
                foreach (string input in node.Inputs) open.Push(input);
        }
        return false;
    }

    // Whether a value counts places of tokens.
    private bool IsPlace(string start)
    {
        if (places.TryGetValue(start, out bool known)) return known;
        var seen = new HashSet<string>();
        var open = new Stack<string>([start]);
        bool found = false;
        while (!found && open.TryPop(out string? name))
        {
            if (name.Length == 0 || !seen.Add(name) || values.Graph.Maker(name) is not { } node || node.Is("Shape")) continue;
            found = node.Is("Range") || node.Is("CumSum") || node.Is("NonZero");
            foreach (string input in node.Inputs) open.Push(input);
        }
        places.Add(start, found);
        return found;
    }

    /// <summary>The error for a model whose tokens do not see later ones.</summary>
    public static InputException Decoder(string path, OnnxNode at, string? by = null) => new(path, at.Place,
        $"hides later tokens{(by is null ? "" : $" ({by})")}: this is a decoder", Remedies.Encoder);

    private InputException Decoder(OnnxNode at, string by) => Decoder(values.Graph.Path, at, by);
}
