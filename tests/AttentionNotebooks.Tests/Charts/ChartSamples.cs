using System.Text.Json;

namespace AttentionNotebooks.Tests.Charts;

/// <summary>A BERT-base-sized table and clustering with known values, and short ways into a figure's JSON.</summary>
internal static class ChartSamples
{
    public static readonly HeadGrid Grid = new(12, 12);

    /// <summary><c>position</c> is 0…143 in the grid's order, <c>signed</c> is −71.5…71.5, <c>layer</c> the head's layer.</summary>
    public static readonly HeadTable Table = new(Grid, ["position", "signed", "layer"],
    [
        [.. Enumerable.Range(0, 144).Select(i => (double)i)],
        [.. Enumerable.Range(0, 144).Select(i => i - 71.5)],
        [.. Enumerable.Range(0, 144).Select(i => (double)(i / 12))],
    ], texts: 97);

    /// <summary>Layers 0–5 are cluster 0, layers 6–9 cluster 1, layers 10 and 11 cluster 2.</summary>
    public static readonly HeadClustering Sample =
        Cluster(Table, [.. Enumerable.Range(0, 144).Select(i => i < 72 ? 0 : i < 120 ? 1 : 2)], ["low <b>", "middle", "high"]);

    public static HeadClustering Cluster(HeadTable table, int[] labels, string[] names)
    {
        double[][] points = [.. Enumerable.Range(0, table.Grid.Count)
            .Select(i => table.Features.Select(f => table.Column(f)[i]).ToArray())];
        var clusters = names.Select((name, number) =>
        {
            int[] members = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == number)];
            var means = table.Features.ToDictionary(f => f, f => members.Average(i => table.Column(f)[i]));
            return new HeadCluster(number, name, $"evidence {number} & <more>", [.. members.Select(i => table.Grid[i])], means,
                [.. table.Features.Select(f => means[f])]);
        });
        double[] silhouettes = [.. Enumerable.Range(0, labels.Length).Select(i => i % 10 / 10.0 - 0.2)];
        return new HeadClustering(table, Scaling.None, points, labels, [.. clusters], 1, silhouettes);
    }

    public static float[,] Map(int n)
    {
        var map = new float[n, n];
        for (int i = 0; i < n; i++) map[i, (i + 1) % n] = 1;
        return map;
    }

    public static string[] Tokens(int n) =>
        [.. Enumerable.Range(0, n).Select(i => i == 0 ? "[CLS]" : i == n - 1 ? "[SEP]" : i % 2 == 0 ? "the" : "a<b")];

    public static JsonElement Data(this Figure figure, int trace = 0) => JsonDocument.Parse(figure.DataJson).RootElement[trace];

    public static JsonElement[] AllData(this Figure figure) => [.. JsonDocument.Parse(figure.DataJson).RootElement.EnumerateArray()];

    public static JsonElement Layout(this Figure figure) => JsonDocument.Parse(figure.LayoutJson).RootElement;

    public static JsonElement At(this JsonElement element, string path) =>
        path.Split('.').Aggregate(element, (e, name) => e.GetProperty(name));

    public static double[] Numbers(this JsonElement element) =>
        [.. element.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Null ? double.NaN : e.GetDouble())];

    public static string[] Texts(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetString()!)];

    public static double[][] Matrix(this JsonElement element) => [.. element.EnumerateArray().Select(Numbers)];
}
