namespace AttentionNotebooks;

/// <summary>
/// Makes sure that what is added to the scores hides padding and does nothing else: no later tokens, no far ones, no learnt numbers.
/// </summary>
internal sealed class MaskCheck(OnnxValues values, OnnxData data)
{
    private readonly HashSet<string> looked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> places = new(StringComparer.Ordinal);

    /// <summary>Looks at a mask and all that it is computed from.</summary>
    /// <exception cref="InputException">It makes the model another than an encoder whose attention the kit can compute.</exception>
    public void Check(string mask, OnnxNode at)
    {
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
        if (tensor.Count <= 1 || tensor.Type is OnnxTensor.Int64 or OnnxTensor.Int32 || data.IsUniform(tensor)) return;
        bool square = tensor.Shape.Length >= 2 && tensor.Shape[^1] > 1 && tensor.Shape[^2] > 1;
        if (tensor.IsFloat)
            throw new InputException(values.Graph.Path, at.Place, $"adds learnt numbers to the scores of attention ({tensor.Name}, "
                + $"{tensor.Sides}), such as a relative position bias, which are not read from ONNX",
                    "Take the checkpoint's model.safetensors");
        if (square && tensor.Type is OnnxTensor.Bool or OnnxTensor.Byte && tensor.Shape[^1] == tensor.Shape[^2]) throw Decoder(at,
            tensor.Name);
    }

    private void Operation(OnnxNode node, OnnxNode at)
    {
        if (node.Is("Trilu")) throw Decoder(at, node.Output);
        if (node.Type is "Less" or "LessOrEqual" or "Greater" or "GreaterOrEqual" && IsPlace(node.Input(0)) && IsPlace(node.Input(1)))
            throw Decoder(at, node.Output);
        if (node.Is("Sub") && IsPlace(node.Input(0)) && IsPlace(node.Input(1)))
            throw new InputException(values.Graph.Path, at.Place, $"lets attention depend on the distance of tokens ({node.Output})",
                "Take an encoder in which every token sees all others: BERT, RoBERTa, DistilBERT, ELECTRA");
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
            found = node.Is("Range") || node.Is("CumSum");
            foreach (string input in node.Inputs) open.Push(input);
        }
        places.Add(start, found);
        return found;
    }

    /// <summary>The error for a model whose tokens do not see later ones.</summary>
    public static InputException Decoder(string path, OnnxNode at, string? by = null) => new(path, at.Place,
        $"hides later tokens{(by is null ? "" : $" ({by})")}: this is a decoder",
        "Take an encoder, in which every token sees all others: BERT, RoBERTa, DistilBERT, ELECTRA");

    private InputException Decoder(OnnxNode at, string by) => Decoder(values.Graph.Path, at, by);
}
