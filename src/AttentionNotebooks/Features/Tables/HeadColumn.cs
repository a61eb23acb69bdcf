using System.Collections;

namespace AttentionNotebooks;

/// <summary>
/// One number per head, <c>[layers · heads]</c> in the grid's order, with what it is: name, unit, formula, source and kind.
/// Where the value of every text is known, texts can be drawn again. It reads like an array of numbers. Immutable.
/// </summary>
public sealed record HeadColumn : IReadOnlyList<double>
{
    /// <summary>A column whose unit and formula are those of the measure of this name, if the kit knows one.</summary>
    /// <param name="values">One value per head in the grid's order.</param>
    public HeadColumn(string name, double[] values) : this(KnownColumns.Of(name), values) { }

    /// <summary>A column of the user's own.</summary>
    /// <param name="values">One value per head in the grid's order.</param>
    public HeadColumn(string name, string unit, double[] values)
        : this(new ColumnInfo(name, unit, "user-defined", "user", MeasureKind.User), values) { }

    /// <summary>A column.</summary>
    /// <param name="info">What it is.</param>
    /// <param name="values">One value per head in the grid's order.</param>
    public HeadColumn(ColumnInfo info, double[] values) => (Info, Values) = (info, values);

    /// <summary>The column of values per text: a head's value is Σ value / Σ weight over the texts.</summary>
    /// <param name="info">What it is.</param>
    /// <param name="perText"><c>[text][head position]</c>, at least one text; a text's value times its weight.</param>
    /// <param name="weights">Each text's weight; 1 each when omitted.</param>
    public static HeadColumn OfTexts(ColumnInfo info, IReadOnlyList<double[]> perText, IReadOnlyList<double>? weights = null)
    {
        var column = new HeadColumn(info, []) { PerText = perText, TextWeights = weights };
        return column with { Values = column.Over([.. Enumerable.Range(0, perText.Count)]) };
    }

    /// <summary>What it is.</summary>
    public ColumnInfo Info { get; init; }

    /// <summary>Its name in tables and files.</summary>
    public string Name => Info.Name;

    /// <summary>Its unit; empty where it is not known.</summary>
    public string Unit => Info.Unit;

    /// <summary>The formula.</summary>
    public string Definition => Info.Definition;

    /// <summary>Who defined it.</summary>
    public string Source => Info.Source;

    /// <summary>What it says about a head.</summary>
    public MeasureKind Kind => Info.Kind;

    /// <summary>One value per head in the grid's order. Not a copy: do not write to it.</summary>
    public double[] Values { get; init; }

    /// <summary>The standard deviation over texts (population) of each head; <see langword="null"/> where it is not known.</summary>
    public double[]? Spread { get; init; }

    /// <summary>The value of every text, <c>[text][head position]</c>, NaN where a text has none; <see langword="null"/> where it is not
    /// known.</summary>
    public IReadOnlyList<double[]>? PerText { get; init; }

    /// <summary>Each text's weight; <see langword="null"/> where all weigh the same.</summary>
    public IReadOnlyList<double>? TextWeights { get; init; }

    /// <summary>How many heads there are.</summary>
    public int Count => Values.Length;

    /// <summary>The value of the head at a position of the grid's order.</summary>
    /// <param name="index">The position.</param>
    public double this[int index] => Values[index];

    /// <summary>The values that a choice of texts gives, which may hold one more than once: Σ value / Σ weight over the texts that have
    /// one.</summary>
    /// <param name="texts">Positions of texts, at least one.</param>
    /// <exception cref="InputException">The values of the texts are not known.</exception>
    public double[] Over(IReadOnlyList<int> texts)
    {
        if (PerText is null)
            throw new InputException($"measure \"{Name}\"", null, "has no values per text",
                "Measure it on texts instead of reading it from a table");
        double[] sums = new double[PerText[0].Length], weights = new double[sums.Length];
        foreach (int text in texts)
        {
            double weight = TextWeights?[text] ?? 1;
            var values = PerText[text];
            for (int h = 0; h < sums.Length; h++)
            {
                if (double.IsNaN(values[h])) continue;
                sums[h] += values[h];
                weights[h] += weight;
            }
        }
        for (int h = 0; h < sums.Length; h++) sums[h] /= weights[h];
        return sums;
    }

    /// <summary>The same with a value per item instead of per text: the mean of its texts that have one; they stand side by side and weigh
    /// the same.</summary>
    /// <param name="texts">How many texts an item has.</param>
    internal HeadColumn OfItems(int texts) => texts == 1 || PerText is null ? this : this with
    {
        PerText = [.. PerText.Chunk(texts).Select(item => Enumerable.Range(0, Count).Select(h =>
            item.Select(t => t[h]).Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average()).ToArray())],
    };

    /// <summary>The same numbers under another name.</summary>
    public HeadColumn Named(string name) => this with { Info = Info with { Name = name, Title = name } };

    /// <summary>The values as an array. Not a copy: do not write to it.</summary>
    public static implicit operator double[](HeadColumn column) => column.Values;

    /// <summary>Whether both are the same numbers of the same measure.</summary>
    /// <param name="other">The other column.</param>
    public bool Equals(HeadColumn? other) => other is not null && Info == other.Info && Values.AsSpan().SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Info, Values.Length);

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}{(Unit.Length > 0 ? $" [{Unit}]" : "")} of {Count} heads{(Definition.Length > 0 ? $" = {Definition}" : "")}";
}
