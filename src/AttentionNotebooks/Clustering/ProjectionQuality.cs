namespace AttentionNotebooks;

/// <summary>How far a projection keeps the distances that it shows: measures of what it loses.</summary>
internal static class ProjectionQuality
{
    /// <summary>
    /// Trustworthiness, 1 − 2/(n·k·(2n − 3k − 1)) · Σ_i Σ_j (r(i, j) − k) over those j that are among i's k neighbours in
    /// the picture and not in the data, with r the rank of j in the data. 1: who is near in the picture is near. Venna and
    /// Kaski 2001.
    /// </summary>
    /// <param name="data">Distances in the data, <c>[heads, heads]</c>.</param>
    /// <param name="picture">Distances in the picture, <c>[heads, heads]</c>.</param>
    /// <param name="neighbours">k, less than half the heads.</param>
    /// <exception cref="InputException">There are too few heads for so many neighbours.</exception>
    public static double Trustworthiness(double[,] data, double[,] picture, int neighbours)
    {
        int n = data.GetLength(0);
        if (neighbours < 1 || neighbours >= n / 2.0)
            throw new InputException($"{neighbours} neighbours", null, $"are not fewer than half of {n} heads", "Choose fewer");
        double penalty = 0;
        for (int i = 0; i < n; i++)
        {
            int[] rank = Ranks(data, i);
            int[] shown = Ranks(picture, i);
            for (int j = 0; j < n; j++)
                if (j != i && shown[j] <= neighbours && rank[j] > neighbours) penalty += rank[j] - neighbours;
        }
        return 1 - 2.0 / (n * neighbours * (2.0 * n - 3 * neighbours - 1)) * penalty;
    }

    /// <summary>Continuity: the same with data and picture exchanged. 1: who is near is near in the picture.</summary>
    /// <param name="data">Distances in the data.</param>
    /// <param name="picture">Distances in the picture.</param>
    /// <param name="neighbours">k, less than half the heads.</param>
    /// <exception cref="InputException">There are too few heads for so many neighbours.</exception>
    public static double Continuity(double[,] data, double[,] picture, int neighbours) => Trustworthiness(picture, data, neighbours);

    /// <summary>Stress-1 after the picture is scaled by the one factor that makes it least, a picture's size being arbitrary: √(1 −
    /// (Σdδ)²/(Σd²·Σδ²)).</summary>
    /// <param name="data">Distances δ in the data.</param>
    /// <param name="picture">Distances d in the picture.</param>
    public static double ScaledStress(double[,] data, double[,] picture)
    {
        double both = 0, ofPicture = 0, ofData = 0;
        for (int i = 0; i < data.GetLength(0); i++)
            for (int j = 0; j < i; j++)
                (both, ofPicture, ofData) = (both + data[i, j] * picture[i, j], ofPicture + picture[i, j] * picture[i, j],
                    ofData + data[i, j] * data[i, j]);
        return Math.Sqrt(Math.Max(0, 1 - both * both / (ofPicture * ofData)));
    }

    // Per head its rank among the others by distance from head i, from 1; ties in the heads' order.
    private static int[] Ranks(double[,] distances, int i)
    {
        int n = distances.GetLength(0);
        var ranks = new int[n];
        int rank = 0;
        foreach (int j in Enumerable.Range(0, n).Where(j => j != i).OrderBy(j => distances[i, j])) ranks[j] = ++rank;
        return ranks;
    }
}
