namespace AttentionNotebooks;

/// <summary>
/// Finds how positions are counted: 0, 1, 2, …, or from the padding's id on over what is no padding (RoBERTa). Every step from the
/// table back to where counting begins must be known, for what is passed over may be another order.
/// </summary>
internal sealed class PositionMatcher(OnnxValues values, SumMatcher sums)
{
    private const int Longest = 40;

    /// <summary>The id of padding, where positions are counted from it; <see langword="null"/> where they are 0, 1, 2, ….</summary>
    /// <param name="ids">The positions.</param>
    /// <param name="words">The graph's input that words are looked up by.</param>
    /// <param name="at">The place for errors.</param>
    /// <exception cref="InputException">They are counted otherwise.</exception>
    public int? Padding(string ids, string? words, OnnxNode at)
    {
        double shift = 0;
        string name = ids;
        for (int step = 0; step < Longest; step++)
        {
            name = values.Origin(name);
            if (values.Tensor(name) is { } row) return Constant(row, shift, at);
            if (values.Given(name) is { } given) return shift == 0 && given != words ? null : throw Shifted(at);
            if (values.Maker(name) is not { Domain: "" } node) break;
            switch (node.Type)
            {
                case "Unsqueeze" or "Squeeze" or "Reshape" or "Flatten" or "Expand" or "Tile" or "Transpose":
                    name = node.Input(0);
                    break;
                case "Slice" when values.IsFromStart(node):
                    name = node.Input(0);
                    break;
                case "Add" or "Sub" when sums.Split(node) is { } parts && values.Number(parts.Constant) is { } number
                    && (node.Is("Add") || parts.Constant == node.Input(1)):
                    shift += node.Is("Add") ? number : -number;
                    name = parts.Other;
                    break;
                case "Range":
                    return values.Number(node.Input(0)) + shift == 0 && values.Number(node.Input(2)) == 1 ? null : throw Shifted(at);
                // The places of what is not 0, where nothing is.
                case "NonZero" when values.Uniform(node.Input(0)) is { } filled && filled != 0:
                    return shift == 0 ? null : throw Shifted(at);
                case "CumSum": return Counted(node, words) is { } padding && padding == shift ? padding : throw Counting(at);
                // Counts times what is no padding: padding gets the position 0.
                case "Mul" when shift == (int)shift && new[] { 0, 1 }.Select(i => Count(node.Input(i), node.Input(1 - i)))
                    .FirstOrDefault(c => c is not null) is { } count:
                    return Counted(count, words) is { } id && id == shift ? id : throw Counting(at);
                default: throw Counting(at);
            }
        }
        throw Counting(at);
    }

    private int? Constant(OnnxTensor row, double shift, OnnxNode at)
    {
        if (values.Wholes(row.Name) is not { } places || row.Count != places.Length || row.Shape.Length == 0
            || row.Count != row.Shape[^1]) throw Counting(at);
        if (!places.Where((p, i) => p + shift != i).Any()) return null;
        throw new InputException(values.Graph.Path, at.Place,
            $"counts positions {string.Join(", ", places.Take(2).Select(p => p + shift))}, …, not 0, 1, 2, …", Remedies.Export);
    }

    // The counting node behind additions of 0 (the number of earlier tokens, of which an encoder has none).
    private OnnxNode? Count(string name, string own)
    {
        for (int step = 0; step < Longest; step++)
        {
            if (values.Maker(name) is not { } node) return null;
            if (node.Is("CumSum")) return values.Origin(node.Input(0)) == values.Origin(own) ? node : null;
            if (!node.Is("Add") || sums.Split(node) is not { } parts || values.Number(parts.Constant) != 0) return null;
            name = parts.Other;
        }
        return null;
    }

    // Σ of "is not the padding's id" up to and with a token.
    private int? Counted(OnnxNode sum, string? words)
    {
        if (sum.Whole("exclusive", 0) != 0 || sum.Whole("reverse", 0) != 0 || values.Number(sum.Input(1)) is not (1 or -1)) return null;
        if (values.Maker(sum.Input(0)) is not { } not || !not.Is("Not") || values.Maker(not.Input(0)) is not { } equal
            || !equal.Is("Equal") || sums.Split(equal) is not { } parts) return null;
        return values.Number(parts.Constant) is >= 0 and <= int.MaxValue and var id && values.Given(parts.Other) is { } given
            && given == words ? (int)id : null;
    }

    private InputException Shifted(OnnxNode at) => new(values.Graph.Path, at.Place, "does not count positions from 0, nor as RoBERTa does",
        Remedies.Export);

    private InputException Counting(OnnxNode at) => new(values.Graph.Path, at.Place, "counts positions in a way that is not read",
        Remedies.Export);
}
