namespace AttentionNotebooks;

/// <summary>
/// Heads × measures: what flows on from attention to clusters, functions and calibration. A value is the mean over
/// texts of the head's value in each text. The table knows where it comes from. Immutable.
/// </summary>
/// <example><code>
/// var bert = HeadTable.Read(Kit.DataPath("bert-base/heads.csv"));
/// double far = bert[7, 9, "mean_distance"];           // layer 7, head 9, both counted from 0
/// var entropy = bert.Column("entropy");               // 144 values, in nats
/// Head top = bert.Top("previous");                    // the head that looks most at the previous token
/// bert.With("doubled", entropy.Unit, [.. entropy.Select(x => 2 * x)])
/// </code></example>
public sealed class HeadTable
{
    private readonly HeadColumn[] _columns;
    private readonly string[] _names;

    /// <summary>Creates a table.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="columns">The columns, each name once.</param>
    /// <param name="texts">Number of texts behind the means; 0 where it is not known.</param>
    /// <param name="notes">What a reader of the numbers must know beside them.</param>
    /// <param name="from">Where the table comes from, if that is known.</param>
    /// <exception cref="ArgumentException">A column does not fit the grid, or a name occurs twice.</exception>
    public HeadTable(HeadGrid grid, IReadOnlyList<HeadColumn> columns, int texts = 0, IReadOnlyList<TableNote>? notes = null,
        Provenance? from = null)
    {
        _columns = [.. columns];
        _names = [.. columns.Select(c => c.Name)];
        if (_names.Distinct().Count() != _names.Length) throw new ArgumentException("a feature name occurs twice", nameof(columns));
        if (_columns.Any(c => c.Count != grid.Count))
            throw new ArgumentException($"a column does not have {grid.Count} values", nameof(columns));
        (Grid, Texts, Notes, From) = (grid, texts, notes ?? [], from);
    }

    /// <summary>
    /// Creates a table of columns that carry only names; their units and formulas are those of the measures of these names.
    /// </summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="features">The columns' names, each once.</param>
    /// <param name="values">Per column, one value per head in the grid's order.</param>
    /// <param name="texts">Number of texts behind the means; 0 where it is not known.</param>
    /// <exception cref="ArgumentException">The lengths do not fit one another, or a name occurs twice.</exception>
    public HeadTable(HeadGrid grid, IReadOnlyList<string> features, IReadOnlyList<double[]> values, int texts = 0)
        : this(grid, Columned(features, values), texts) { }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<HeadColumn> Columns => _columns;

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Features => _names;

    /// <summary>Number of texts behind the means; 0 where it is not known, as after reading a CSV file.</summary>
    public int Texts { get; }

    /// <summary>Where the table comes from; <see langword="null"/> where it is not known.</summary>
    public Provenance? From { get; }

    /// <summary>
    /// What the numbers do not show and their reader must know: heads that are constant, texts too short for a feature, rows of
    /// saved maps that did not sum to 1. Empty where there is nothing to say, or where the table's origin is not known.
    /// </summary>
    public IReadOnlyList<TableNote> Notes { get; }

    /// <summary>One value.</summary>
    /// <param name="feature">The column's name.</param>
    /// <exception cref="InputException">There is no such head or column.</exception>
    public double this[Head head, string feature] => Column(feature)[Grid.PositionOf(head)];

    /// <summary>One value.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="head">The head within the layer, from 0.</param>
    /// <param name="feature">The column's name.</param>
    /// <exception cref="InputException">There is no such head or column.</exception>
    public double this[int layer, int head, string feature] => this[new Head(layer, head), feature];

    /// <summary>A column: its values in the grid's order, and what they are.</summary>
    /// <param name="name">The column's name.</param>
    /// <exception cref="InputException">There is no such column; the message names the nearest one.</exception>
    public HeadColumn Column(string name)
    {
        int at = Array.IndexOf(_names, name);
        return at >= 0 ? _columns[at] : throw Spelling.Unknown("feature", name, _names);
    }

    /// <summary>The table with these columns only, in this order.</summary>
    /// <param name="features">The columns' names.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public HeadTable Select(params IReadOnlyList<string> features) =>
        new(Grid, [.. features.Select(Column)], Texts, NotesAbout(features), From);

    /// <summary>The table with one more column, or with that column replaced.</summary>
    public HeadTable With(HeadColumn column)
    {
        HeadColumn[] kept = [.. _columns.Where(c => c.Name != column.Name)];
        return new HeadTable(Grid, [.. kept, column], Texts, NotesAbout([.. kept.Select(c => c.Name)]), From);
    }

    /// <summary>The table with one more column, or with that column replaced; its unit is that of the measure of this name.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One value per head in the grid's order.</param>
    public HeadTable With(string name, double[] values) => With(new HeadColumn(name, values));

