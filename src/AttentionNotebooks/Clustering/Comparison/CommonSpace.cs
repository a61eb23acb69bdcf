namespace AttentionNotebooks;

/// <summary>The heads of two models as points of one space: the same features on the same scale.</summary>
/// <param name="A">The first model's heads, <c>[heads][features]</c>.</param>
/// <param name="B">The second model's heads.</param>
internal sealed record CommonSpace(double[][] A, double[][] B)
{
    /// <summary>The features that two tables share: those that heads are clustered on by default.</summary>
    /// <exception cref="InputException">They share none.</exception>
    public static IReadOnlyList<string> Shared(HeadTable a, HeadTable b)
    {
        string[] shared = [.. HeadClusters.DefaultFeatures(a).Where(b.Features.Contains)];
        return shared.Length > 0 ? shared
            : throw new InputException("the two tables", null,
                $"have no feature in common: {string.Join(", ", a.Features.Take(6))} and {string.Join(", ", b.Features.Take(6))}",
                "Compute the same features of both");
    }

    /// <summary>Refuses a feature that cannot be scaled in one of the models: each is clustered by itself.</summary>
    /// <exception cref="InputException">The table lacks a feature, or it has the same value for every head.</exception>
    public static void RequireSpread(HeadTable table, string name, IReadOnlyList<string> features)
    {
        foreach (string f in features)
        {
            double[] x = table.Column(f);
            if (x.Max() - x.Min() <= 1e-12 * x.Max(Math.Abs))
                throw new InputException($"feature \"{f}\"", null, $"has the same value for every head of {name}", "Compare without it");
        }
    }

    /// <summary>Scales two tables alike.</summary>
    /// <param name="features">The features to take.</param>
    /// <param name="eachByItself">
    /// Whether each model is scaled by its own mean and spread; else by those of both, where each model weighs the same.
    /// </param>
    /// <exception cref="InputException">A table lacks a feature, or a feature is not finite or has no spread.</exception>
    public static CommonSpace Of(HeadTable a, HeadTable b, IReadOnlyList<string> features, bool eachByItself)
    {
        HeadTable x = a.Select(features), y = b.Select(features);
        if (eachByItself) return new CommonSpace(x.Points(Scaling.ZScore), y.Points(Scaling.ZScore));
        double[][] ofA = x.Points(Scaling.None), ofB = y.Points(Scaling.None);
        for (int f = 0; f < features.Count; f++)
        {
            double centre = (ofA.Average(p => p[f]) + ofB.Average(p => p[f])) / 2;
            double Spread(double[][] points) => points.Average(p => (p[f] - centre) * (p[f] - centre));
            double deviation = Math.Sqrt((Spread(ofA) + Spread(ofB)) / 2);
            if (!(deviation > 1e-12 * ofA.Concat(ofB).Max(p => Math.Abs(p[f]))))
                throw new InputException($"feature \"{features[f]}\"", null, "has the same value for every head of both models",
                    "Leave the feature out");
            foreach (var p in ofA.Concat(ofB)) p[f] = (p[f] - centre) / deviation;
        }
        return new CommonSpace(ofA, ofB);
    }

    /// <summary>Distances of the heads of A and B: the root mean square over features, in standard deviations.</summary>
    /// <returns><c>[heads of A, heads of B]</c>.</returns>
    public static double[,] Distances(double[][] a, double[][] b)
    {
        var d = new double[a.Length, b.Length];
        for (int i = 0; i < a.Length; i++)
            for (int j = 0; j < b.Length; j++) d[i, j] = Math.Sqrt(KMeans.SquaredDistance(a[i], b[j]) / a[i].Length);
        return d;
    }
}
