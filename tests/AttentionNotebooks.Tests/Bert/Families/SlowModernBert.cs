using System.Text.Json;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>
/// ModernBERT on plain double arrays, written from the paper (Warner et al. 2024) and RoFormer (Su et al. 2021, equation 34) by the
/// published names of settings and tensors. It shares only the safetensors reader with the model.
/// </summary>
internal sealed class SlowModernBert
{
    private readonly Dictionary<string, double[]> weights;
    private readonly JsonElement config;
    private readonly int size, heads, layers;

    public SlowModernBert(string folder)
    {
        config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement;
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        weights = file.Entries.Keys.ToDictionary(k => k.StartsWith("model.", StringComparison.Ordinal) ? k[6..] : k,
            k => Array.ConvertAll(file.ReadSingles(k), x => (double)x));
        (size, heads, layers) = (Whole("hidden_size"), Whole("num_attention_heads"), Whole("num_hidden_layers"));
    }

    /// <summary>One head of one layer: its map, its values, and what it adds to the hidden states, <c>[T][D]</c>.</summary>
    public sealed record Head(double[,] Map, double[][] Values, double[][] Message);

    /// <summary>Heads [layer][head], the last hidden states [token][D], and logits [token][V] where there is a head for words.</summary>
    public (Head[][] Heads, double[][] Last, double[][]? Logits) Run(int[] ids)
    {
        double[] words = weights["embeddings.tok_embeddings.weight"];
        double[][] x = Norm([.. ids.Select(i => words[(i * size)..((i + 1) * size)])], "embeddings.norm");
        var all = new Head[layers][];
        for (int l = 0; l < layers; l++)
        {
            string at = $"layers.{l}.";
            var read = l == 0 ? x : Norm(x, at + "attn_norm");
            all[l] = [.. Enumerable.Range(0, heads).Select(h => Attend(read, l, h))];
            double[]? bias = weights.GetValueOrDefault(at + "attn.Wo.bias");
            int layer = l;
            x = [.. x.Select((row, t) => row.Select((v, d) => v + (bias?[d] ?? 0) + all[layer].Sum(h => h.Message[t][d])).ToArray())];
            double[][] wide = Dense(Norm(x, at + "mlp_norm"), at + "mlp.Wi");
            int half = wide[0].Length / 2;
            double[][] gated = [.. wide.Select(w => Enumerable.Range(0, half).Select(f => Gelu(w[f]) * w[half + f]).ToArray())];
            var narrow = Dense(gated, at + "mlp.Wo");
            x = [.. x.Select((row, t) => row.Select((v, d) => v + narrow[t][d]).ToArray())];
        }
        var last = Norm(x, "final_norm");
        if (!weights.ContainsKey("head.dense.weight") || weights.ContainsKey("classifier.weight")) return (all, last, null);
        double[][] head = Norm([.. Dense(last, "head.dense").Select(r => r.Select(Gelu).ToArray())], "head.norm");
        return (all, last, Dense(head, "decoder", words));
    }

    private Head Attend(double[][] x, int layer, int head)
    {
        int d = size / heads, length = x.Length;
        double[][] qkv = Dense(x, $"layers.{layer}.attn.Wqkv");
        double[][] Part(int which) => [.. qkv.Select(row => row[(which * size + head * d)..(which * size + (head + 1) * d)])];
        var (local, theta) = Kind(layer);
        double[][] q = Turned(Part(0), theta), k = Turned(Part(1), theta), v = Part(2);
        var map = new double[length, length];
        for (int i = 0; i < length; i++)
        {
            double sum = 0;
            for (int j = 0; j < length; j++)
            {
                if (local && Math.Abs(i - j) > Whole("local_attention") / 2) continue;
                sum += map[i, j] = Math.Exp(q[i].Zip(k[j], (a, b) => a * b).Sum() / Math.Sqrt(d));
            }
            for (int j = 0; j < length; j++) map[i, j] /= sum;
        }
        double[] output = weights[$"layers.{layer}.attn.Wo.weight"];
        var message = new double[length][];
        for (int i = 0; i < length; i++)
        {
            double[] context = [.. Enumerable.Range(0, d).Select(n => Enumerable.Range(0, length).Sum(j => map[i, j] * v[j][n]))];
            message[i] = [.. Enumerable.Range(0, size).Select(o => Enumerable.Range(0, d).Sum(n => output[o * size + head * d + n]
                * context[n]))];
        }
        return new Head(map, v, message);
    }

    // By the keys of transformers 5 where they are there, else by those of transformers 4.
    private (bool Local, double Theta) Kind(int layer)
    {
        bool local = config.TryGetProperty("layer_types", out var types) ? types[layer].GetString() == "sliding_attention"
            : layer % Whole("global_attn_every_n_layers") != 0;
        double theta = config.TryGetProperty("rope_parameters", out var rotary)
            ? rotary.GetProperty(local ? "sliding_attention" : "full_attention").GetProperty("rope_theta").GetDouble()
            : config.GetProperty(local ? "local_rope_theta" : "global_rope_theta").GetDouble();
        return (local, theta);
    }

    // Numbers n and n + d/2 are one complex number, multiplied by e^(i·place·θ^(−2n/d)).
    private static double[][] Turned(double[][] x, double theta) => [.. x.Select((row, place) =>
    {
        int half = row.Length / 2;
        double[] turned = new double[row.Length];
        for (int n = 0; n < half; n++)
        {
            var number = new System.Numerics.Complex(row[n], row[n + half])
                * System.Numerics.Complex.FromPolarCoordinates(1, place * Math.Pow(theta, -2.0 * n / row.Length));
            (turned[n], turned[n + half]) = (number.Real, number.Imaginary);
        }
        return turned;
    })];

    private double[][] Dense(double[][] x, string name, double[]? given = null)
    {
        double[] weight = given ?? weights[name + ".weight"];
        double[]? bias = weights.GetValueOrDefault(name + ".bias");
        int width = x[0].Length;
        return [.. x.Select(row => Enumerable.Range(0, weight.Length / width)
            .Select(o => (bias?[o] ?? 0) + Enumerable.Range(0, width).Sum(i => weight[o * width + i] * row[i])).ToArray())];
    }

    private double[][] Norm(double[][] x, string name) => [.. x.Select(row =>
    {
        double mean = row.Average(), deviation = Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + 1e-5);
        double[]? bias = weights.GetValueOrDefault(name + ".bias");
        return row.Select((v, d) => (v - mean) / deviation * weights[name + ".weight"][d] + (bias?[d] ?? 0)).ToArray();
    })];

    // x·Φ(x), with the distribution function by its series (Abramowitz and Stegun 26.2.10).
    private static double Gelu(double x)
    {
        if (Math.Abs(x) > 7) return Math.Max(x, 0);
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18; n++)
        {
            term *= -x * x / (2 * n);
            sum += term / (2 * n + 1);
        }
        return x * (0.5 + sum / Math.Sqrt(2 * Math.PI));
    }

    private int Whole(string key) => config.GetProperty(key).GetInt32();
}
