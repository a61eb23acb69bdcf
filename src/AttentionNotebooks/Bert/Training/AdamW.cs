using System.Numerics;
using System.Runtime.InteropServices;

namespace AttentionNotebooks.Bert.Training;

/// <summary>AdamW over plain vectors, with the replicas' gradients averaged and clipped on the way.</summary>
/// <remarks>Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization", algorithm 2.</remarks>
internal sealed class AdamW(int length)
{
    private const float Beta1 = 0.9f, Beta2 = 0.98f, Epsilon = 1e-6f;

    private readonly float[] mean = new float[length], square = new float[length];
    private int steps;

    /// <summary>Averages the gradients into replica 0's vector over one range.</summary>
    /// <returns>The sum of squares of the average.</returns>
    public static double Average(SharedWeights weights, int start, int end)
    {
        int replicas = weights.Models.Count;
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

    /// <summary>Counts a step; to be called once before the ranges of the step are updated.</summary>
    public void Begin() => steps++;

    /// <summary>Updates one range and clears its gradient.</summary>
    /// <param name="weights">Weights and averaged gradients.</param>
    /// <param name="start">First index.</param>
    /// <param name="end">One past the last.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="clip">Factor on the gradient.</param>
    public void Update(SharedWeights weights, int start, int end, double rate, double decay, double clip)
    {
        float step = (float)(rate / (1 - Math.Pow(Beta1, steps))), correction = (float)(1 / (1 - Math.Pow(Beta2, steps))), keep = (float)(1 - rate * decay), shorten = (float)clip;
        Span<float> w = weights.Values[start..end], g = weights.Gradients(0)[start..end], m = mean.AsSpan(start, end - start), v = square.AsSpan(start, end - start);
        Span<Vector<float>> ws = Vectors(w), gs = Vectors(g), ms = Vectors(m), vs = Vectors(v);
        for (int i = 0; i < ws.Length; i++)
        {
            var gradient = gs[i] * shorten;
            ms[i] = ms[i] * Beta1 + gradient * (1 - Beta1);
            vs[i] = vs[i] * Beta2 + gradient * gradient * (1 - Beta2);
            ws[i] = ws[i] * keep - ms[i] * step / (Vector.SquareRoot(vs[i] * correction) + new Vector<float>(Epsilon));
        }
        for (int i = ws.Length * Vector<float>.Count; i < w.Length; i++)
        {
            float gradient = g[i] * shorten;
            m[i] = m[i] * Beta1 + gradient * (1 - Beta1);
            v[i] = v[i] * Beta2 + gradient * gradient * (1 - Beta2);
            w[i] = w[i] * keep - m[i] * step / (MathF.Sqrt(v[i] * correction) + Epsilon);
        }
        g.Clear();
    }

    private static Span<Vector<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);
}
