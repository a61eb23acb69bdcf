namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// BERT's forward pass once more, on plain double arrays and one text at a time, written from the papers and sharing
/// no code with the model under test but the file reader. The families next door differ by three settings and by what
/// their weights lack.
/// </summary>
public sealed class ReferenceBert
{
    private readonly Dictionary<string, double[]> weights;
    private readonly int layers, heads, size;
    private readonly double epsilon;
    private readonly string activation;

    public ReferenceBert(Dictionary<string, double[]> weights, int layers, int heads, int size, double epsilon = 1e-12,
        string activation = "gelu")
    {
        this.weights = weights;
        (this.layers, this.heads, this.size, this.epsilon, this.activation) = (layers, heads, size, epsilon, activation);
    }

    /// <summary>Width of the embeddings where it is not that of the hidden states (ELECTRA).</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>Activation of the masked-LM head where it is not that of the layers.</summary>
    public string? HeadActivation { get; init; }

    /// <summary>Where given, positions are counted from behind this id, and tokens with this id are not counted (RoBERTa).</summary>
    public int? PaddingId { get; init; }

    /// <summary>Changes a map before it weighs the values: (layer, head, [query, key]).</summary>
    public Action<int, int, double[,]>? EditMap { get; init; }

    /// <summary>Changes a head's output: (layer, head, [token][d]).</summary>
    public Action<int, int, double[][]>? EditHead { get; init; }

    /// <summary>Reads config.json and model.safetensors of a checkpoint whose keys have their family's prefix.</summary>
    public static ReferenceBert Load(string folder) => ReferenceFamilies.Load(folder);

    /// <summary>Attention [layer][head][query, key], hidden states [layer + 1][token][D], and logits [token][V] where there is a
    /// head.</summary>
    public (double[][][,] Attention, double[][][] Hidden, double[][]? Logits) Run(int[] ids, int[]? segments = null)
    {
        int width = EmbeddingSize ?? size, counted = PaddingId ?? -1;
        var x = new double[ids.Length][];
        for (int t = 0; t < ids.Length; t++)
        {
            int position = ids[t] == PaddingId ? ids[t] : ++counted;
            x[t] = new double[width];
            for (int d = 0; d < width; d++)
            {
                x[t][d] = W("bert.embeddings.word_embeddings.weight")[ids[t] * width + d]
                    + W("bert.embeddings.position_embeddings.weight")[position * width + d];
                if (weights.TryGetValue("bert.embeddings.token_type_embeddings.weight", out var types))
                    x[t][d] += types[(segments?[t] ?? 0) * width + d];
            }
        }
        x = Normal(x, "bert.embeddings.LayerNorm");
        if (weights.ContainsKey("bert.embeddings_project.weight")) x = Dense(x, "bert.embeddings_project");
        var hidden = new List<double[][]> { x };
        var attention = new double[layers][][,];
        for (int l = 0; l < layers; l++)
        {
            string at = $"bert.encoder.layer.{l}.";
            var (context, maps) = Attend(x, l, at + "attention.self.");
            attention[l] = maps;
            x = Normal(Sum(Dense(context, at + "attention.output.dense"), x), at + "attention.output.LayerNorm");
            var wide = Activate(Dense(x, at + "intermediate.dense"), activation);
            x = Normal(Sum(Dense(wide, at + "output.dense"), x), at + "output.LayerNorm");
            hidden.Add(x);
        }
        return (attention, [.. hidden], weights.ContainsKey("cls.predictions.bias") ? Logits(x) : null);
    }

    /// <summary>The pooled output of the last hidden states, [D].</summary>
    public double[] Pool(double[][] hidden) => [.. Dense([hidden[0]], "bert.pooler.dense")[0].Select(Math.Tanh)];

    private (double[][] Context, double[][,] Maps) Attend(double[][] x, int layer, string at)
    {
        var (q, k, v) = (Dense(x, at + "query"), Dense(x, at + "key"), Dense(x, at + "value"));
        int n = x.Length, width = size / heads;
        var maps = new double[heads][,];
        var context = x.Select(_ => new double[size]).ToArray();
        for (int h = 0; h < heads; h++)
        {
            var map = maps[h] = new double[n, n];
            for (int i = 0; i < n; i++)
            {
                var scores = new double[n];
                for (int j = 0; j < n; j++)
                {
                    for (int d = h * width; d < (h + 1) * width; d++) scores[j] += q[i][d] * k[j][d];
                    scores[j] /= Math.Sqrt(width);
                }
                double most = scores.Max(), total = scores.Sum(s => Math.Exp(s - most));
                for (int j = 0; j < n; j++) map[i, j] = Math.Exp(scores[j] - most) / total;
            }
            EditMap?.Invoke(layer, h, map);
            var said = x.Select((_, i) => Enumerable.Range(h * width, width)
                .Select(d => Enumerable.Range(0, n).Sum(j => map[i, j] * v[j][d])).ToArray()).ToArray();
            EditHead?.Invoke(layer, h, said);
            for (int i = 0; i < n; i++) said[i].CopyTo(context[i], h * width);
        }
        return (context, maps);
    }

    private double[][] Logits(double[][] x)
    {
        const string at = "cls.predictions.";
        var y = Normal(Activate(Dense(x, at + "transform.dense"), HeadActivation ?? activation), at + "transform.LayerNorm");
        var (words, bias) = (W("bert.embeddings.word_embeddings.weight"), W(at + "bias"));
        int width = y[0].Length;
        return [.. y.Select(row => bias.Select((b, v) => b + Enumerable.Range(0, width).Sum(d => row[d] * words[v * width + d]))
            .ToArray())];
    }

    private double[] W(string name) => weights[name];

    private double[][] Dense(double[][] x, string name)
    {
        var (w, b) = (W(name + ".weight"), W(name + ".bias"));
        int width = x[0].Length;
        return [.. x.Select(row => b.Select((bias, o) =>
        {
            double sum = bias;
            for (int i = 0; i < width; i++) sum += w[o * width + i] * row[i];
            return sum;
        }).ToArray())];
    }

    private double[][] Normal(double[][] x, string name)
    {
        var (w, b) = (W(name + ".weight"), W(name + ".bias"));
        return [.. x.Select(row =>
        {
            double mean = row.Average(), variance = row.Average(a => (a - mean) * (a - mean));
            return row.Select((a, d) => (a - mean) / Math.Sqrt(variance + epsilon) * w[d] + b[d]).ToArray();
        })];
    }

    private static double[][] Activate(double[][] x, string name) => [.. x.Select(row => row.Select(v => Activation(v, name)).ToArray())];

    private static double Activation(double x, string name) => name switch
    {
        "gelu" => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        "gelu_new" => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => Math.Max(0, x),
    };

    // Maclaurin series where it converges fast, continued fraction of the complement beyond (Abramowitz and Stegun 7.1.5, 7.1.14).
    private static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a < 2.5)
        {
            double term = a, sum = a;
            for (int n = 1; n < 60; n++)
            {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.Sign(x) * 2 / Math.Sqrt(Math.PI) * sum;
        }
        double fraction = 0;
        for (int n = 60; n > 0; n--) fraction = n / 2.0 / (a + fraction);
        return Math.Sign(x) * (1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction));
    }

    private static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (p, q) => p + q).ToArray())];
}
