namespace AttentionNotebooks.Tests.Features;

/// <summary>Every feature with a value in each text once more, in plain loops over doubles, straight from its definition.</summary>
internal static class SlowFeatures
{
    /// <summary>A feature of one map.</summary>
    /// <param name="feature">Its name.</param>
    /// <param name="a">The map, [query, key].</param>
    /// <param name="text">The text.</param>
    /// <param name="norms">‖f(x_j)‖, for the features that weigh by values.</param>
    /// <param name="below">The rollout of the layers below, for the one across layers.</param>
    /// <param name="counts">How often tokens occur.</param>
    public static double Of(string feature, double[,] a, AttentionText text, double[]? norms = null, double[,]? below = null,
        Func<string, int>? counts = null)
    {
        int n = a.GetLength(0);
        string Token(int j) => text.Tokens?[j] ?? (j == 0 ? "[CLS]" : j == n - 1 ? "[SEP]" : "?");
        bool Special(int j) => Token(j) is "[CLS]" or "[SEP]";
        double Pairs(Func<int, int, bool> which) => Sum((i, j) => which(i, j) ? a[i, j] : 0) / n;
        switch (feature)
        {
            case "mean_distance": return Sum((i, j) => a[i, j] * Math.Abs(i - j)) / n;
            case "mean_offset": return Sum((i, j) => a[i, j] * (j - i)) / n;
            case "relative_distance": return n == 1 ? 0 : Sum((i, j) => a[i, j] * Math.Abs(i - j)) / n / ((n * n - 1) / (3.0 * n));
            case "ahead": return Pairs((i, j) => j > i);
            case "behind": return Pairs((i, j) => j < i);
            case "local_2" or "within_2": return Pairs((i, j) => Math.Abs(i - j) <= 2);
            case "within_5": return Pairs((i, j) => Math.Abs(i - j) <= 5);
            case "within_10": return Pairs((i, j) => Math.Abs(i - j) <= 10);
            case "beyond_10": return Pairs((i, j) => Math.Abs(i - j) > 10);
            case "distance_65_on": return Pairs((i, j) => Math.Abs(i - j) >= 65);
            case "cumulative_diagonality": // the integrand is a step function: constant while r(n−1) goes from d to d + 1
                return n == 1 ? 1 : Enumerable.Range(0, n - 1).Average(d => Pairs((i, j) => Math.Abs(i - j) <= d));
            case "self": return Pairs((i, j) => i == j);
            case "previous": return Pairs((i, j) => j == i - 1);
            case "next": return Pairs((i, j) => j == i + 1);
            case "cls": return Pairs((_, j) => Token(j) == "[CLS]");
            case "sep": return Pairs((_, j) => Token(j) == "[SEP]");
            case "punctuation": return Pairs((_, j) => !Special(j) && Token(j).All(c => !char.IsLetterOrDigit(c)));
            case "content_words": return Pairs((_, j) => text.Tags![j] is "ADJ" or "ADV" or "INTJ" or "NOUN" or "PROPN" or "VERB");
            case "function_words":
                return Pairs((_, j) => text.Tags![j] is "ADP" or "AUX" or "CCONJ" or "DET" or "NUM" or "PART" or "PRON"
                or "SCONJ");
            case "rarest":
                int rarest = -1;
                for (int j = 0; j < n; j++)
                    if (!Special(j) && (rarest < 0 || counts!(Token(j)) < counts(Token(rarest)))) rarest = j;
                return rarest < 0 ? 0 : Pairs((_, j) => j == rarest);
            case "same_word":
                // Word number and spelling of each token, by hand.
                var words = new List<string>();
                var word = new int[n];
                for (int j = 0; j < n; j++)
                {
                    word[j] = -1;
                    if (Special(j)) continue;
                    if (Token(j).StartsWith("##", StringComparison.Ordinal)) words[^1] += Token(j)[2..];
                    else words.Add(Token(j));
                    word[j] = words.Count - 1;
                }
                return Pairs((i, j) => word[i] >= 0 && word[j] >= 0 && word[i] != word[j] && words[word[i]] == words[word[j]]);
            case "entropy" or "globalness": return Rows(Entropy) / n;
            case "normalised_entropy": return n == 1 ? 0 : Rows(Entropy) / n / Math.Log(n);
            case "effective_keys": return Rows(i => Math.Exp(Entropy(i))) / n;
            case "cls_entropy": return Enumerable.Range(0, n).Where(i => Token(i) == "[CLS]").Average(Entropy);
            case "max_weight": return Rows(i => Enumerable.Range(0, n).Max(j => a[i, j])) / n;
            case "sparsity": return Sum((i, j) => a[i, j] < (1 - 1e-5) / n ? 1 : 0) / n / n;
            case "gini": // the mean absolute difference of two weights, over twice their mean
                return Rows(i => Enumerable.Range(0, n).Sum(j => Enumerable.Range(0, n).Sum(k => Math.Abs(a[i, j] - a[i, k])))
                    / (2.0 * n * n * (1.0 / n))) / n;
            case "diagonality": return -Sum((i, j) => a[i, j] * Math.Abs(i - j)) / n / n;
            case "verticality":
                return Enumerable.Range(0, n).Select(j => Enumerable.Range(0, n).Average(i => a[i, j]))
                    .Sum(c => c > 0 ? c * Math.Log(c) : 0);
            case "distance_std":
                return Rows(i =>
                {
                    double mean = Enumerable.Range(0, n).Sum(j => a[i, j] * (j - i));
                    return Math.Sqrt(Enumerable.Range(0, n).Sum(j => a[i, j] * (j - i - mean) * (j - i - mean)));
                }) / n;
            case "block":
                int end = Enumerable.Range(0, n).First(j => Token(j) == "[SEP]");
                return Pairs((i, j) => i <= end == j <= end);
            case "symmetry": return 1 - Sum((i, j) => Math.Abs(a[i, j] - a[j, i])) / (2 * n);
            case "row_similarity":
                double Norm(int i) => Math.Sqrt(Enumerable.Range(0, n).Sum(j => a[i, j] * a[i, j]));
                double Cosine(int i, int k) => Enumerable.Range(0, n).Sum(j => a[i, j] * a[k, j]) / Norm(i) / Norm(k);
                return n == 1 ? 1 : Rows(i => Enumerable.Range(0, n).Where(k => k != i).Sum(k => Cosine(i, k))) / n / (n - 1);
            case "maps_vertical_diagonal" or "maps_vertical" or "maps_diagonal" or "maps_block" or "maps_heterogeneous":
                return Kind() == feature ? 1 : 0;
            case "value_norm": return norms!.Average();
            case "norm_mass": return Sum((i, j) => a[i, j] * norms![j]) / n;
            case "norm_distance" or "norm_cls" or "norm_sep":
                var weighed = Maps.Of(n, (i, j) => a[i, j] * norms![j] / Enumerable.Range(0, n).Sum(k => a[i, k] * norms[k]));
                return Of(feature switch { "norm_distance" => "mean_distance", "norm_cls" => "cls", _ => "sep" }, weighed, text);
            case "distance_words_part": return Sum((i, j) => Special(i) || Special(j) ? 0 : a[i, j] * Math.Abs(i - j)) / n;
            case "distance_special_part": return Sum((i, j) => Special(i) || Special(j) ? a[i, j] * Math.Abs(i - j) : 0) / n;
            case "rollout_distance":
                return Sum((i, j) => Enumerable.Range(0, n).Sum(k => (a[i, k] + (i == k ? 1 : 0)) / 2 * below![k, j]) * Math.Abs(i - j))
                    / n;
            default:
                if (feature.Contains("words_", StringComparison.Ordinal)) return SlowWordFeatures.Of(feature, a, text.Tokens, norms);
                string[] parts = feature.Split('_');
                if (parts[0] == "distance" && parts[1][0] == 'q')
                {
                    double wanted = int.Parse(parts[1][1..]) / 100.0;
                    return Enumerable.Range(0, n).First(d => Pairs((i, j) => Math.Abs(i - j) <= d) >= wanted - 1e-6);
                }
                if (parts[0] == "distance")
                    return Pairs((i, j) => Math.Abs(i - j) >= int.Parse(parts[1]) && Math.Abs(i - j) <= int.Parse(parts[^1]));
                throw new ArgumentException($"no slow form of {feature}");
        }

        double Sum(Func<int, int, double> of)
        {
            double sum = 0;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) sum += of(i, j);
            return sum;
        }

