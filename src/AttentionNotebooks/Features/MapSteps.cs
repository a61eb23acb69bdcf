using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Computes something per map in steps of a few maps, each of which stays in the processor's cache.</summary>
internal static class MapSteps
{
    // A pass over a whole batch at once would go through memory.
    private const long WeightsPerStep = 1 << 18;

    /// <summary>Computes in steps.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <param name="ofStep">From <c>[N, T, T]</c> to <c>[N, …]</c>.</param>
    /// <returns><c>[B, H, …]</c>.</returns>
    public static Tensor Stepwise(this Tensor maps, Func<Tensor, Tensor> ofStep)
    {
        long b = maps.shape[0], h = maps.shape[1], t = maps.shape[^1];
        var all = maps.reshape(b * h, t, t);
        long step = maps.device_type == DeviceType.CPU ? Math.Clamp(WeightsPerStep / (t * t), 1, b * h) : b * h;
        var parts = new List<Tensor>();
        for (long start = 0; start < b * h; start += step)
        {
            using var scope = NewDisposeScope();
            parts.Add(ofStep(all.narrow(0, start, Math.Min(step, b * h - start))).MoveToOuterDisposeScope());
        }
        var whole = parts.Count == 1 ? parts[0] : cat(parts, 0);
        return whole.reshape([b, h, .. whole.shape[1..]]);
    }
}
