using System.Text.Json;

namespace AttentionNotebooks.Tests.Clustering;

/// <summary>What NumPy, SciPy and scikit-learn computed (Golden/make.py), and the points that they computed it from.</summary>
internal static class Golden
{
    private static readonly JsonElement _root =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "AttentionNotebooks.Tests", "Clustering", "Golden",
            "golden.json"))).RootElement;

    /// <summary>The shipped table of the real BERT-base.</summary>
    public static HeadTable RealTable { get; } = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));

    /// <summary>Its 144 heads × 13 z-scored features, in the golden file's order of columns.</summary>
    public static double[][] Real { get; } = RealTable.Select(At("features").EnumerateArray().Select(f => f.GetString()!).ToArray())
        .Points(Scaling.ZScore);

    /// <summary>30 points in three overlapping groups.</summary>
    public static double[][] Small { get; } = Matrix("small");

    /// <summary>40 points in four groups that lie apart.</summary>
    public static double[][] Apart { get; } = Matrix("apart");

    public static JsonElement At(string path) => path.Split('.').Aggregate(_root, (e, name) => e.GetProperty(name));

    public static double Number(string path) => At(path).GetDouble();

    public static double[] Numbers(string path) => Numbers(At(path));

    public static int[] Labels(string path) => [.. At(path).EnumerateArray().Select(e => e.GetInt32())];

    public static double[][] Matrix(string path) => [.. At(path).EnumerateArray().Select(Numbers)];

    public static double[,] Square(JsonElement element)
    {
        double[][] rows = [.. element.EnumerateArray().Select(Numbers)];
        var square = new double[rows.Length, rows.Length];
        for (int i = 0; i < rows.Length; i++)
            for (int j = 0; j < rows.Length; j++) square[i, j] = rows[i][j];
        return square;
    }

    public static void Equal(double[][] expected, double[][] actual, double within)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            for (int j = 0; j < expected[i].Length; j++) Assert.Equal(expected[i][j], actual[i][j], within);
    }

    private static double[] Numbers(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetDouble())];
}
