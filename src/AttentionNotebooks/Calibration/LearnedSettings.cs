using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Settings that are being learnt: differentiable functions of θ.</summary>
/// <param name="theta">θ of all heads in the grid's order, <c>[L·H, P]</c>; it must outlive the passes.</param>
/// <param name="layout">What its columns are.</param>
/// <param name="heads">Heads per layer, H.</param>
internal sealed class LearnedSettings(Tensor theta, ParameterLayout layout, int heads) : ILayerSettings
{
    private static readonly Scalar Half = -0.5, Smallest = GaussianPrior.SmallestWidth;
    private readonly Scalar _unit = layout.PriorWidth;

    public Tensor? Scales(int layer) => Column(layer, CalibrationParts.Temperature)?.exp();

    public Tensor? SpecialBiases(int layer) => Column(layer, CalibrationParts.SpecialBias);

    public Tensor? Gates(int layer) => Column(layer, CalibrationParts.Gate)?.exp();

    public Tensor? Biases(int layer, int length)
    {
        var bump = layout[CalibrationParts.Gaussian] is { } g ? Bump(Rows(layer, g, 3), length) : null;
        // [H, 2T − 1]
        var table = layout[CalibrationParts.Buckets] is { } b
            ? Rows(layer, b, BucketPrior.Count).index_select(1,
                tensor(Offsets(length, o => (long)BucketPrior.BucketOf(o)), device: theta.device)) : null;
        return bump is null ? table : table is null ? bump : bump.Plus(table);
    }

    private Tensor Bump(Tensor rows, int length)
    {
        var centre = rows.narrow(1, 0, 1).mul(_unit);                                      // [H, 1]
        var width = rows.narrow(1, 1, 1).exp().mul(_unit).clamp_min(Smallest);             // [H, 1]
        var z = tensor(Offsets(length, o => (float)o), device: theta.device).unsqueeze(0).Minus(centre).div(width);   // [H, 2T − 1]
        return z.Squared().mul(Half).exp().mul(rows.narrow(1, 2, 1));
    }

    private Tensor? Column(int layer, CalibrationParts part) => layout[part] is { } at ? Rows(layer, at, 1).view(heads, 1, 1) : null;

    private Tensor Rows(int layer, int column, int count) =>
        theta.narrow(0, (long)layer * heads, heads).narrow(1, column, count).contiguous();

    private static T[] Offsets<T>(int length, Func<int, T> of) => [.. Enumerable.Range(1 - length, 2 * length - 1).Select(of)];
}
