using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// A cost for what heads add: for every head and query, the length of each message that the head takes in, weighted by the
/// attention to it. So an idle head learns to add nothing. Under a softmax it can only do so by parking its attention on a
/// token whose value is nearly 0. The cost does not decide which token that is, unless the messages of some tokens are free.
/// </summary>
/// <remarks>The price is the norm-based weight of Kobayashi et al. (2020), "Attention is Not Only a Weight",
/// Σ_j ‖α_ij f(x_j)‖ with f(x) = (xW^V + b^V)W^O; as a penalty it is a group lasso (Yuan and Lin, 2006) over messages.
/// That attention to [SEP] is such a resting place is the reading of Clark et al. (2019), section 3.2.</remarks>
internal sealed class SpeakingCost : IDisposable
{
    private static readonly Scalar Smoothing = 1e-6; // of the squared length: without it the gradient at 0 is infinite

    private readonly BertForMaskedLM model;
    private readonly Tensor?[] lengths; // per layer [B, H, 1, T]
    private readonly List<Tensor> costs = [];
    private readonly Scalar scale;
    private readonly Func<int, bool> isPriced;
    private readonly Tensor? pricedKeys; // [B, 1, 1, T]

    /// <summary>A cost for the pass of one batch.</summary>
    /// <param name="model">The model whose heads are watched.</param>
    /// <param name="residualScale">α: what a head adds counts relative to the residual it is added to.</param>
    /// <param name="isPriced">Which layers pay, at least one; all unless given.</param>
    /// <param name="pricedKeys">1 at the tokens whose messages cost, 0 at those whose messages are free, <c>[B, T]</c>, float32; all cost
    /// unless given.</param>
    public SpeakingCost(BertForMaskedLM model, double residualScale, Func<int, bool>? isPriced = null, Tensor? pricedKeys = null)
    {
        this.model = model;
        this.isPriced = isPriced ?? (_ => true);
        this.pricedKeys = pricedKeys?.view(pricedKeys.shape[0], 1, 1, pricedKeys.shape[1]);
        lengths = new Tensor?[model.Config.NumHiddenLayers];
        scale = 1 / (residualScale * residualScale * model.Config.HiddenSize);
        Hooks = new AttentionHooks { OnValues = Measure, OnProbabilities = Weigh };
    }

    /// <summary>What the pass has to be given.</summary>
    public AttentionHooks Hooks { get; }

    /// <summary>The sum over the layers that pay and their heads of the mean over queries of the root mean square of the messages, relative
    /// to the residual.</summary>
    public Tensor Total() => stack(costs).sum();

    /// <summary>Frees what the pass left.</summary>
    public void Dispose()
    {
        foreach (var length in lengths) length?.Dispose();
        costs.ForEach(c => c.Dispose());
    }

    // ‖W v‖² = vᵀ(WᵀW)v, so that the D-wide message of each head need not be formed.
    private void Measure(int layer, Tensor values)
    {
        if (!isPriced(layer)) return;
        var (batch, heads, length, size) = (values.shape[0], values.shape[1], values.shape[2], values.shape[3]);
        // [H, D, d]
        var weight = model.Bert.Encoder.Layers[layer].OutputWeight.to_type(ScalarType.Float32).view(-1, heads, size)
            .transpose(0, 1);
        var gram = weight.transpose(1, 2).matmul(weight);                      // [H, d, d]
        var own = values.transpose(0, 1).reshape(heads, -1, size).to_type(ScalarType.Float32); // [H, B·T, d]
        var squares = own.matmul(gram).mul(own).sum(-1);                       // [H, B·T]
        // [B, H, 1, T]
        lengths[layer] = squares.mul(scale).Plus(Smoothing).sqrt().view(heads, batch, length).transpose(0, 1).unsqueeze(2)
            .DetachFromDisposeScope();
    }

    // Σ_j α_ij‖f(x_j)‖ summed over queries is the keys' total attention times their length.
    private void Weigh(int layer, Tensor probabilities)
    {
        if (!isPriced(layer)) return;
        double queries = probabilities.shape[0] * probabilities.shape[2];
        Scalar perQuery = 1 / queries;
        var paid = probabilities.sum(-2, true).mul(lengths[layer]!);          // [B, H, 1, T]
        if (pricedKeys is not null) paid = paid.mul(pricedKeys);
        costs.Add(paid.sum().mul(perQuery).DetachFromDisposeScope()); // summed over the heads
        GC.KeepAlive(perQuery);
    }
}
