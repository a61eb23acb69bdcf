namespace AttentionNotebooks;

/// <summary>
/// Computes what a mask does to a token that is there and to padding, where nodes that treat each element alike lead to it from the
/// graph's input. Exporters write the same mask in many ways, so it is computed and not recognised.
/// </summary>
/// <param name="input">The graph's input that marks tokens.</param>
/// <param name="token">What it gives: 1 for a token, 0 for padding.</param>
internal sealed class MaskMeaning(OnnxValues values, string input, double token)
{
    // Longer than any exporter computes a mask; each step is a call inside the one before.
    private const int Longest = 500;

    private readonly Dictionary<string, double> known = new(StringComparer.Ordinal);
    private int steps;

    /// <summary>An element of a value; truths are 1 and 0, and what is unknown is no number.</summary>
    /// <exception cref="InputException">The way to it is longer than that of any encoder's mask.</exception>
    public double Of(string name)
    {
        if (known.TryGetValue(name, out double value)) return value;
        if (steps == Longest)
            throw new InputException(values.Graph.Path, $"value {name}", $"is a step of a mask that takes more than {Longest}",
                Remedies.Export);
        steps++;
        if (values.Graph.Maker(name) is { Domain: "", Type: "Cast" } cast)
        {
            value = Of(cast.Input(0));
            if (cast.Whole("to", 0) == OnnxTensor.Bool && !double.IsNaN(value)) value = value == 0 ? 0 : 1;
        }
        else
        {
            value = values.Given(name) is { } given ? given == input ? token : double.NaN
                : values.Uniform(name) ?? (values.Graph.Maker(name) is { Domain: "" } node ? Of(node) : double.NaN);
        }
        steps--;
        known.Add(name, value);
        return value;
    }

    private double Of(OnnxNode node)
    {
        switch (node.Type)
        {
            case "Unsqueeze" or "Squeeze" or "Expand" or "Reshape" or "Flatten" or "Slice" or "Transpose" or "Tile" or "Gather"
                or "GatherND":
                return Of(node.Input(0));
            case "Identity" or "CastLike" or "Dropout": return Of(node.Input(0));
            case "Range": return double.PositiveInfinity; // some place; only that it is 0 or more counts
            case "Where": return Of(node.Input(0)) switch { 1 => Of(node.Input(1)), 0 => Of(node.Input(2)), _ => double.NaN };
            case "Not": return 1 - Of(node.Input(0));
            case "Neg": return -Of(node.Input(0));
        }
        if (node.Inputs.Count != 2) return double.NaN;
        double a = Of(node.Input(0)), b = Of(node.Input(1));
        return node.Type switch
        {
            "Add" => a + b,
            "Sub" => a - b,
            "Mul" or "And" => a * b,
            "Div" => a / b,
            "Or" => Math.Max(a, b),
            _ when double.IsNaN(a) || double.IsNaN(b) => double.NaN,
            "Equal" => a == b ? 1 : 0,
            "Less" => a < b ? 1 : 0,
            "LessOrEqual" => a <= b ? 1 : 0,
            "Greater" => a > b ? 1 : 0,
            "GreaterOrEqual" => a >= b ? 1 : 0,
            _ => double.NaN,
        };
    }
}
