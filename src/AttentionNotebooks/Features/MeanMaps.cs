using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The mean attention map of every head over texts of different lengths, on a common grid of positions from the text's
/// beginning (0) to its end (1): what a head, or the average of a cluster, looks like. A bin's row is the mean over the
/// queries in it, a bin's column the sum over the keys in it, so rows sum to 1 as in any map. Immutable.
/// </summary>
public sealed class MeanMaps
{
    /// <summary>Bins by default: about the tokens of a sentence, so that a neighbour is about a bin away.</summary>
    public const int DefaultBins = 24;

    private const string MakeAgain = "Make it again from the maps";
    private readonly float[] _values; // [heads, bins, bins]

    private MeanMaps(HeadGrid grid, int bins, float[] values)
    {
        Grid = grid;
        Bins = bins;
        _values = values;
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>Bins along each side.</summary>
    public int Bins { get; }

    /// <summary>What the maps do not show: heads that are uniform or look at one key in every text, rows of saved maps that do not sum to
    /// 1.</summary>
    public IReadOnlyList<TableNote> Notes { get; private init; } = [];

    /// <summary>What stands at the axes: each bin's place in the text, in per cent.</summary>
    public IReadOnlyList<string> Labels => [.. Enumerable.Range(0, Bins)
        .Select(b => FormattableString.Invariant($"{100.0 * (b + 0.5) / Bins:0} %"))];

    /// <summary>One head's mean map, <c>[bins, bins]</c>.</summary>
    /// <exception cref="InputException">There is no such head.</exception>
    public float[,] this[Head head] => Mean([head]);

    /// <summary>The mean over some heads, such as those of a cluster, <c>[bins, bins]</c>.</summary>
    /// <param name="heads">The heads, at least one.</param>
    /// <exception cref="InputException">There is no such head.</exception>
    public float[,] Mean(IReadOnlyCollection<Head> heads)
    {
        var mean = new float[Bins, Bins];
        foreach (var head in heads)
        {
            int at = Grid.PositionOf(head) * Bins * Bins;
            for (int q = 0; q < Bins; q++)
                for (int k = 0; k < Bins; k++) mean[q, k] += _values[at + q * Bins + k] / heads.Count;
        }
        return mean;
    }

    /// <summary>Computes the mean maps of a source, streaming.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="bins">Bins along each side.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">A map is broken, or <paramref name="bins"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static MeanMaps Compute(IAttentionSource source, int bins = DefaultBins, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        if (bins < 1) throw new InputException("bins", null, $"is {bins}", "Choose at least 1");
        var sums = new Sums(source.Grid, bins);
        source.Visit(sums, progress: progress, cancellation: cancellation);
        return new MeanMaps(source.Grid, bins, [.. sums.Values.Select(v => (float)(v / source.Texts.Count))])
        { Notes = TableNotes.OfMaps(sums.Findings, source.Texts.Count) };
    }

    /// <summary>Writes the maps as entry <c>maps</c>, <c>[layers, heads, bins, bins]</c> float32, in NumPy's .npz format.</summary>
    /// <param name="file">The file; it holds all or is as it was. Notes go beside it (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file)
    {
        Npz.Write(file, [(MapArchive.MeanMapsEntry, s => NpyArray.Write(s, [Grid.Layers, Grid.Heads, Bins, Bins], _values))]);
        TableNotesFile.Write(file, Notes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">It is missing or broken.</exception>
    public static MeanMaps Read(string file)
    {
        var (_, array) = Npz.Read(file, MakeAgain).FirstOrDefault(e => e.Name == MapArchive.MeanMapsEntry);
        if (array is null || array.Shape.Length != 4 || array.Shape[2] != array.Shape[3] || array.Shape.Any(d => d < 1))
            throw new InputException(file, "entry maps", array is null ? "is missing"
                : $"has shape [{string.Join(", ", array.Shape)}] instead of [layers, heads, bins, bins]", MakeAgain);
        return new MeanMaps(new HeadGrid(array.Shape[0], array.Shape[1]), array.Shape[2], [.. array.Values.Select(v => (float)v)])
        { Notes = TableNotesFile.Read(file) };
    }

    private sealed class Sums(HeadGrid grid, int bins) : IAttentionVisitor
    {
        public double[] Values { get; } = new double[grid.Count * bins * bins];

        public MapFindings Findings { get; } = new(grid);

        public void Visit(LayerMaps maps)
        {
            Findings.Visit(maps);
            foreach (var text in maps.PerText())
            {
                int n = text.Text.Length;
                var keys = tensor(Shares(n, bins, perBin: false), [bins, n], device: text.Maps.device);      // columns sum to 1
                var queries = tensor(Shares(n, bins, perBin: true), [bins, n], device: text.Maps.device);    // rows sum to 1
                var map = queries.matmul(text.Maps).matmul(keys.t());                                        // [H, bins, bins]
                float[] values = map.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
                for (int i = 0; i < values.Length; i++) Values[maps.Layer * values.Length + i] += values[i];
            }
        }
    }

    /// <summary>How much of each position lies in each bin, <c>[bins, n]</c>: as a share of the position, or scaled so that each bin's
    /// shares sum to 1.</summary>
    internal static float[] Shares(int n, int bins, bool perBin)
    {
        var shares = new float[bins * n];
        for (int b = 0; b < bins; b++)
            for (int i = 0; i < n; i++)
            {
                // In units of 1/(n·bins), so that overlaps are whole numbers.
                long overlap = Math.Min((b + 1L) * n, (i + 1L) * bins) - Math.Max((long)b * n, (long)i * bins);
                if (overlap > 0) shares[b * n + i] = (float)(overlap / (double)(perBin ? n : bins));
            }
        return shares;
    }
}
