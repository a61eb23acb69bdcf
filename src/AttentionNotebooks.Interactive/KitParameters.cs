using System.Globalization;

namespace AttentionNotebooks;

// A C# kernel takes parameters by environment variable; `attn run --param k=v` sets them for the time of a run.
public static partial class Kit
{
    /// <summary>
    /// The folder that relative paths in parameters start from: where the user started the run. A runner sets it, since
    /// the current folder is the notebook's while cells run; in a live notebook nobody knows better than the current folder.
    /// </summary>
    internal static string? StartFolder { get; set; }

    /// <summary>A parameter of a notebook that is a whole number: the environment variable of that name.</summary>
    /// <param name="name">The variable's name; <c>attn run --param k=6</c> sets it.</param>
    /// <param name="standard">The value where nobody sets it.</param>
    /// <param name="least">The smallest allowed value.</param>
    /// <param name="most">The largest allowed value.</param>
    /// <exception cref="InputException">The value is not a whole number, or not in the range.</exception>
    /// <example><code>int k = Kit.Parameter("k", 4, least: 2, most: 20);</code></example>
    public static int Parameter(string name, int standard, int least = int.MinValue, int most = int.MaxValue)
    {
        string allowed = "a whole number" + Range(least, most, least > int.MinValue, most < int.MaxValue);
        int value = Given(name) is not { } given ? standard
            : int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int read) ? read
            : throw NotAllowed(name, given, allowed);
        return value >= least && value <= most ? value : throw NotAllowed(name, Text(value), allowed);
    }

    /// <summary>A parameter that is one of a few whole numbers.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="standard">The value where nobody sets it.</param>
    /// <param name="allowed">All allowed values.</param>
    /// <exception cref="InputException">The value is not among them.</exception>
    public static int Parameter(string name, int standard, IReadOnlyList<int> allowed)
    {
        string list = OneOf(allowed.Select(a => Text(a)));
        int value = Given(name) is not { } given ? standard
            : int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int read) ? read
            : throw NotAllowed(name, given, list);
        return allowed.Contains(value) ? value : throw NotAllowed(name, Text(value), list);
    }

    /// <summary>A parameter that is a number, written with a point: <c>0.03</c> or <c>3e-2</c>.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="standard">The value where nobody sets it.</param>
    /// <param name="least">The smallest allowed value.</param>
    /// <param name="most">The largest allowed value.</param>
    /// <exception cref="InputException">The value is not a finite number, or not in the range.</exception>
    public static double Parameter(
        string name, double standard, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        string allowed = "a number" + Range(least, most, double.IsFinite(least), double.IsFinite(most));
        double value = Given(name) is not { } given ? standard
            : double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double read) && double.IsFinite(read) ? read
            : throw NotAllowed(name, given, allowed);
        return value >= least && value <= most ? value : throw NotAllowed(name, Text(value), allowed);
    }

    /// <summary>A parameter that is a text.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="standard">The value where nobody sets it.</param>
    /// <param name="allowed">All allowed values; any value is allowed where the list is empty.</param>
    /// <exception cref="InputException">The value is not among those allowed.</exception>
    /// <example><code>string precision = Kit.Parameter("precision", "float32", ["float32", "bfloat16"]);</code></example>
    public static string Parameter(string name, string standard, params IReadOnlyList<string> allowed)
    {
        string value = Given(name) ?? standard;
        bool good = allowed.Count == 0 || allowed.Contains(value, StringComparer.Ordinal);
        return good ? value : throw NotAllowed(name, value, OneOf(allowed));
    }

    /// <summary>A parameter that is <c>true</c> or <c>false</c>.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="standard">The value where nobody sets it.</param>
    /// <exception cref="InputException">The value is neither.</exception>
    public static bool Parameter(string name, bool standard) =>
        Given(name) is not { } given ? standard
            : bool.TryParse(given, out bool value) ? value
            : throw NotAllowed(name, given, "true or false");

    /// <summary>
    /// A parameter that is the path of a file or folder. A relative path starts from the folder where the user started
    /// <c>attn run</c>, not from the notebook's.
    /// </summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="standard">The path where nobody sets it, such as <c>Kit.DataPath("treebank/demo.conllu")</c>.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="InputException">There is no such file or folder.</exception>
    public static string PathParameter(string name, string standard)
    {
        if (Given(name) is not { } given) return Path.GetFullPath(standard);
        string path = FromStart(given);
        return given.Length > 0 && Path.Exists(path) ? path
            : throw NotAllowed(name, given, $"a file or folder that exists; relative paths start from {Base}");
    }

    private static string? Given(string name) => Environment.GetEnvironmentVariable(name);

    private static string Base => StartFolder ?? Environment.CurrentDirectory;

    private static string FromStart(string path) => Path.GetFullPath(path, Base);

    private static string Range(double least, double most, bool above, bool below) => (above, below) switch
    {
        (true, true) => $" from {Text(least)} to {Text(most)}",
        (true, false) => $" of at least {Text(least)}",
        (false, true) => $" of at most {Text(most)}",
        _ => "",
    };

    private static string OneOf(IEnumerable<string> allowed) => $"one of {string.Join(", ", allowed)}";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static InputException NotAllowed(string name, string value, string allowed) =>
        new($"parameter {name}", null, $"cannot be \"{value}\"", $"Give {allowed}");
}
