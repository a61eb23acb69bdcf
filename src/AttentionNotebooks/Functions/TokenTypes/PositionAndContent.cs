using MathNet.Numerics.Distributions;

namespace AttentionNotebooks;

/// <summary>What every head's attention is driven by; shares from 0 to 1, one per head in the grid's order; NaN for a head that is uniform
/// everywhere.</summary>
/// <param name="Grid">The model's heads.</param>
/// <param name="Specials">The share that is a constant liking (or dislike) of [CLS] and of [SEP].</param>
/// <param name="Offset">The share that the offset to the key explains beyond that.</param>
/// <param name="Content">The rest: what depends on which words stand there.</param>
/// <param name="KeyPosition">The share that the key's absolute position alone explains; not a part of the three, which sum to 1.</param>
/// <param name="Low">Lower ends of 95 % intervals of the position-driven share, <paramref name="Specials"/> + <paramref name="Offset"/>;
/// NaN for a single text.</param>
/// <param name="High">Upper ends.</param>
/// <param name="FromUniform">What the shares are of: how far a row is from uniform, the mean over rows of Σ_j (A_ij − 1/n)², from 0
/// to below 1. A share of next to nothing says little.</param>
public sealed record PositionShares(HeadGrid Grid, double[] Specials, double[] Offset, double[] Content, double[] KeyPosition, double[] Low,
    double[] High, double[] FromUniform)
{
    /// <summary>The position-driven share: 1 − content.</summary>
    public double[] Position => [.. Content.Select(c => 1 - c)];
}

/// <summary>
/// Position-driven against content-driven attention. Over all rows, Σ_ij (A_ij − 1/n)² is how far a head is from uniform. A_ij is
/// predicted by a_c + b_c/n, least squares within each class c of pairs (query, key); the share explained is 1 − Σ_ij (A_ij − Â_ij)² / Σ_ij
/// (A_ij − 1/n)². Classes are first the kind of the key ([CLS], [SEP], other), then kind and offset j − i (nested, so that it never
/// explains
/// less), and, apart from these, the key's position. 1 for a head that is a function of position, in texts of any lengths; near 0
/// for one that follows the words, wherever they stand.
/// </summary>
/// <remarks>
/// The kit's own definition, after the variability of Vig and Belinkov 2019, which compares maps position by position. Content
/// is what position leaves: noise that differs from text to text counts as content too. Intervals by a jackknife over ten groups of texts
/// (Tukey 1958).
/// </remarks>
public sealed class PositionAndContent : IAttentionVisitor
{
    /// <summary>Offsets and positions beyond this many tokens share a class.</summary>
    public const int Farthest = 64;

    private const int Groups = 10, Kinds = 3, Offsets = 2 * Farthest + 1, OffsetClasses = Kinds * Offsets, Positions = Farthest + 1,
        Classes = OffsetClasses + Positions;

    private readonly HeadGrid _grid;
    private readonly int _groups;
    private readonly Moments[,] _byHead;        // [group, head]
    private long _rows;
    private readonly double[][] _count, _x, _xx; // [group][class]: pairs, Σ 1/n, Σ 1/n²

    private PositionAndContent(HeadGrid grid, int texts)
    {
        (_grid, _groups) = (grid, Math.Min(Groups, texts));
        _byHead = new Moments[_groups, grid.Count];
        for (int g = 0; g < _groups; g++)
            for (int h = 0; h < grid.Count; h++) _byHead[g, h] = new Moments();
        double[][] PerGroup() => [.. Enumerable.Range(0, _groups).Select(_ => new double[Classes])];
        (_count, _x, _xx) = (PerGroup(), PerGroup(), PerGroup());
    }

