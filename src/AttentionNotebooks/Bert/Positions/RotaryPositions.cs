using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Nothing is added for places: the layers turn queries and keys by them (<see cref="Rotary"/>), so that a score knows how far
/// query and key are apart.
/// </summary>
internal sealed class RotaryPositions : PositionScheme
{
    /// <inheritdoc/>
    public override PositionEmbedding? Embedding(BertConfig config, Device? device) => null;
}

/// <summary>
/// Turns the vectors of a layer's heads by their places. Numbers i and i + d/2 of the vector at place p are a point that is turned by
/// p·θ^(−2i/d).
/// </summary>
/// <param name="rotaryBase">θ: the larger it is, the slower the last pairs turn.</param>
/// <param name="headSize">d, even.</param>
/// <remarks>Su et al. (2021), "RoFormer: Enhanced Transformer with Rotary Position Embedding", section 3.2.2.</remarks>
internal sealed class Rotary(double rotaryBase, int headSize)
{
    /// <summary>Turns vectors.</summary>
    /// <param name="x">Queries or keys <c>[…, T, d]</c>, places from 0.</param>
    /// <returns>The same shape and number format.</returns>
    public Tensor Turn(Tensor x)
    {
        using var scope = NewDisposeScope();
        int length = (int)x.shape[^2], half = headSize / 2;
        // Angles in float32, as the models were trained: at place 4,000 its rounding is larger than 1e-5.
        var speeds = tensor([(float)rotaryBase]).pow(tensor([.. Enumerable.Range(0, half).Select(i => 2f * i / headSize)])).reciprocal();
        var places = tensor([.. Enumerable.Range(0, length).Select(p => (float)p)]).unsqueeze(1);
        var angles = places.mul(speeds).to(x.device);                          // [T, d/2]
        var (cos, sin) = (angles.cos(), angles.sin());
        var own = x.to_type(ScalarType.Float32);
        var (first, second) = (own.narrow(-1, 0, half), own.narrow(-1, half, half)); // […, T, d/2]
        var turned = cat([first.mul(cos).Minus(second.mul(sin)), second.mul(cos).Plus(first.mul(sin))], -1);
        return turned.to_type(x.dtype).MoveToOuterDisposeScope();
    }
}
