using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Learnt vectors for positions and, beside them, a learnt number per head for the distance between query and key: near
/// distances have one each, farther ones share buckets that grow with the logarithm. All layers share the numbers.
/// </summary>
/// <remarks>
/// Raffel et al. (2020), "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", section 2.1.
/// </remarks>
internal sealed class RelativeBuckets : PositionScheme
{
    /// <summary>Half of the buckets are for keys before the query and for the query itself, half for keys after it.</summary>
    public const int Count = 32;

    private const int OneSide = Count / 2, Exact = OneSide / 2, Farthest = 128;

    /// <inheritdoc/>
    public override ScoreBias Bias(BertConfig config, Device? device) => new Table(config.NumAttentionHeads, device);

    /// <summary>The bucket of an offset.</summary>
    /// <param name="offset">From query to key, j − i, in tokens.</param>
    internal static int BucketOf(int offset)
    {
        int distance = Math.Abs(offset), side = offset > 0 ? OneSide : 0;
        if (distance < Exact) return side + distance;
        // In float32, as the models were trained: at the edges of buckets the rounding decides.
        float beyond = MathF.Log(distance / (float)Exact) / (float)Math.Log(Farthest / (double)Exact) * (OneSide - Exact);
        return side + Math.Min(Exact + (int)beyond, OneSide - 1);
    }

    private sealed class Table : ScoreBias
    {
        private readonly Parameter weight; // [buckets, H]

        internal Table(int heads, Device? device) : base(nameof(Table))
        {
            weight = new Parameter(randn(Count, heads, device: device));
            RegisterComponents();
        }

        public override Tensor forward(Tensor hidden)
        {
            using var scope = NewDisposeScope();
            int length = (int)hidden.shape[1];
            long[] ofOffset = [.. Enumerable.Range(1 - length, 2 * length - 1).Select(o => (long)BucketOf(o))];
            var buckets = new long[length * length];
            // The keys of row i run from offset −i on.
            for (int i = 0; i < length; i++) Array.Copy(ofOffset, length - 1 - i, buckets, i * length, length);
            var own = weight.index_select(0, tensor(buckets, device: weight.device)); // [T·T, H]
            return own.view(length, length, -1).permute(2, 0, 1).unsqueeze(0).MoveToOuterDisposeScope(); // [1, H, T, T]
        }
    }
}
