namespace AttentionNotebooks;

// Values per text as a file: one entry per feature, [texts, layers, heads] float32, in NumPy's .npz format.
public sealed partial class TextValues
{
    private const string MakeAgain = "Write it with attn text-features";

    /// <summary>Writes one entry per feature, <c>[texts, layers, heads]</c> float32, in NumPy's .npz format; NaN where a text has no
    /// value.</summary>
    /// <param name="file">The file; it holds all or is as it was. Notes and provenance go beside it (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to, or a feature has no value in a single text.</exception>
    public void Write(string file)
    {
        foreach (var f in Features) ColumnOf(f.Name);
        Npz.Write(file, Features.Select(f =>
            (f.Name, (Action<Stream>)(s => NpyArray.Write(s, [Texts.Count, Grid.Layers, Grid.Heads], Single(ColumnOf(f.Name)))))));
        TableNotesFile.Write(file, ToTable());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">It is missing or broken, its entries have different shapes, or a value is missing that must be
    /// there.</exception>
    public static TextValues Read(string file)
    {
        var entries = new List<(string Name, double[] Values)>();
        int[]? shape = null;
        var beside = TableNotesFile.ReadAll(file);
        bool MayLack(string name) => FeatureCatalogue.MayLack(name)
            || beside?.Notes.Any(n => n.Kind == NoteKind.NoValue && n.Features.Contains(name)) == true;
        foreach (var (name, array) in Npz.Read(file, MakeAgain))
        {
            InputException Bad(string problem) => new(file, $"entry {name}", problem, MakeAgain);
            string own = $"has shape [{string.Join(", ", array.Shape)}]";
            if (array.Shape.Length != 3 || array.Shape.Any(d => d < 1)) throw Bad($"{own} instead of [texts, layers, heads]");
            if (shape is not null && !shape.SequenceEqual(array.Shape))
                throw Bad($"{own}, the entries before it [{string.Join(", ", shape)}]");
            if (array.Values.Any(double.IsInfinity)) throw Bad("holds infinity");
            if (array.Values.Any(double.IsNaN) && !MayLack(name)) throw Bad("holds NaN");
            if (entries.Any(e => e.Name == name)) throw Bad("occurs twice");
            shape = array.Shape;
            entries.Add((name, array.Values));
        }
        if (shape is null) throw new InputException(file, null, "holds no feature", MakeAgain);
        var grid = new HeadGrid(shape[1], shape[2]);
        var values = new double[entries.Sum(e => e.Values.LongLength)];
        for (int t = 0, at = 0; t < shape[0]; t++)
            foreach (var (_, own) in entries)
                for (int h = 0; h < grid.Count; h++) values[at++] = (float)own[t * grid.Count + h];
        ColumnInfo Info(string name) => beside?.Columns.FirstOrDefault(c => c.Name == name) ?? KnownColumns.Of(name);
        AttentionText[] texts = [.. Enumerable.Range(0, shape[0]).Select(t => new AttentionText($"{t:000000}", 0, null))];
        return new TextValues(grid, [.. entries.Select(e => Info(e.Name))], texts, values, beside?.Notes ?? []) { From = beside?.From };
    }

    private float[] Single(int column)
    {
        var values = new float[Texts.Count * Grid.Count];
        for (int t = 0, at = 0; t < Texts.Count; t++)
            for (int h = 0; h < Grid.Count; h++) values[at++] = (float)_values[At(t, column, h)];
        return values;
    }
}