    /// <summary>The table with a column of the user's own.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One value per head in the grid's order.</param>
    public HeadTable With(string name, string unit, double[] values) => With(new HeadColumn(name, unit, values));

    /// <summary>The table with the columns of another of the same model.</summary>
    /// <param name="other">The other table; where a name is in both, its column is taken.</param>
    /// <exception cref="InputException">The tables do not belong together.</exception>
    public HeadTable With(HeadTable other)
    {
        RequireSame(("this table", this), ("the other", other));
        return other.Columns.Aggregate(this, (t, column) => t.With(column));
    }

    /// <summary>The head that scores highest in a column; the first in the grid's order of those that share the place.</summary>
    /// <param name="feature">The column's name.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public Head Top(string feature) => Highest(feature, 1)[0].Head;

    /// <summary>The heads that score highest in a column, the highest first; ties in the grid's order.</summary>
    /// <param name="feature">The column's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public IReadOnlyList<(Head Head, double Value)> Highest(string feature, int count = 5) => Ranked(feature, count, -1);

    /// <summary>The heads that score lowest in a column, the lowest first; ties in the grid's order.</summary>
    /// <param name="feature">The column's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InputException">There is no such column.</exception>
    public IReadOnlyList<(Head Head, double Value)> Lowest(string feature, int count = 5) => Ranked(feature, count, +1);

    /// <summary>Reads a table with what stands beside it: notes, provenance, and what the columns are.</summary>
    /// <param name="file">The file: .csv, .parquet or .npz.</param>
    /// <exception cref="InputException">
    /// Its name ends otherwise, it is missing or holds no head table, or its notes are damaged.
    /// </exception>
    public static HeadTable Read(string file) => HeadTableFile.Read(file);

    /// <summary>
    /// Writes the table in the format that the file's name asks for. What the numbers do not show goes beside it
    /// (<see cref="TableNotesFile"/>).
    /// </summary>
    /// <param name="file">The file: .csv, .parquet or .npz. It holds the whole table or is as it was.</param>
    /// <exception cref="InputException">
    /// Its name ends otherwise, the folder cannot be written to, or a value is NaN or infinite.
    /// </exception>
    public void Write(string file) => HeadTableFile.Write(this, file);

    /// <summary>The table as CSV: <c>layer,head,&lt;columns…&gt;</c>, a row per head, numbers that read back to the same bits.</summary>
    public string ToCsv() => HeadTableCsv.Of(this);

    /// <summary>Refuses a file whose name ends in no format that is written: to be asked before hours of work.</summary>
    /// <exception cref="InputException">It does.</exception>
    public static void RequireFormat(string file) => HeadTableFile.FormatOf(file);

    /// <summary>Refuses tables that do not belong together: of other heads, or of models that are known and differ.</summary>
    /// <param name="tables">What each table is called in the message, such as its file; two at least.</param>
    /// <exception cref="InputException">They do not belong together.</exception>
    public static void RequireSame(params (string Name, HeadTable Table)[] tables) =>
        Provenance.RequireSame([.. tables.Select(t => (t.Name, t.Table.Grid, t.Table.From))]);

    /// <summary>The table with where it comes from.</summary>
    /// <param name="from">Its provenance; <see langword="null"/> where it is not known.</param>
    public HeadTable Of(Provenance? from) => new(Grid, _columns, Texts, Notes, from);

    private List<(Head, double)> Ranked(string feature, int count, int sign)
    {
        var column = Column(feature);
        return [.. Enumerable.Range(0, Grid.Count).OrderBy(i => sign * column[i]).Take(count).Select(i => (Grid[i], column[i]))];
    }

    /// <summary>Refuses to let NaN or infinity into a file.</summary>
    /// <param name="file">The file that would be written.</param>
    /// <exception cref="InputException">A value is NaN or infinite.</exception>
    internal void RequireNumbers(string file)
    {
        foreach (var column in _columns)
            if (Array.FindIndex(column.Values, v => !double.IsFinite(v)) is >= 0 and int at)
                throw new InputException(file, FormattableString.Invariant($"feature {column.Name}, head {Grid[at]}"),
                    FormattableString.Invariant($"would hold {column[at]}"), "Leave the feature out, or repair what computes it");
    }

    private TableNote[] NotesAbout(IReadOnlyCollection<string> features) => [.. Notes.Select(n => n.About(features)).OfType<TableNote>()];

    private static HeadColumn[] Columned(IReadOnlyList<string> features, IReadOnlyList<double[]> values) => features.Count == values.Count
        ? [.. features.Zip(values, (f, v) => new HeadColumn(f, v))]
        : throw new ArgumentException($"{features.Count} names for {values.Count} columns", nameof(values));
}
