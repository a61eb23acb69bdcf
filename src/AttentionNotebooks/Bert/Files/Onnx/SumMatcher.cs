namespace AttentionNotebooks;

/// <summary>What is added up: products with weights, vectors of weights, other values.</summary>
internal sealed class OnnxSum
{
    public List<OnnxProduct> Products { get; } = [];

    public List<OnnxTensor> Vectors { get; } = [];

    public List<string> Values { get; } = [];

    public int Count => Products.Count + Vectors.Count + Values.Count;
}

/// <summary>
/// Finds linear maps and layer normalisation, whatever nodes they are written in: a bias may be the first or the second input of its
/// Add or stand in a fused node, a weight may be turned by a node or by an attribute, normalisation may be one node or nine.
/// </summary>
internal sealed class SumMatcher(OnnxValues values)
{
    private const int MostTerms = 16, Deepest = 24;

    private readonly Dictionary<string, OnnxNorm?> norms = new(StringComparer.Ordinal);

    /// <summary>The terms of a sum.</summary>
    /// <param name="names">Values that are added up.</param>
    /// <param name="stop">A value that is a term itself, though it is a sum.</param>
    public OnnxSum Sum(IEnumerable<string> names, string? stop = null)
    {
        var sum = new OnnxSum();
        foreach (string name in names) Collect(sum, name, stop, 0);
        return sum;
    }

    /// <summary>The linear map that a value is.</summary>
    /// <exception cref="NoMatchException">It is none.</exception>
    public OnnxLinear Linear(string name, OnnxTensor? bias = null, string what = "a linear map")
    {
        var sum = Sum([name]);
        if (bias is not null) sum.Vectors.Add(bias);
        if (sum.Products is not [var product] || sum.Values.Count > 0 || sum.Vectors.Count > 1)
            throw NoMatchException.Expected($"{what} was expected", values.Maker(name));
        if (sum.Vectors.Count == 0) throw new NoMatchException($"{what} has no bias", product.Node);
        return Joined(product, sum.Vectors[0]);
    }

    /// <summary>The linear map inside a node that applies an activation too.</summary>
    /// <exception cref="NoMatchException">It has none with a bias.</exception>
    public OnnxLinear Activated(OnnxNode node) => Product(node, activated: true) is { } product && values.Vector(node.Input(2)) is { } bias
        ? Joined(product, bias) : throw NoMatchException.Expected("a linear map with a bias was expected", node);

    /// <summary>A product with its bias, whose width must be the product's.</summary>
    public static OnnxLinear Joined(OnnxProduct product, OnnxTensor bias) => bias.Count == product.Outputs
        ? new OnnxLinear(product, new OnnxVector(bias))
        : throw new NoMatchException($"the bias {bias.Name} is {bias.Sides}, but the product has {product.Outputs} columns", product.Node);

    /// <summary>The layer normalisation that a value is, or <see langword="null"/>.</summary>
    public OnnxNorm? Norm(string name)
    {
        string origin = values.Origin(name);
        if (norms.TryGetValue(origin, out var known)) return known;
        var found = values.Maker(origin) is { } node && node.Output == origin ? Find(node) : null;
        norms.Add(origin, found);
        return found;
    }

    /// <summary>The value behind operations that change its layout in memory alone.</summary>
    public string Flat(string name)
    {
        for (string at = values.Origin(name); ; at = values.Origin(at))
        {
            if (values.Maker(at) is not { } node || !(node.Is("Reshape") || node.Is("Flatten") || node.Is("Squeeze"))) return at;
            at = node.Input(0);
        }
    }

    /// <summary>Of a node with two inputs, the constant one and the other; <see langword="null"/> where not one of them is
    /// constant.</summary>
    public (string Constant, string Other)? Split(OnnxNode node)
    {
        var (a, b) = (node.Input(0), node.Input(1));
        return (values.IsConstant(a), values.IsConstant(b)) switch
        {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => null,
        };
    }

    private void Collect(OnnxSum sum, string name, string? stop, int depth)
    {
        if (sum.Count >= MostTerms || depth > Deepest) throw new NoMatchException("too many values are added up", values.Maker(name));
        string origin = values.Origin(name);
        if (origin == stop) sum.Values.Add(origin);
        else if (values.Vector(origin) is { } vector) sum.Vectors.Add(vector);
        else if (values.Maker(origin) is not { } node || Norm(origin) is not null) sum.Values.Add(origin);
        else if (node.Is("Add") || node.Is("Sum"))
        {
            foreach (string input in node.Inputs) Collect(sum, input, stop, depth + 1);
        }
        else if (Product(node) is { } product)
        {
            sum.Products.Add(product);
            if (node.Is("Gemm") && node.Input(2).Length > 0) Collect(sum, node.Input(2), null, depth + 1);
        }
        else if ((node.Is("Reshape") || node.Is("Flatten"))
            && values.Maker(node.Input(0)) is { Type: "Gemm" or "MatMul" or "Add" or "FusedMatMul" })
            Collect(sum, node.Input(0), stop, depth + 1);
        else sum.Values.Add(origin);
    }

