using MathNet.Numerics;

namespace AttentionNotebooks;

/// <summary>
/// Finds which activation stands upon a linear map. Exporters write the same function in many ways, so what is not one node is
/// computed at some numbers and compared with the functions that the encoder has.
/// </summary>
internal sealed class ActivationMatcher(OnnxValues values, SumMatcher sums)
{
    // Rounded constants of float16 move the functions by 1e-4; the two forms of GELU differ by 4.7e-4.
    private const double Same = 2e-4;
    private const int MostSteps = 60;

    private static readonly double[] Probes = [-5, -3, -2.5, -2.2, -1.7, -1, -0.6, -0.2, 0.3, 0.8, 1.4, 2, 2.3, 2.7, 3.5, 6];

    private static readonly (string Name, Func<double, double> Of)[] Known =
    [
        ("gelu", x => x * 0.5 * (1 + SpecialFunctions.Erf(x / Math.Sqrt(2)))),
        ("gelu_new", x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        ("relu", x => Math.Max(x, 0)),
    ];

    /// <summary>The activation that a value is.</summary>
    /// <exception cref="NoMatchException">It is none, or one that the encoder does not have.</exception>
    public OnnxActivation Find(string name)
    {
        name = sums.Flat(name);
        if (values.Maker(name) is not { } node) throw NoMatchException.Expected("an activation was expected");
        if (node.IsFused("BiasGelu") || node.IsFused("FastGelu"))
        {
            string form = node.Type == "BiasGelu" ? "gelu" : "gelu_new", bias = node.Input(1);
            var vector = bias.Length == 0 ? null : values.Vector(bias) ?? throw new NoMatchException("its bias is no weight", node);
            return new OnnxActivation(sums.Linear(node.Input(0), vector), form);
        }
        if (node.Is("Gelu") || node.IsFused("Gelu"))
            return new OnnxActivation(sums.Linear(node.Input(0)), node.Text("approximate", "none") == "tanh" ? "gelu_new" : "gelu");
        if (node.Is("Relu")) return new OnnxActivation(sums.Linear(node.Input(0)), "relu");
        if (node.IsFused("FusedGemm") && node.Text("activation", "") == "Relu") return new OnnxActivation(sums.Activated(node), "relu");
        string x = Base(name, node);
        double[] found = [.. Probes.Select(p => new Evaluation(values, x, p).Of(name))];
        var (best, worst) = Known.Select(k => (k.Name, Worst: found.Zip(Probes, (f, p) => Math.Abs(f - k.Of(p))).Max()))
            .MinBy(k => double.IsNaN(k.Worst) ? double.PositiveInfinity : k.Worst);
        if (!(worst < Same)) throw new NoMatchException("the activation is not gelu, gelu_new or relu", node);
        return new OnnxActivation(sums.Linear(x), best);
    }

    // What the function is applied to: the value below all its operations.
    private string Base(string name, OnnxNode top)
    {
        var seen = new HashSet<string>();
        var bases = new HashSet<string>();
        var open = new Stack<string>([values.Origin(name)]);
        while (open.TryPop(out string? at))
        {
            if (!seen.Add(at) || values.Number(at) is not null) continue;
            if (seen.Count > MostSteps) throw NoMatchException.Expected("an activation was expected", top);
            if (values.Maker(at) is not { Domain: "" } node) bases.Add(at);
            else if (node.Type is "Add" && node.Inputs.Any(i => values.Vector(i) is { Count: > 1 })) bases.Add(at);
            else if (Evaluation.Knows(node.Type))
                foreach (string input in node.Inputs) open.Push(values.Origin(input));
            else bases.Add(at);
        }
        return bases.Count == 1 && !bases.Contains(values.Origin(name)) ? bases.First()
            : throw NoMatchException.Expected("an activation was expected", top);
    }

    private sealed class Evaluation(OnnxValues values, string x, double at)
    {
        private readonly Dictionary<string, double> known = [];

        public static bool Knows(string type) =>
            type is "Add" or "Sum" or "Sub" or "Mul" or "Div" or "Pow" or "Erf"
            or "Tanh" or "Sigmoid" or "Sqrt" or "Neg" or "Exp" or "Relu";

        public double Of(string name)
        {
            string origin = values.Origin(name);
            if (origin == x) return at;
            if (known.TryGetValue(origin, out double value)) return value;
            value = values.Number(origin) ?? (values.Maker(origin) is { } node ? Of(node) : double.NaN);
            known.Add(origin, value);
            return value;
        }

        private double Of(OnnxNode node)
        {
            double a = Of(node.Input(0)), b = node.Inputs.Count > 1 ? Of(node.Input(1)) : 0;
            return node.Type switch
            {
                "Add" => a + b,
                "Sum" => node.Inputs.Sum(Of),
                "Sub" => a - b,
                "Mul" => a * b,
                "Div" => a / b,
                "Pow" => Math.Pow(a, b),
                "Erf" => SpecialFunctions.Erf(a),
                "Tanh" => Math.Tanh(a),
                "Sigmoid" => 1 / (1 + Math.Exp(-a)),
                "Sqrt" => Math.Sqrt(a),
                "Neg" => -a,
                "Exp" => Math.Exp(a),
                "Relu" => Math.Max(a, 0),
                _ => double.NaN,
            };
        }
    }
}
