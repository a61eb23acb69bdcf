namespace AttentionNotebooks;

/// <summary>
/// The features of every head in every text, to draw texts from: what a head table is the mean of. Small for the hundreds of texts that head
/// tables are made from (texts × heads × features floats), and what is needed to ask whether other texts would have given
/// other clusters. Immutable.
/// </summary>
public sealed class TextSample
{
    private const string MakeAgain = "Write it with attn text-features";
    private readonly float[][] _values; // [feature][text · heads + head position]

    private TextSample(HeadGrid grid, int texts, string[] features, float[][] values)
    {
        Grid = grid;
        Texts = texts;
        Features = features;
        _values = values;
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>Number of texts.</summary>
    public int Texts { get; }

    /// <summary>The names of the features.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>What the values do not show, as beside a head table of the same texts.</summary>
    public IReadOnlyList<TableNote> Notes { get; private init; } = [];

    /// <summary>Computes the features of every head in every text of a source.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="features">What to compute; <see cref="StandardFeatures.ForClustering"/> when omitted.</param>
    /// <param name="options">Batch size.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">A map is broken, or a feature gives something other than one finite number per text and head.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextSample Of(IAttentionSource source, IReadOnlyList<HeadFeature>? features = null, VisitOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        features ??= [.. StandardFeatures.ForClustering.Select(StandardFeatures.Get)];
        return Of(source.Record(features, options, progress, cancellation));
    }

    /// <summary>Takes recorded values to draw from.</summary>
    /// <param name="values">The features of every head in every text.</param>
    /// <exception cref="InputException">A feature is one of all texts together and has no value in a single text.</exception>
    public static TextSample Of(TextValues values)
    {
        int texts = values.Texts.Count, heads = values.Grid.Count;
        string[] names = [.. values.Features.Select(f => f.Name)];
        return new TextSample(values.Grid, texts, names, [.. names.Select(name =>
        {
            var column = new float[texts * heads];
            for (int t = 0; t < texts; t++)
            {
                var row = values.Row(t, name);
                for (int h = 0; h < heads; h++) column[t * heads + h] = (float)row[h];
            }
            return column;
        })]) { Notes = values.ToTable().Notes };
    }

    /// <summary>The mean over some of the texts; one may be named repeatedly.</summary>
    /// <param name="texts">Their positions, at least one.</param>
    public HeadTable Mean(IReadOnlyCollection<int> texts)
    {
        int heads = Grid.Count;
        return new HeadTable(Grid, Features, [.. _values.Select(v =>
        {
            var mean = new double[heads];
            foreach (int t in texts)
                for (int h = 0; h < heads; h++) mean[h] += v[t * heads + h];
            for (int h = 0; h < heads; h++) mean[h] /= texts.Count;
            return mean;
        })], texts: texts.Count);
    }

    /// <summary>The mean over all texts.</summary>
    public HeadTable ToTable() => Mean([.. Enumerable.Range(0, Texts)]);

    /// <summary>The mean over as many texts, drawn with replacement (Efron 1979).</summary>
    /// <param name="seed">Decides the draw.</param>
    public HeadTable Resample(int seed)
    {
        return Mean(Bootstrap.Draw(Texts, new Random(seed)));
    }

    /// <summary>The texts in two halves at random: clusters of the one can be tested on the other.</summary>
    /// <param name="seed">Decides the halves.</param>
    /// <exception cref="InputException">There are fewer than two texts.</exception>
    public (HeadTable First, HeadTable Second) Halves(int seed)
    {
        if (Texts < 2) throw new InputException("texts", null, $"cannot be halved: there is {Texts}", "Give at least two");
        int[] order = [.. Enumerable.Range(0, Texts)];
        new Random(seed).Shuffle(order);
        return (Mean(order[..(Texts / 2)]), Mean(order[(Texts / 2)..]));
    }

    /// <summary>Writes one entry per feature, <c>[texts, layers, heads]</c> float32, in NumPy's .npz format.</summary>
    /// <param name="file">The file; it holds all or is as it was. Notes go beside it (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file)
    {
        Npz.Write(file, Features.Select((f, i) => (f, (Action<Stream>)(s => NpyArray.Write(s, [Texts, Grid.Layers, Grid.Heads], _values[i])))));
        TableNotesFile.Write(file, Notes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InputException">It is missing or broken, its entries have different shapes, or a value is not finite.</exception>
    public static TextSample Read(string file)
    {
        var names = new List<string>();
        var values = new List<float[]>();
        int[]? shape = null;
        foreach (var (name, array) in Npz.Read(file, MakeAgain))
        {
            if (array.Shape.Length != 3 || array.Shape.Any(d => d < 1)) throw new InputException(file, $"entry {name}", $"has shape [{string.Join(", ", array.Shape)}] instead of [texts, layers, heads]", MakeAgain);
            if (shape is not null && !shape.SequenceEqual(array.Shape)) throw new InputException(file, $"entry {name}", $"has shape [{string.Join(", ", array.Shape)}], the entries before it [{string.Join(", ", shape)}]", MakeAgain);
            if (array.Values.Any(v => !double.IsFinite(v))) throw new InputException(file, $"entry {name}", "holds NaN or infinity", MakeAgain);
            shape = array.Shape;
            names.Add(name);
            values.Add([.. array.Values.Select(v => (float)v)]);
        }
        return shape is null ? throw new InputException(file, null, "holds no feature", MakeAgain)
            : new TextSample(new HeadGrid(shape[1], shape[2]), shape[0], [.. names], [.. values]) { Notes = TableNotesFile.Read(file) };
    }
}
