using System.Globalization;
using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>A picture of the heads in the plane, and how far it can be believed.</summary>
/// <param name="Method">What made it.</param>
/// <param name="Coordinates"><c>[heads][2]</c>.</param>
/// <param name="XTitle">The horizontal axis.</param>
/// <param name="YTitle">The vertical axis.</param>
/// <param name="Trustworthiness">Whether those near in the picture are near, from 0 to 1 (Venna and Kaski 2001).</param>
/// <param name="Continuity">Whether those near are near in the picture, from 0 to 1.</param>
/// <param name="Stress">Stress-1 of the picture's distances, scaled as well as one factor can: 0 is perfect.</param>
/// <param name="Facts">What else the method says of itself.</param>
public sealed record Projection(string Method, double[][] Coordinates, string XTitle, string YTitle, double Trustworthiness,
    double Continuity, double Stress, string Facts)
{
    /// <summary>Neighbours that trustworthiness and continuity look at, where there are heads enough.</summary>
    public const int Neighbours = 12;

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Method}: trustworthiness {Trustworthiness:0.000}, continuity {Continuity:0.000}, stress "
            + $"{Stress:0.000}{(Facts.Length > 0 ? "; " : "")}{Facts}");

    /// <summary>Principal components.</summary>
    /// <param name="heads">Points.</param>
    /// <exception cref="InputException">There is no second feature, or only distances are given.</exception>
    public static Projection Pca(HeadSpace heads)
    {
        var pca = PrincipalComponents.Fit(heads.PointsFor("PCA"));
        return Of("PCA", heads, pca.Coordinates, Invariant($"first component, {pca.Explained[0]:P0} of the variance"),
            Invariant($"second component, {pca.Explained[1]:P0} of the variance"), "");
    }

    /// <summary>Classical multidimensional scaling.</summary>
    /// <param name="heads">Points or distances.</param>
    public static Projection Classical(HeadSpace heads) =>
        Of("classical MDS", heads, MultidimensionalScaling.Classical(heads.Distances).Coordinates, "first coordinate", "second coordinate",
            "");

    /// <summary>Metric multidimensional scaling by SMACOF.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="seed">Decides the random starts.</param>
    public static Projection Smacof(HeadSpace heads, int seed = 0)
    {
        var fit = MultidimensionalScaling.Smacof(heads.Distances, seed: seed);
        return Of("SMACOF MDS", heads, fit.Coordinates, "first coordinate", "second coordinate",
            Invariant($"{fit.Iterations} iterations, seed {seed}"));
    }

    /// <summary>t-SNE.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="perplexity">Neighbours per head, effectively; 30, or what fits few heads, when omitted.</param>
    /// <param name="seed">Decides the start.</param>
    public static Projection TSne(HeadSpace heads, double? perplexity = null, int seed = 0)
    {
        var fit = AttentionNotebooks.TSne.Fit(heads, perplexity ?? Math.Min(30, (heads.Count - 1) / 3.0), seed);
        return Of("t-SNE", heads, fit.Coordinates, "first coordinate (no unit)", "second coordinate (no unit)",
            Invariant($"perplexity {fit.Perplexity:0.#}, seed {seed}, KL {fit.Divergence:0.000} nats"));
    }

    /// <summary>Two features as they are, in their own units.</summary>
    /// <param name="heads">Points or distances that the picture is measured against.</param>
    /// <param name="table">The same heads.</param>
    /// <param name="x">The horizontal feature.</param>
    /// <param name="y">The vertical feature.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    public static Projection Features(HeadSpace heads, AttentionNotebooks.HeadTable table, string x, string y) =>
        Of($"{x} × {y}", heads, [.. table.Column(x).Zip(table.Column(y), (a, b) => new[] { a, b })], x, y, "");

    private static Projection Of(string method, HeadSpace heads, double[][] xy, string x, string y, string facts)
    {
        int neighbours = Math.Max(1, Math.Min(Neighbours, (heads.Count - 1) / 2));
        var plane = HeadSpace.Euclidean(xy);
        return new Projection(method, xy, x, y, ProjectionQuality.Trustworthiness(heads.Distances, plane, neighbours),
            ProjectionQuality.Continuity(heads.Distances, plane, neighbours), ProjectionQuality.ScaledStress(heads.Distances, plane),
                facts);
    }
}
