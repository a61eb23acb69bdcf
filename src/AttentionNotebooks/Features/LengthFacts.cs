using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Functions of the texts' lengths n, by which features are made comparable: <c>[B, 1]</c>, float32, once per batch.</summary>
internal static class LengthFacts
{
    private static readonly Scalar Three = 3.0.ToScalar();

    /// <summary>1 for texts of one token, 0 for others.</summary>
    public static Tensor LengthIsOne(this LayerMaps m) =>
        m.Batch.Cached(nameof(LengthIsOne), () => m.Lengths.eq(Scalars.One).to_type(ScalarType.Float32));

    /// <summary>n − 1, the longest distance, or 1 in a text of one token.</summary>
    public static Tensor LongestDistance(this LayerMaps m) =>
        m.Batch.Cached(nameof(LongestDistance), () => m.Lengths.Plus(Scalars.MinusOne).clamp_min(Scalars.One));

    /// <summary>(n² − 1)/(3n), the uniform map's mean distance, or 1 in a text of one token.</summary>
    public static Tensor UniformDistance(this LayerMaps m) => m.Batch.Cached(nameof(UniformDistance), () =>
        (m.Lengths.Squared().Plus(Scalars.MinusOne) / m.Lengths.mul(Three)).Plus(m.LengthIsOne()));

    /// <summary>ln n, the uniform map's entropy, or 1 in a text of one token.</summary>
    public static Tensor LogLengths(this LayerMaps m) =>
        m.Batch.Cached(nameof(LogLengths), () => m.Lengths.log().Plus(m.LengthIsOne()));
}
