namespace AttentionNotebooks;

/// <summary>One input of attention, followed back to the linear map that makes it.</summary>
/// <param name="Linear">The linear map, where it is known already.</param>
/// <param name="Sizes">The sizes that split it into heads, <c>[B, T, H, d]</c>, where the graph has them.</param>
/// <param name="Scale">What it is multiplied by on the way.</param>
/// <param name="Turned">Whether its last two sides change places on the way.</param>
internal sealed record HeadSide(OnnxLinear? Linear, long?[]? Sizes, double Scale, bool Turned)
{
    /// <summary>The value that the linear map makes.</summary>
    public string Source { get; init; } = "";
}

/// <summary>Follows queries, keys and values back through scaling, the split into heads and changes of layout.</summary>
internal sealed class HeadSplit(OnnxValues values)
{
    private const int Longest = 40;

    /// <summary>Follows one input of a product back.</summary>
    /// <param name="turned">Whether the product itself turns it.</param>
    /// <exception cref="NoMatchException">On the way stands what does not belong there.</exception>
    public HeadSide Side(string name, bool turned)
    {
        double scale = 1;
        long?[]? sizes = null;
        int splits = 0;
        for (int step = 0; step < Longest; step++)
        {
            name = values.Origin(name);
            if (values.Maker(name) is not { } node) break;
            if (Scaled(node) is { } scaled) (name, scale) = (scaled.Value, scale * scaled.Factor);
            else if (node.Is("Reshape"))
            {
                if (values.Sizes(node.Input(1)) is { Length: 4 } four) sizes = four;
                name = node.Input(0);
            }
            else if (node.Is("Transpose"))
            {
                switch (string.Join(' ', node.Wholes("perm")))
                {
                    case "0 2 1 3": splits++; break;
                    case "0 2 3 1": splits++; turned = !turned; break;
                    case "0 1 3 2" or "0 2 1": turned = !turned; break;
                    case var other: throw new NoMatchException($"heads are laid out in another order ({other})", node);
                }
                name = node.Input(0);
            }
            else break;
        }
        if (splits > 1) throw new NoMatchException("heads are laid out in another order", values.Maker(name));
        return new HeadSide(null, sizes, scale, turned) { Source = name };
    }

    /// <summary>How many heads a split into heads makes; <see langword="null"/> where the graph leaves it open.</summary>
    public static int? Heads(long width, params HeadSide[] sides)
    {
        foreach (var side in sides)
        {
            if (side.Sizes is [_, _, var heads, var size])
            {
                if (size is > 0 && width % size == 0) return (int)(width / size);
                if (heads is > 0 && heads <= width) return (int)heads;
            }
        }
        return null;
    }

    /// <summary>The value and the number of a node that multiplies a value by a number; <see langword="null"/> for any other
    /// node.</summary>
    public (string Value, double Factor)? Scaled(OnnxNode node)
    {
        if (node.Is("Mul"))
        {
            if (Factor(node.Input(1)) is { } right) return (node.Input(0), right);
            return Factor(node.Input(0)) is { } left ? (node.Input(1), left) : null;
        }
        return node.Is("Div") && Factor(node.Input(1)) is { } divisor ? (node.Input(0), 1 / divisor) : null;
    }

    private double? Factor(string name) => values.Computed(name, LastSide);

    // The width of a head, from a value that is split into heads.
    private long? LastSide(string name)
    {
        for (int step = 0; step < Longest; step++)
        {
            if (values.Maker(name) is not { } node) return null;
            if (node.Is("Reshape")) return values.Sizes(node.Input(1)) is [.., var last] && last > 0 ? last : null;
            if (!node.Is("Transpose") || node.Wholes("perm").LastOrDefault() != 3) return null;
            name = node.Input(0);
        }
        return null;
    }
}
