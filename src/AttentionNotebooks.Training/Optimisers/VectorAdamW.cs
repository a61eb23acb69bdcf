using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>AdamW on the CPU: one vectorised walk over plain memory, in as many parts as there are replicas.</summary>
internal sealed class VectorAdamW : IOptimizer
{
    private const int Line = 16; // parts meet at whole cache lines

    private readonly WeightVector weights;
    private readonly ReplicaThreads threads;
    private readonly double clipNorm;
    private readonly Func<WeightVector.Region, double> decayOf;
    private readonly Func<WeightVector.Region, bool> learnsFaster;
    private readonly int[] edges;

    /// <summary>An optimiser for weights on the CPU.</summary>
    public VectorAdamW(WeightVector weights, ReplicaThreads threads, TrainingOptions options)
        : this(weights, threads, options.ClipNorm, options.DecayOf, options.IsFaster)
    {
    }

    /// <summary>An optimiser for weights on the CPU.</summary>
    /// <param name="threads">A thread for each replica.</param>
    /// <param name="clipNorm">Longest gradient; a longer one is shortened to it.</param>
    /// <param name="decayOf">The decay of a parameter.</param>
    /// <param name="learnsFaster">Which parameters learn at the query and key rate; none unless given.</param>
    public VectorAdamW(WeightVector weights, ReplicaThreads threads, double clipNorm, Func<WeightVector.Region, double> decayOf,
        Func<WeightVector.Region, bool>? learnsFaster = null)
    {
        (this.weights, this.threads, this.clipNorm, this.decayOf) = (weights, threads, clipNorm, decayOf);
        this.learnsFaster = learnsFaster ?? (_ => false);
        Mean = zeros(weights.Length).DetachFromDisposeScope();
        Square = zeros(weights.Length).DetachFromDisposeScope();
        int parts = weights.Replicas;
        edges = [.. Enumerable.Range(0, parts).Select(p => (int)((long)weights.Length * p / parts / Line * Line)), weights.Length];
    }

    /// <inheritdoc/>
    public int Steps { get; set; }

    /// <inheritdoc/>
    public Tensor Mean { get; }

    /// <inheritdoc/>
    public Tensor Square { get; }

    /// <inheritdoc/>
    public double Step(double rate, double queryKeyRate = 1)
    {
        var squares = new double[edges.Length - 1]; // added up in a fixed order
        threads.Run(part => squares[part] = Average(edges[part], edges[part + 1]));
        double norm = Math.Sqrt(squares.Sum()), clip = Math.Min(1, clipNorm / (norm + 1e-6));
        Steps++;
        threads.Run(part =>
        {
            foreach (var region in weights.Regions)
            {
                int start = Math.Max(region.Start, edges[part]), end = Math.Min(region.Start + region.Length, edges[part + 1]);
                if (start < end) Update(start, end, learnsFaster(region) ? rate * queryKeyRate : rate, decayOf(region), clip);
            }
        });
        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Square.Dispose();
    }

    // Into replica 0's vector; gives the sum of squares of the average.
    private double Average(int start, int end)
    {
        int replicas = weights.Replicas;
        var total = weights.Gradients(0)[start..end];
        var totals = Vectors(total);
        float factor = 1f / replicas;
        for (int r = 1; r < replicas; r++)
        {
            var other = weights.Gradients(r)[start..end];
            var others = Vectors(other);
            for (int i = 0; i < totals.Length; i++) totals[i] += others[i];
            for (int i = totals.Length * Vector<float>.Count; i < total.Length; i++) total[i] += other[i];
            other.Clear();
        }
        double sum = 0;
        foreach (ref float g in total)
        {
            g *= factor;
            sum += (double)g * g;
        }
        return sum;
    }

    private void Update(int start, int end, double rate, double decay, double clip)
    {
        float step = (float)(rate / (1 - Math.Pow(IOptimizer.Beta1, Steps))),
            correction = (float)(1 / (1 - Math.Pow(IOptimizer.Beta2, Steps))), keep = (float)(1 - rate * decay), shorten = (float)clip;
        Span<float> w = weights.Values[start..end], g = weights.Gradients(0)[start..end], m = Part(Mean, start, end),
            v = Part(Square, start, end);
        Span<Vector<float>> ws = Vectors(w), gs = Vectors(g), ms = Vectors(m), vs = Vectors(v);
        for (int i = 0; i < ws.Length; i++)
        {
            var gradient = gs[i] * shorten;
            ms[i] = ms[i] * IOptimizer.Beta1 + gradient * (1 - IOptimizer.Beta1);
            vs[i] = vs[i] * IOptimizer.Beta2 + gradient * gradient * (1 - IOptimizer.Beta2);
            ws[i] = ws[i] * keep - ms[i] * step / (Vector.SquareRoot(vs[i] * correction) + new Vector<float>(IOptimizer.Epsilon));
        }
        for (int i = ws.Length * Vector<float>.Count; i < w.Length; i++)
        {
            float gradient = g[i] * shorten;
            m[i] = m[i] * IOptimizer.Beta1 + gradient * (1 - IOptimizer.Beta1);
            v[i] = v[i] * IOptimizer.Beta2 + gradient * gradient * (1 - IOptimizer.Beta2);
            w[i] = w[i] * keep - m[i] * step / (MathF.Sqrt(v[i] * correction) + IOptimizer.Epsilon);
        }
        g.Clear();
    }

    private static Span<float> Part(Tensor vector, int start, int end) => MemoryMarshal.Cast<byte, float>(vector.bytes)[start..end];

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);
}