    /// <summary>Goes through a source.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static PositionShares Measure(IAttentionSource source, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var visitor = new PositionAndContent(source.Grid, source.Texts.Count);
        source.Visit(visitor, progress: progress, cancellation: cancellation);
        return visitor.Result();
    }

    /// <inheritdoc/>
    public void Visit(LayerMaps maps)
    {
        foreach (var text in maps.PerText())
        {
            int n = text.Text.Length, group = text.Index % _groups;
            var (offsets, positions) = ClassesOf(text.Text);
            if (maps.Layer == 0)
            {
                CountPairs(group, n, offsets, positions);
                _rows += n;
            }
            var weights = text.Maps.Floats();   // [H, n, n]
            double x = 1.0 / n;
            for (int h = 0; h < _grid.Heads; h++)
            {
                var m = _byHead[group, maps.Layer * _grid.Heads + h];
                for (int pair = 0, at = h * n * n; pair < n * n; pair++, at++)
                {
                    double a = weights[at];
                    m.Squares += a * a;
                    m.Total += (a - x) * (a - x);
                    m.Sum[offsets[pair]] += a;
                    m.SumX[offsets[pair]] += a * x;
                    m.Sum[OffsetClasses + positions[pair % n]] += a;
                    m.SumX[OffsetClasses + positions[pair % n]] += a * x;
                }
            }
        }
    }

    private static (int[] OfPair, int[] OfKey) ClassesOf(AttentionText text)
    {
        int n = text.Length;
        var kinds = new int[n];
        foreach (int j in text.ClsPositions) kinds[j] = 1;
        foreach (int j in text.SepPositions) kinds[j] = 2;
        var pairs = new int[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) pairs[i * n + j] = kinds[j] * Offsets + Math.Clamp(j - i, -Farthest, Farthest) + Farthest;
        return (pairs, [.. Enumerable.Range(0, n).Select(j => Math.Min(j, Farthest))]);
    }

    private void CountPairs(int group, int n, int[] offsets, int[] positions)
    {
        double x = 1.0 / n;
        for (int pair = 0; pair < n * n; pair++)
        {
            Count(offsets[pair]);
            Count(OffsetClasses + positions[pair % n]);
        }

        void Count(int c)
        {
            _count[group][c]++;
            _x[group][c] += x;
            _xx[group][c] += x * x;
        }
    }

    private PositionShares Result()
    {
        int heads = _grid.Count;
        var (specials, offset, content, keys, low, high, size) = (new double[heads], new double[heads], new double[heads],
            new double[heads], new double[heads], new double[heads], new double[heads]);
        double quantile = _groups > 1 ? StudentT.InvCDF(0, 1, _groups - 1, 0.975) : double.NaN;
        double[][] pairs = [Sum(_count), Sum(_x), Sum(_xx)];
        for (int h = 0; h < heads; h++)
        {
            Moments[] groups = [.. Enumerable.Range(0, _groups).Select(g => _byHead[g, h])];
            var all = new Moments(Sum([.. groups.Select(g => g.Sum)]), Sum([.. groups.Select(g => g.SumX)]))
            { Squares = groups.Sum(g => g.Squares), Total = groups.Sum(g => g.Total) };
            size[h] = all.Total / _rows;
            var (bySpecials, byOffset, byKey) = Explained(pairs, all, without: -1, new Moments());
            (specials[h], offset[h], content[h], keys[h]) = (bySpecials, byOffset - bySpecials, 1 - byOffset, byKey);
            double[] left = _groups > 1 ? [.. groups.Select((g, i) => Explained(pairs, all, i, g).ByOffset)] : [];
            double mean = left.DefaultIfEmpty(double.NaN).Average(),
                error = Math.Sqrt((_groups - 1.0) / _groups * left.Sum(v => (v - mean) * (v - mean)));
            (low[h], high[h]) = (Math.Max(0, byOffset - quantile * error), Math.Min(1, byOffset + quantile * error));
        }
        return new PositionShares(_grid, specials, offset, content, keys, low, high, size);
    }

    // The shares of all texts less those of one group.
    private (double BySpecials, double ByOffset, double ByKey) Explained(double[][] pairs, Moments all, int without, Moments less)
    {
        double total = all.Total - less.Total, squares = all.Squares - less.Squares;
        // What float32 makes of 1/n is no structure.
        if (!(total > 1e-9 * squares)) return (double.NaN, double.NaN, double.NaN);
        double Pairs(int what, double[][] byGroup, int c) => pairs[what][c] - (without < 0 ? 0 : byGroup[without][c]);
        Line In(int c) => new(Pairs(0, _count, c), Pairs(1, _x, c), Pairs(2, _xx, c), all.Sum[c] - less.Sum[c], all.SumX[c] - less.SumX[c]);
        double byKind = 0, byOffset = 0, byKey = 0;
        for (int kind = 0; kind < Kinds; kind++)
        {
            var together = new Line();
            for (int c = kind * Offsets; c < (kind + 1) * Offsets; c++)
            {
                var line = In(c);
                byOffset += line.Fitted;
                together = together.With(line);
            }
            byKind += together.Fitted;
        }
        for (int c = OffsetClasses; c < Classes; c++) byKey += In(c).Fitted;
        double Share(double fitted) => Math.Clamp(1 - (squares - fitted) / total, 0, 1);
        return (Share(byKind), Share(byOffset), Share(byKey));
    }

    private static double[] Sum(double[][] arrays)
    {
        var sum = new double[Classes];
        foreach (double[] array in arrays)
            for (int c = 0; c < Classes; c++) sum[c] += array[c];
        return sum;
    }

    // The sums that a regression of y on x needs.
    private readonly record struct Line(double N, double X, double XX, double Y, double XY)
    {
        /// <summary>Σ ŷ², so that Σ (y − ŷ)² = Σ y² − that.</summary>
        public double Fitted
        {
            get
            {
                if (N < 0.5) return 0;
                double spread = XX - X * X / N, along = XY - X * Y / N;
                return Y * Y / N + (spread > 1e-9 * XX ? along * along / spread : 0);
            }
        }

        public Line With(Line other) => new(N + other.N, X + other.X, XX + other.XX, Y + other.Y, XY + other.XY);
    }

    private sealed class Moments(double[] sum, double[] sumX)
    {
        public Moments() : this(new double[Classes], new double[Classes]) { }

        public double[] Sum => sum;

        public double[] SumX => sumX;

        public double Squares { get; set; }

        public double Total { get; set; }
    }
}
