using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

// What several features need of one layer's maps, computed once: while a layer is being looked at, sums over its maps are
// kept, and thrown away when the next layer comes.
public sealed partial class TextBatch
{
    // A step of so many weights stays in the processor's cache; a pass over a whole batch at once would go through memory.
    private const long WeightsPerStep = 1 << 18;
    private static readonly Scalar Half = 0.5.ToScalar(), Least = MapScan.Least.ToScalar();

    private readonly Dictionary<string, Tensor> _ofMaps = [];
    private Tensor? _maps, _valueNorms, _below, _upTo;
    private int _layer = -1;

    /// <summary>
    /// Begins a layer: what is computed of these maps is shared by all who ask until the next layer begins. Whoever visits
    /// may call it; calling it again for the same maps changes nothing.
    /// </summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="probabilities">Its maps <c>[B, H, T, T]</c>; they must not change meanwhile.</param>
    public void Enter(int layer, Tensor probabilities)
    {
        if (ReferenceEquals(probabilities, _maps)) return;
        Clear(_ofMaps);
        if (layer == 0) ForgetRollout();
        else
        {
            _below?.Dispose();
            (_below, _upTo) = (_upTo, null);
        }
        (_maps, _layer) = (probabilities, layer);
    }

    /// <summary>A tensor computed of the maps: once, if they are those of the layer that is being looked at.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <param name="name">What it is called; every maker of one name must make the same.</param>
    /// <param name="make">Makes it.</param>
    internal Tensor Shared(Tensor maps, string name, Func<Tensor> make) => ReferenceEquals(maps, _maps) ? Cached(_ofMaps, name, make) : make();

    // As Shared, of what a single pass gives for all of the standard features: the first who asks has it made.
    private Tensor Scanned(Tensor maps, string name, Func<Tensor> make)
    {
        if (ReferenceEquals(maps, _maps) && !_ofMaps.ContainsKey(name) && MapScan.Takes(maps)) Scan(maps);
        return Shared(maps, name, make);
    }

    private void Scan(Tensor maps)
    {
        using var scope = NewDisposeScope();
        var sums = MapScan.Of(maps);
        void Keep(string name, Tensor sum) => _ofMaps.Add(name, sum.DetachFromDisposeScope());
        Keep(nameof(RowEntropy), sums.RowEntropy);
        Keep(nameof(RowMax), sums.RowMax);
        Keep(nameof(RowSpread), sums.RowSpread);
        Keep(nameof(KeySums), sums.KeySums);
        Keep(nameof(MeanDistance), sums.Distance / Lengths);
        Keep(nameof(MeanOffset), sums.Offset / Lengths);
        for (int o = -MapScan.Near; o <= MapScan.Near; o++) Keep(OnDiagonalName(o), sums.Diagonals[o + MapScan.Near] / Lengths);
    }

    /// <summary>The entropy of every row in nats, −Σ_j a_ij·ln a_ij; 0·ln 0 = 0.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>, 0 at padding.</returns>
    public Tensor RowEntropy(Tensor maps) => Scanned(maps, nameof(RowEntropy), () => Stepwise(maps, step =>
        // Not special.entr, which is many times slower than the logarithm. A sum of terms that are not positive; abs leaves no −0.
        step.clamp_min(Least).log_().mul_(step).sum(dim: -1).abs_()));

    /// <summary>The largest weight of every row, max_j a_ij.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>, 0 at padding.</returns>
    public Tensor RowMax(Tensor maps) => Scanned(maps, nameof(RowMax), () => maps.amax([-1]));

    /// <summary>What every key gets from all queries, Σ_i a_ij.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>, 0 at padding.</returns>
    public Tensor KeySums(Tensor maps) => Scanned(maps, nameof(KeySums), () => maps.sum(dim: 2));

    /// <summary>Where every query looks on average, Σ_j a_ij·j, as a position.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>.</returns>
    public Tensor MeanPosition(Tensor maps) => Shared(maps, nameof(MeanPosition), () => maps.matmul(Position));

