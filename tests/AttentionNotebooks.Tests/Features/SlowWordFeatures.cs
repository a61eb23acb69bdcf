namespace AttentionNotebooks.Tests.Features;

/// <summary>The features between words once more, in plain loops over doubles, straight from their definitions.</summary>
internal static class SlowWordFeatures
{
    /// <summary>A feature of one map; NaN where the text has no value.</summary>
    /// <param name="feature">Its name.</param>
    /// <param name="a">The map, [query, key].</param>
    /// <param name="tokens">The tokens: the first and the last are special where they are not known.</param>
    /// <param name="norms">‖f(x_j)‖, for the features that weigh by values.</param>
    public static double Of(string feature, double[,] a, IReadOnlyList<string>? tokens, double[]? norms = null)
    {
        int n = a.GetLength(0);
        bool Special(int i) => tokens is null ? i == 0 || i == n - 1 : tokens[i] is "[CLS]" or "[SEP]" or "[MASK]";
        if (feature.StartsWith("norm_", StringComparison.Ordinal))
        {
            var carried = Maps.Of(n, (i, j) => a[i, j] * norms![j] / Enumerable.Range(0, n).Sum(k => a[i, k] * norms[k]));
            return Of(feature["norm_".Length..], carried, tokens);
        }
        if (feature.StartsWith("whole_", StringComparison.Ordinal))
        {
            // The words' own map, as a text without special tokens.
            var pieces = new List<List<int>>();
            for (int i = 0; i < n; i++)
            {
                if (Special(i)) continue;
                if (tokens![i].StartsWith("##", StringComparison.Ordinal) && pieces.Count > 0 && !Special(i - 1)) pieces[^1].Add(i);
                else pieces.Add([i]);
            }
            var words = Maps.Of(pieces.Count, (u, v) => pieces[u].Average(i => pieces[v].Sum(j => a[i, j])));
            return Of(feature["whole_".Length..], words, [.. pieces.Select(_ => "word")]);
        }
        int[] segment = new int[n];
        for (int i = 1; i < n; i++) segment[i] = segment[i - 1] + (tokens?[i - 1] == "[SEP]" && tokens[i] != "[SEP]" ? 1 : 0);
        string of = feature["words_".Length..];
        Func<int, int, bool> counts = of switch
        {
            "within_distance" => (i, j) => segment[i] == segment[j],
            "across_distance" or "across_share" => (i, j) => segment[i] != segment[j],
            _ => (_, _) => true,
        };
        bool Pair(int i, int j) => i != j && !Special(i) && !Special(j) && counts(i, j);
        int[] all = [.. Enumerable.Range(0, n)], possible = [.. all.Where(i => all.Any(j => Pair(i, j)))];
        double Mass(int i) => all.Where(j => Pair(i, j)).Sum(j => a[i, j]);
        int[] rows = [.. possible.Where(i => Mass(i) > 0)];
        double Row(int i, Func<int, double> value) => all.Where(j => Pair(i, j)).Sum(j => a[i, j] * value(j)) / Mass(i);
        double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
        double ByMass(Func<int, int, double> value) =>
            rows.Length == 0 ? double.NaN : rows.Sum(i => Mass(i) * Row(i, j => value(i, j))) / rows.Sum(Mass);
        double Uniform() => Mean(possible.Select(i => all.Where(j => Pair(i, j)).Average(j => Math.Abs(i - j))));
        switch (of)
        {
            case "distance" or "within_distance" or "across_distance": return Mean(rows.Select(i => Row(i, j => Math.Abs(i - j))));
            case "offset": return Mean(rows.Select(i => Row(i, j => j - i)));
            case "std":
                return Mean(rows.Select(i => Row(i, j => j) is var mean ? Math.Sqrt(Row(i, j => (j - mean) * (j - mean))) : 0));
            case "distance_by_mass": return ByMass((i, j) => Math.Abs(i - j));
            case "relative": return Mean(rows.Select(i => Row(i, j => Math.Abs(i - j)))) / Uniform();
            case "relative_by_mass": return ByMass((i, j) => Math.Abs(i - j)) / Uniform();
            case "share" or "across_share": return Mean(possible.Select(Mass));
            case "rows": return possible.Length == 0 ? double.NaN : rows.Length / (double)possible.Length;
            default:
                double share = int.Parse(of[1..]) / 100.0, whole = rows.Sum(Mass);
                if (rows.Length == 0) return double.NaN;
                double Within(int d) => rows.Sum(i => all.Where(j => Pair(i, j) && Math.Abs(i - j) <= d).Sum(j => a[i, j]));
                return all.First(d => Within(d) / whole >= share - 1e-6);
        }
    }
}
