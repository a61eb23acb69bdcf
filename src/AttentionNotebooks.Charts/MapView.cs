using System.Globalization;

namespace AttentionNotebooks.Charts;

/// <summary>What an attention map shows of a text: all of its tokens or some, with the weights as they are.</summary>
internal sealed class MapView
{
    // Above this, a line for every cell would weigh more than the map.
    private const int MostHovered = 40, Strongest = 2;

    private readonly double[,] map;
    private readonly IReadOnlyList<string> tokens;
    private readonly int[] shown;

    /// <summary>A view of the rows and columns of the tokens that <paramref name="keep"/> picks.</summary>
    /// <param name="map">The whole map, [T, T].</param>
    /// <param name="tokens">Its T tokens.</param>
    /// <param name="keep">Which of them are shown.</param>
    public MapView(double[,] map, IReadOnlyList<string> tokens, Func<string, bool> keep)
    {
        (this.map, this.tokens) = (map, tokens);
        shown = [.. Enumerable.Range(0, tokens.Count).Where(i => keep(tokens[i]))];
    }

    /// <summary>How many tokens are shown.</summary>
    public int Count => shown.Length;

    /// <summary>The weights, rows attend; as plotly.js wants them.</summary>
    public double?[][] Weights => Drawing.Rows(Part());

    /// <summary>The upper end of the colour scale.</summary>
    public double Largest => LargestOf(Part());

    /// <summary>The labels along an axis.</summary>
    public string[] Labels => [.. shown.Select(i => Style.Token(tokens[i]))];

    /// <summary>Labels with the position in the text, so that each is unique.</summary>
    public string[] Places => [.. shown.Select(i => string.Create(CultureInfo.InvariantCulture, $"{Style.Token(tokens[i])} {i}"))];

    /// <summary>For every cell, what is to be said of its row and of its column; <see langword="null"/> for a long text.</summary>
    public string[][]? Hover
    {
        get
        {
            if (tokens.Count > MostHovered) return null;
            string[] rows =
                [.. shown.Select(i => $"<br>row: {Label(i)} looks most at "
                + $"{string.Join(", ", shown.OrderByDescending(j => map[i, j]).Take(Strongest).Select(j => $"{Label(j)} "
                + $"{Weight(map[i, j])}"))}")];
            string[] columns = [.. shown.Select(j =>
                $"<br>column: {Label(j)} gets {Weight(shown.Average(i => map[i, j]))} on average, most from "
                + $"{Label(shown.MaxBy(i => map[i, j]))}")];
            return [.. rows.Select(r => columns.Select(c => r + c).ToArray())];
        }
    }

    /// <summary>Whether a token is one that only marks a text's ends or fills it up; [MASK] stands for a word and does not count.</summary>
    public static bool IsMarker(string token) => TokenRoles.Of(token).IsMarker();

    /// <summary>The upper end of a colour scale from 0: the largest weight, or 1 if there is no weight.</summary>
    /// <param name="map">Weights.</param>
    public static double LargestOf(double[,] map)
    {
        double largest = map.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0).Max();
        return largest > 0 ? largest : 1;
    }

    private string Label(int token) => Style.Token(tokens[token]);

    private static string Weight(double weight) => weight.ToString("0.00", CultureInfo.InvariantCulture);

    private double[,] Part()
    {
        var part = new double[Count, Count];
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < Count; j++) part[i, j] = map[shown[i], shown[j]];
        return part;
    }
}
