using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The weights of a probe as one vector, and its scores. Linear in the weights, so that what it finds is the best there is and
/// does not depend on a start: it starts from 0.
/// </summary>
internal sealed class ProbeModel : IDisposable
{
    private readonly int _maps, _words;
    private readonly Tensor _weights;
    private readonly ListAdam _adam;

    /// <summary>A probe that scores every head alike.</summary>
    /// <param name="maps">K.</param>
    /// <param name="words">d; 0 for a probe without words.</param>
    public ProbeModel(int maps, int words)
    {
        (_maps, _words) = (maps, words);
        Count = 2 * maps * (1 + 2 * words) + 4 * maps * (1 + words);
        _weights = zeros(Count, requires_grad: true).DetachFromDisposeScope();
        _adam = new ListAdam([_weights], 0);
    }

    /// <summary>How many numbers there are to learn.</summary>
    public int Count { get; }

    /// <summary>All weights: w and u, <c>[K]</c> each; those of the root, <c>[4K]</c>; and with words the same five times over them (see
    /// <see cref="Scores"/>).</summary>
    public double[] Values() => [.. _weights.Floats().Select(v => (double)v)];

    /// <summary>The scores of every candidate for every word that counts.</summary>
    /// <returns><c>[n, L + 1]</c>, the root last; −∞ for what cannot be.</returns>
    public Tensor Scores(ProbeBatch batch)
    {
        using var scope = NewDisposeScope();
        var (to, from, specials) = batch.Features();
        int at = 0;
        Tensor Take(params long[] shape)
        {
            int count = (int)shape.Aggregate(1L, (a, b) => a * b);
            var part = _weights.narrow(0, at, count).view(shape);
            at += count;
            return part;
        }
        Tensor w = Take(1, 1, _maps), u = Take(1, 1, _maps), root = Take(1, 1, 4 * _maps);
        Tensor scores; // [B, L, L]: dependent, head
        if (_words == 0) scores = w.unsqueeze(2).matmul(to).Plus(u.unsqueeze(2).matmul(from)).squeeze(2);
        else
        {
            // A map's weight is w + W·(v_i ⊕ v_j): the part of v_i goes with the row, that of v_j with the column.
            var v = batch.Words;                                                                                 // [B, L, d]
            Tensor Of(Tensor matrix) => v.matmul(matrix);                                                         // [B, L, K]
            Tensor toDependent = Take(_words, _maps), toHead = Take(_words, _maps), fromDependent = Take(_words, _maps),
            fromHead = Take(_words, _maps), rootWords = Take(_words, 4 * _maps);
            var rows = stack([Of(toDependent).Plus(w), Of(fromHead)], 2).matmul(to);                  // [B, L, 2, L]
            var columns = stack([Of(fromDependent).Plus(u), Of(toHead)], 2).matmul(from);
            var both = rows.Plus(columns);
            scores = both.select(2, 0).Plus(both.select(2, 1).transpose(1, 2));
            root = Of(rootWords).Plus(root);
        }
        var ofRoot = specials.mul(root).sum(dim: -1, keepdim: true);                                               // [B, L, 1]
        var all = cat([scores, ofRoot], -1).masked_fill(batch.Closed, Scalars.NegativeInfinity);                 // [B, L, L + 1]
        return all.view(-1, batch.Length + 1).index_select(0, batch.Rows).MoveToOuterDisposeScope();
    }

    /// <summary>One step of AdamW down the mean cross-entropy of a batch.</summary>
    public void Learn(ProbeBatch batch, double rate, double decay)
    {
        using var scope = NewDisposeScope();
        nn.functional.cross_entropy(Scores(batch), batch.Targets).backward();
        using var noGradients = no_grad();
        _adam.Step([_weights.grad], rate, decay);
        _weights.grad!.zero_();
    }

    public void Dispose()
    {
        _adam.Dispose();
        _weights.Dispose();
    }
}