    private OnnxProduct? Product(OnnxNode node, bool activated = false)
    {
        bool gemm = node.Type is "Gemm" or "FusedGemm", own = node.Is("Gemm") || node.Is("MatMul");
        if (!own && !node.IsFused("FusedMatMul") && !(activated && node.IsFused("FusedGemm"))) return null;
        if (values.Matrix(node.Input(1)) is not { } weight || values.IsConstant(node.Input(0))) return null;
        if (node.Whole("transA", 0) != 0 || node.Whole("transBatchA", 0) != 0 || node.Whole("transBatchB", 0) != 0) return null;
        if (node.Number("alpha", 1) != 1 || (gemm && node.Number("beta", 1) != 1)) return null;
        if (node.Whole("transB", 0) != 0) weight = weight with { Transposed = !weight.Transposed };
        return new OnnxProduct(Flat(node.Input(0)), weight, node);
    }

    private OnnxNorm? Find(OnnxNode node)
    {
        if (node.Is("LayerNormalization") || node.IsFused("LayerNormalization"))
        {
            if (node.Whole("axis", -1) is not (-1 or 2)) return null;
            return Of([node.Input(0)], null, node.Input(1), node.Input(2), node.Number("epsilon", 1e-5));
        }
        if (node.IsFused("SkipLayerNormalization"))
        {
            var bias = node.Input(4).Length > 0 ? values.Vector(node.Input(4)) : null;
            if (node.Input(4).Length > 0 && bias is null) return null;
            return Of([node.Input(0), node.Input(1)], bias, node.Input(2), node.Input(3), node.Number("epsilon", 1e-12));
        }
        return Written(node);
        OnnxNorm? Of(string[] inputs, OnnxTensor? bias, string scale, string shift, double epsilon) =>
            values.Vector(scale) is { } g && values.Vector(shift) is { } b && g.Count == b.Count
                ? new OnnxNorm(inputs, bias, g, b, epsilon, node) : null;
    }

    // (x − mean) / √(mean((x − mean)²) + ε) · γ + β, in nodes of their own.
    private OnnxNorm? Written(OnnxNode add)
    {
        if (!add.Is("Add") || Split(add) is not { } outer || values.Vector(outer.Constant) is not { } shift) return null;
        if (values.Maker(outer.Other) is not { } mul || !mul.Is("Mul") || Split(mul) is not { } inner
            || values.Vector(inner.Constant) is not { } scale || scale.Count != shift.Count) return null;
        if (values.Maker(inner.Other) is not { } divide) return null;
        string root = divide.Input(1), centred = divide.Input(0);
        if (divide.Is("Mul"))
        {
            bool second = values.Maker(root) is { Type: "Reciprocal" or "Div" };
            if (!second) (root, centred) = (centred, root);
            if (values.Maker(root) is not { } inverse) return null;
            if (inverse.Is("Div") && values.Number(inverse.Input(0)) != 1) return null;
            root = inverse.Is("Div") ? inverse.Input(1) : inverse.Is("Reciprocal") ? inverse.Input(0) : "";
        }
        else if (!divide.Is("Div")) return null;
        if (Centred(centred) is not { } x || values.Maker(root) is not { } sqrt || !sqrt.Is("Sqrt")
            || values.Maker(sqrt.Input(0)) is not { } sum || !sum.Is("Add") || Split(sum) is not { } parts
            || values.Number(parts.Constant) is not { } epsilon) return null;
        if (values.Maker(parts.Other) is not { } mean || !IsMean(mean) || values.Maker(mean.Input(0)) is not { } square) return null;
        bool squared = square.Is("Pow") ? values.Number(square.Input(1)) == 2
            : square.Is("Mul") && values.Origin(square.Input(0)) == values.Origin(square.Input(1));
        return squared && Centred(square.Input(0)) == x ? new OnnxNorm([x], null, scale, shift, epsilon, add) : null;
    }

    private string? Centred(string name)
    {
        if (values.Maker(name) is not { } sub || !sub.Is("Sub") || values.Maker(sub.Input(1)) is not { } mean || !IsMean(mean)) return null;
        string x = values.Origin(sub.Input(0));
        return values.Origin(mean.Input(0)) == x ? x : null;
    }

    private bool IsMean(OnnxNode node) => values.Reduces(node, "ReduceMean", 2);
}
