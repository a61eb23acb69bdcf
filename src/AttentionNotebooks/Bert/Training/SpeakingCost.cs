using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>
/// A price on what heads say: for every head and token the length of what the head adds to the token's state. A head
/// that has nothing to say to a token is thereby taught to say nothing, which under a softmax it can only do by resting
/// on a token whose value is next to nothing. Which token that is, nothing here decides.
/// </summary>
/// <remarks>A group lasso (Yuan and Lin, 2006, "Model Selection and Estimation in Regression with Grouped Variables")
/// over the heads' outputs; that attention to [SEP] is such a no-op is the reading of Clark et al. (2019), section 3.2.</remarks>
internal sealed class SpeakingCost : IDisposable
{
    private static readonly Scalar Smoothing = 1e-6; // of the squared length: without it the gradient at 0 is infinite

    private readonly BertForMaskedLM model;
    private readonly List<Tensor> costs = [];
    private readonly Scalar scale;

    /// <summary>A cost for the passes of one batch.</summary>
    /// <param name="model">The model whose heads are watched.</param>
    /// <param name="residualScale">α: what a head adds counts relative to the residual it is added to.</param>
    public SpeakingCost(BertForMaskedLM model, double residualScale)
    {
        this.model = model;
        scale = 1 / (residualScale * residualScale * model.Config.HiddenSize);
        Hooks = new AttentionHooks { EditHeads = Watch };
    }

    /// <summary>What the pass has to be given.</summary>
    public AttentionHooks Hooks { get; }

    /// <summary>The sum over layers and heads of the mean over tokens of the root mean square of what the head adds, relative to the residual.</summary>
    public Tensor Total() => stack(costs).sum();

    /// <summary>Frees what the passes left.</summary>
    public void Dispose() => costs.ForEach(c => c.Dispose());

    // ‖W c‖² = cᵀ(WᵀW)c, so that the D-wide output of each head need not be formed.
    private Tensor Watch(int layer, Tensor context)
    {
        var (heads, size) = (model.Config.NumAttentionHeads, model.Config.HeadSize);
        var weight = model.Bert.Encoder.Layers[layer].Attention.Output.Weight.to_type(ScalarType.Float32).view(-1, heads, size).transpose(0, 1); // [H, D, d]
        var gram = weight.transpose(1, 2).matmul(weight);                      // [H, d, d]
        var own = context.transpose(0, 1).reshape(heads, -1, size).to_type(ScalarType.Float32); // [H, B·T, d]
        var squares = own.matmul(gram).mul(own).sum(-1);                       // [H, B·T]
        costs.Add(squares.mul(scale).add(Smoothing).sqrt().mean(new long[] { 1 }).sum().DetachFromDisposeScope()); // summed over the heads
        return context;
    }
}
