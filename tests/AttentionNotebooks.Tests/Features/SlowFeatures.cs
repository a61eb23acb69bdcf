using AttentionNotebooks.Attention;

namespace AttentionNotebooks.Tests.Features;

/// <summary>Every standard feature once more, in plain loops over doubles, straight from its definition.</summary>
internal static class SlowFeatures
{
    public static double Of(string feature, double[,] a, AttentionText text)
    {
        int n = a.GetLength(0);
        double sum = 0;
        switch (feature)
        {
            case "mean_distance": Each((i, j) => sum += a[i, j] * Math.Abs(i - j)); return sum / n;
            case "mean_offset": Each((i, j) => sum += a[i, j] * (j - i)); return sum / n;
            case "local_2": Each((i, j) => sum += Math.Abs(i - j) <= 2 ? a[i, j] : 0); return sum / n;
            case "self": Each((i, j) => sum += i == j ? a[i, j] : 0); return sum / n;
            case "previous": Each((i, j) => sum += j == i - 1 ? a[i, j] : 0); return sum / n;
            case "next": Each((i, j) => sum += j == i + 1 ? a[i, j] : 0); return sum / n;
            case "cls": Each((i, j) => sum += (text.Tokens?[j] ?? (j == 0 ? "[CLS]" : "")) == "[CLS]" ? a[i, j] : 0); return sum / n;
            case "sep": Each((i, j) => sum += (text.Tokens?[j] ?? (j == n - 1 ? "[SEP]" : "")) == "[SEP]" ? a[i, j] : 0); return sum / n;
            case "entropy" or "globalness": Each((i, j) => sum -= a[i, j] > 0 ? a[i, j] * Math.Log(a[i, j]) : 0); return sum / n;
            case "diagonality": Each((i, j) => sum -= a[i, j] * Math.Abs(i - j)); return sum / n / n;
            case "max_weight":
                for (int i = 0; i < n; i++) sum += Enumerable.Range(0, n).Max(j => a[i, j]);
                return sum / n;
            case "verticality":
                for (int j = 0; j < n; j++)
                {
                    double column = Enumerable.Range(0, n).Average(i => a[i, j]);
                    sum += column > 0 ? column * Math.Log(column) : 0;
                }
                return sum;
            case "distance_std":
                for (int i = 0; i < n; i++)
                {
                    double mean = Enumerable.Range(0, n).Sum(j => a[i, j] * (j - i));
                    sum += Math.Sqrt(Enumerable.Range(0, n).Sum(j => a[i, j] * (j - i - mean) * (j - i - mean)));
                }
                return sum / n;
            default: throw new ArgumentException($"no slow form of {feature}");
        }

        void Each(Action<int, int> visit)
        {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) visit(i, j);
        }
    }
}