        double Rows(Func<int, double> of) => Enumerable.Range(0, n).Sum(of);

        double Entropy(int i) => Enumerable.Range(0, n).Sum(j => a[i, j] > 0 ? -a[i, j] * Math.Log(a[i, j]) : 0);

        string Kind()
        {
            double v = Of("cls", a, text) + Of("sep", a, text), d = Pairs((i, j) => Math.Abs(i - j) <= 1 && !Special(j));
            bool pair = Enumerable.Range(0, n).Count(j => Token(j) == "[SEP]") > 1;
            return v >= 0.3 && d >= 0.3 && v + d >= 0.7 ? "maps_vertical_diagonal" : v >= 0.5 ? "maps_vertical" : d >= 0.5 ? "maps_diagonal"
                : pair && Of("block", a, text) >= 0.8 ? "maps_block" : "maps_heterogeneous";
        }
    }

    /// <summary>A feature of all texts together, from the maps of one head.</summary>
    public static double Together(string feature, IReadOnlyList<double[,]> maps)
    {
        double[] distance = [.. maps.Select(m => Of("mean_distance", m, Plain(m)))];
        switch (feature)
        {
            case "best_offset" or "best_offset_mass":
                var shares = Enumerable.Range(-16, 33).ToDictionary(o => o,
                    o => maps.Average(m => Enumerable.Range(0, m.GetLength(0))
                        .Sum(i => i + o >= 0 && i + o < m.GetLength(0) ? m[i, i + o] : 0) / m.GetLength(0)));
                int best = shares.MaxBy(s => s.Value).Key;
                return feature == "best_offset" ? best : shares[best];
            case "text_spread": return Deviation(distance);
            case "variance_within_rows" or "variance_between_queries" or "variance_between_texts":
                // Var(|i−j|) where a text, one of its queries and, by the weights, a key are drawn.
                double texts = Math.Pow(Deviation(distance), 2), queries = 0, within = 0;
                foreach (var m in maps)
                {
                    int n = m.GetLength(0);
                    double[] row = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => m[i, j] * Math.Abs(i - j)))];
                    queries += Math.Pow(Deviation(row), 2) / maps.Count;
                    within += Enumerable.Range(0, n).Average(i => Enumerable.Range(0, n)
                        .Sum(j => m[i, j] * Math.Pow(Math.Abs(i - j) - row[i], 2))) / maps.Count;
                }
                double all = texts + queries + within;
                return all == 0 ? 0 : (feature == "variance_within_rows" ? within : feature == "variance_between_queries" ? queries : texts)
                    / all;
            case "content_share":
                var whole = maps.Where(m => m.GetLength(0) >= 10).ToArray();
                var cells = Enumerable.Range(0, 100).Select(c => whole.Select(m => m[c / 10, c % 10]).ToArray()).ToArray();
                return cells.Sum(c => Math.Pow(Deviation(c), 2)) / cells.Sum(c => c.Average(v => v * v));
            default: throw new ArgumentException($"no slow form of {feature}");
        }
    }

    /// <summary>The rollout below a layer: a plain product, map by map.</summary>
    public static double[,] RolloutBelow(int layer, int n, Func<int, double[,]> meanOfHeads)
    {
        var below = Maps.Identity(n);
        for (int l = 0; l < layer; l++)
        {
            var (mean, last) = (meanOfHeads(l), below);
            below = Maps.Of(n, (i, j) => Enumerable.Range(0, n).Sum(k => (mean[i, k] + (i == k ? 1 : 0)) / 2 * last[k, j]));
        }
        return below;
    }

    private static AttentionText Plain(double[,] map) => new("", map.GetLength(0), null);

    private static double Deviation(IReadOnlyCollection<double> x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
    }
}
