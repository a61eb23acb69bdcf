namespace AttentionNotebooks;

/// <summary>
/// Heads × features: what flows on from attention to clusters, functions and calibration. A value is the mean over
/// texts of the head's value in each text; the spread over texts is kept beside it. Immutable.
/// </summary>
public sealed class HeadTable
{
    private readonly string[] _features;
    private readonly double[][] _values;     // [feature][head position]
    private readonly double[]?[] _deviations; // [feature][head position], null where unknown

    /// <summary>Creates a table.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="features">Feature names, each once.</param>
    /// <param name="values">Per feature, one value per head in the grid's order.</param>
    /// <param name="deviations">Per feature, the standard deviation over texts, or <see langword="null"/> where it is not known.</param>
    /// <param name="texts">Number of texts behind the means; 0 where it is not known.</param>
    /// <param name="notes">What a reader of the numbers must know beside them.</param>
    /// <exception cref="ArgumentException">The lengths do not fit one another, or a name occurs twice.</exception>
    public HeadTable(HeadGrid grid, IReadOnlyList<string> features, IReadOnlyList<double[]> values, IReadOnlyList<double[]?>? deviations = null, int texts = 0, IReadOnlyList<TableNote>? notes = null)
    {
        if (features.Count != values.Count) throw new ArgumentException($"{features.Count} names for {values.Count} columns", nameof(values));
        if (features.Distinct().Count() != features.Count) throw new ArgumentException("a feature name occurs twice", nameof(features));
        if (values.Any(v => v.Length != grid.Count)) throw new ArgumentException($"a column does not have {grid.Count} values", nameof(values));
        Grid = grid;
        Texts = texts;
        Notes = notes ?? [];
        _features = [.. features];
        _values = [.. values];
        _deviations = deviations is null ? new double[]?[values.Count] : [.. deviations];
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Features => _features;

    /// <summary>Number of texts behind the means; 0 where it is not known, as after reading a CSV file.</summary>
    public int Texts { get; }

    /// <summary>
    /// What the numbers do not show and their reader must know: heads that are constant, texts too short for a feature, rows of
    /// saved maps that did not sum to 1. Empty where there is nothing to tell, or where the table's origin is not known.
    /// </summary>
    public IReadOnlyList<TableNote> Notes { get; }

    /// <summary>One value.</summary>
    /// <param name="head">The head.</param>
    /// <param name="feature">The feature's name.</param>
    /// <exception cref="InputException">There is no such head or feature.</exception>
    public double this[Head head, string feature] => Column(feature)[Grid.PositionOf(head)];

    /// <summary>One value.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="head">The head within the layer, from 0.</param>
    /// <param name="feature">The feature's name.</param>
    /// <exception cref="InputException">There is no such head or feature.</exception>
    public double this[int layer, int head, string feature] => this[new Head(layer, head), feature];

    /// <summary>A feature's values in the grid's order. Not a copy: do not write to it.</summary>
    /// <param name="feature">The feature's name.</param>
    /// <exception cref="InputException">There is no such feature; the message names the nearest one.</exception>
    public double[] Column(string feature) => _values[Position(feature)];

    /// <summary>A feature's standard deviation over texts (population), in the grid's order, or <see langword="null"/> where it is not known.</summary>
    /// <param name="feature">The feature's name.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    public double[]? Deviation(string feature) => _deviations[Position(feature)];

    /// <summary>The table with these columns only, in this order.</summary>
    /// <param name="features">Feature names.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    public HeadTable Select(params IReadOnlyList<string> features)
    {
        int[] positions = [.. features.Select(Position)];
        return new HeadTable(Grid, features, [.. positions.Select(p => _values[p])], [.. positions.Select(p => _deviations[p])], Texts, NotesAbout(features));
    }

    /// <summary>The table with one more column, or with that column replaced.</summary>
    /// <param name="feature">The new column's name.</param>
    /// <param name="values">One value per head in the grid's order.</param>
    /// <param name="deviations">The standard deviation over texts, if known.</param>
    public HeadTable With(string feature, double[] values, double[]? deviations = null)
    {
        int[] kept = [.. Enumerable.Range(0, _features.Length).Where(i => _features[i] != feature)];
        return new HeadTable(Grid, [.. kept.Select(i => _features[i]), feature], [.. kept.Select(i => _values[i]), values],
            [.. kept.Select(i => _deviations[i]), deviations], Texts, NotesAbout([.. kept.Select(i => _features[i])]));
    }

    /// <summary>The heads that score highest on a feature, the highest first; ties in the grid's order.</summary>
    /// <param name="feature">The feature's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    public IReadOnlyList<(Head Head, double Value)> Highest(string feature, int count = 5) => Ranked(feature, count, -1);

    /// <summary>The heads that score lowest on a feature, the lowest first; ties in the grid's order.</summary>
    /// <param name="feature">The feature's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    public IReadOnlyList<(Head Head, double Value)> Lowest(string feature, int count = 5) => Ranked(feature, count, +1);

    private List<(Head, double)> Ranked(string feature, int count, int sign)
    {
        var column = Column(feature);
        return [.. Enumerable.Range(0, Grid.Count).OrderBy(i => sign * column[i]).Take(count).Select(i => (Grid[i], column[i]))];
    }

    /// <summary>The table with these notes.</summary>
    internal HeadTable Noted(IReadOnlyList<TableNote> notes) => notes.Count == 0 ? this : new HeadTable(Grid, _features, _values, _deviations, Texts, notes);

    /// <summary>Refuses to let a number that is none into a file.</summary>
    /// <param name="file">The file that would be written.</param>
    /// <exception cref="InputException">A value is NaN or infinite.</exception>
    internal void RequireNumbers(string file)
    {
        for (int f = 0; f < _features.Length; f++)
            if (Array.FindIndex(_values[f], v => !double.IsFinite(v)) is >= 0 and int at)
                throw new InputException(file, FormattableString.Invariant($"feature {_features[f]}, head {Grid[at]}"), FormattableString.Invariant($"would hold {_values[f][at]}"), "Leave the feature out, or repair what computes it");
    }

    private TableNote[] NotesAbout(IReadOnlyCollection<string> features) => [.. Notes.Select(n => n.About(features)).OfType<TableNote>()];

    private int Position(string feature)
    {
        int at = Array.IndexOf(_features, feature);
        return at >= 0 ? at : throw Spelling.Unknown("feature", feature, _features);
    }
}
