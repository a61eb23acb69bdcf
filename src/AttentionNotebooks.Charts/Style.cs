using System.Globalization;

namespace AttentionNotebooks.Charts;

/// <summary>What all charts share: sizes, fonts, colours, and how labels are written.</summary>
internal static class Style
{
    /// <summary>Width of a chart in pixels: the text column of a notebook, and of a printed page.</summary>
    public const int Width = 800;

    /// <summary>Fonts of the system, so that a page needs none.</summary>
    public const string FontFamily = "-apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif";

    /// <summary>Text.</summary>
    public const string Ink = "#222222";

    /// <summary>Axis lines, ticks, secondary text.</summary>
    public const string Grey = "#767676";

    /// <summary>Grid lines.</summary>
    public const string Faint = "#E6E6E6";

    /// <summary>The one colour of charts that need one.</summary>
    public const string Accent = "#0072B2";

    /// <summary>The colour of what stands out against <see cref="Accent"/>.</summary>
    public const string Highlight = "#D55E00";

    // Okabe and Ito 2008, "Color Universal Design": these colours can be distinguished with every common colour vision. Their
    // yellow is too light for thin marks on white paper and their black is the text's, so yellow comes late and grey stands for
    // black.
    private static readonly string[] _qualitative =
        ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#7F7F7F"];

    // One more than there are colours, so that a pair of the two repeats only after 72 clusters.
    private static readonly string[] _symbols =
        ["circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "star", "x", "hexagon"];

    private static readonly string[] _dashes = ["solid", "dash", "dot", "dashdot", "longdash"];

    /// <summary>From nothing (paper) to much (ink) in equal steps of OKLab lightness: for amounts, from 0 on.</summary>
    public static readonly object[] InkScale =
        Scale("#FFFFFF", "#C1E7FF", "#82CCFE", "#51ADF3", "#388ED8", "#2D70B5", "#29548D", "#243B61", "#1D2433");

    /// <summary>Blue below, white at and orange above the middle, in equal steps of OKLab lightness on both sides.</summary>
    public static readonly object[] DivergingScale =
        Scale("#004D91", "#3479BE", "#73A6D9", "#B4D3F1", "#FFFFFF", "#EBC7AF", "#D0916C", "#B15A2E", "#842C03");

    /// <summary>The colour of the n-th cluster or series.</summary>
    /// <param name="n">From 0.</param>
    public static string Colour(int n) => _qualitative[n % _qualitative.Length];

    /// <summary>The symbol of the n-th cluster or series.</summary>
    /// <param name="n">From 0.</param>
    public static string Symbol(int n) => _symbols[n % _symbols.Length];

    /// <summary>The size of the n-th symbol in pixels: pointed ones are drawn larger, so that all look alike large.</summary>
    /// <param name="n">From 0.</param>
    public static int SymbolSize(int n) => Symbol(n) is "circle" or "square" ? 8 : Symbol(n) is "diamond" or "cross" or "x" or "hexagon" ? 9
        : 11;

    /// <summary>The outline of the n-th colour's marks: white parts marks that overlap, and grey keeps yellow apart from the
    /// paper.</summary>
    /// <param name="n">From 0.</param>
    public static string Outline(int n) => Colour(n) == "#F0E442" ? Grey : "#FFFFFF";

    /// <summary>The dash of the n-th series.</summary>
    /// <param name="n">From 0.</param>
    public static string Dash(int n) => _dashes[n % _dashes.Length];

    /// <summary>The colour, but see-through.</summary>
    /// <param name="colour">As #RRGGBB.</param>
    /// <param name="alpha">From 0 (not there) to 1.</param>
    public static string Fade(string colour, double alpha)
    {
        int rgb = int.Parse(colour.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"rgba({rgb >> 16},{(rgb >> 8) & 255},{rgb & 255},{alpha})");
    }

    /// <summary>Text as Plotly shows it literally: its labels are a small HTML.</summary>
    /// <param name="text">Any text.</param>
    public static string Label(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>A long label with line breaks between words.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="width">Characters per line.</param>
    public static string Wrapped(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (string word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > width) lines.Add("");
            lines[^1] += lines[^1].Length > 0 ? " " + word : word;
        }
        return string.Join("<br>", lines.Select(Label));
    }

    /// <summary>A token as people read it, cut when it would take the room of the map.</summary>
    public static string Token(string token)
    {
        string shown = TokenRoles.Shown(token);
        return Label(shown.Length <= 14 ? shown : shown[..13] + "…");
    }

    /// <summary>A name and its unit: <c>mean_distance (tokens)</c>.</summary>
    /// <param name="unit">The unit; may be empty.</param>
    public static string WithUnit(string name, string unit) => Label(unit.Length == 0 ? name : $"{name} ({unit})");

    /// <summary>A value for a caption or a label: three significant digits.</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "0" : "G3", CultureInfo.InvariantCulture).Replace("-", "−");

    /// <summary>d3's format for the numbers in the cells of a grid, by their largest size: at most four characters and a sign.</summary>
    /// <param name="largest">The largest absolute value.</param>
    public static string CellFormat(double largest) => largest < 10 ? ".2f" : largest < 100 ? ".1f" : ".0f";

    private static object[] Scale(params string[] colours) =>
        [.. colours.Select((c, i) => (object)new object[] { i / (colours.Length - 1.0), c })];
}