    /// <summary>The share of a text's attention at every offset j − i: the sums along the diagonals, divided by n.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, 2T − 1]</c>; offset o stands at T − 1 + o. Sums to 1.</returns>
    public Tensor OffsetShares(Tensor maps) => Shared(maps, nameof(OffsetShares), () =>
    {
        // Row i is written i places further left into rows of 2T − 1, so that diagonals become columns.
        long t = Length;
        Tensor? skewed = null, diagonal = null;
        var sums = Stepwise(maps, step =>
        {
            if (skewed is null || skewed.shape[0] != step.shape[0]) // the last step may be shorter
            {
                Free();
                skewed = zeros([step.shape[0], t * (2 * t - 1)], device: _device).DetachFromDisposeScope();
                diagonal = skewed.as_strided([step.shape[0], t, t], [t * (2 * t - 1), 2 * t - 2, 1], t - 1).DetachFromDisposeScope();
            }
            diagonal!.copy_(step);
            return skewed.view(-1, t, 2 * t - 1).sum(dim: 1);
        });
        Free();
        return sums / Lengths.unsqueeze(-1);

        void Free()
        {
            diagonal?.Dispose();
            skewed?.Dispose();
        }
    });

    /// <summary>The share of a text's attention at every distance |i − j|.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>; sums to 1.</returns>
    public Tensor DistanceShares(Tensor maps) => Shared(maps, nameof(DistanceShares), () =>
    {
        long t = Length;
        var offsets = OffsetShares(maps);
        var ahead = offsets.narrow(-1, t - 1, t).clone();
        if (t > 1) ahead.narrow(-1, 1, t - 1).add_(offsets.narrow(-1, 0, t - 1).flip(-1), Scalars.One);
        return ahead;
    });

    /// <summary>
    /// ‖f(x_j)‖ of every head and token, with f(x) = (x·W^V + b^V)·W^O: how long the vector is that a head hands over from
    /// token j (Kobayashi et al. 2020). Of the layer that is being looked at.
    /// </summary>
    /// <remarks><c>[B, H, T]</c>, 0 at padding.</remarks>
    /// <exception cref="InputException">The source has no values: saved maps do not.</exception>
    public Tensor ValueNorms => _valueNorms ?? throw new InputException("the values' norms", null, "are not in saved maps", "Give the model itself (--model), or leave out the features that weigh attention by values");

    /// <summary>
    /// Attention rollout up to the layer below the one that is being looked at (Abnar and Zuidema 2020): Ã_l = A_l·Ã_(l−1)
    /// with A = ½·(mean over heads) + ½·I, and the identity below layer 0.
    /// </summary>
    /// <remarks><c>[B, T, T]</c>. Streams: a feature asks in every layer from 0 on.</remarks>
    /// <exception cref="InvalidOperationException">No layer is being looked at, or it was not asked for in the layer below.</exception>
    public Tensor RolloutBelow
    {
        get
        {
            if (_maps is null) throw new InvalidOperationException("no layer is being looked at");
            if (_layer == 0) _below ??= Kept(() => diag_embed(Mask));
            if (_below is null) throw new InvalidOperationException("the rollout was not asked for in the layer below");
            // The next layer needs this one's step, and these maps are gone by then.
            _upTo ??= Kept(() => _maps.mean([1L]).add_(diag_embed(Mask), Scalars.One).mul_(Half).matmul(_below));
            return _below;
        }
    }

    /// <summary>Tells the batch the norms of the layer that comes next; the batch owns them from then on.</summary>
    internal void GiveValueNorms(Tensor norms)
    {
        _valueNorms?.Dispose();
        _valueNorms = norms.DetachFromDisposeScope();
    }

    /// <summary>
    /// Computes something per map in steps of a few maps, each of which stays in the processor's cache.
    /// </summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <param name="ofStep">From <c>[N, T, T]</c> to <c>[N, …]</c>.</param>
    /// <returns><c>[B, H, …]</c>.</returns>
    internal static Tensor Stepwise(Tensor maps, Func<Tensor, Tensor> ofStep)
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

    private static Tensor Kept(Func<Tensor> make)
    {
        using var scope = NewDisposeScope();
        return make().DetachFromDisposeScope();
    }

    private void Leave()
    {
        Clear(_ofMaps);
        ForgetRollout();
        _valueNorms?.Dispose();
        _valueNorms = _maps = null;
    }

    private void ForgetRollout()
    {
        _below?.Dispose();
        _upTo?.Dispose();
        _below = _upTo = null;
    }
}
