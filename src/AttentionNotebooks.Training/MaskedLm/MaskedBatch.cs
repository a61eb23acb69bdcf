using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>A batch whose words are partly hidden. Belongs to the dispose scope it is made in.</summary>
/// <remarks>Devlin et al. (2019), section 3.1 and appendix A.1: of the chosen tokens 80 % become [MASK], 10 % a random
/// entry, 10 % stay as they are.</remarks>
internal sealed class MaskedBatch
{
    /// <summary>Ids below it, 0 to 4, are the special tokens.</summary>
    public const int FirstWord = 5;

    /// <summary>Hides tokens of equally long examples.</summary>
    /// <param name="tokenizer">Knows [MASK] and the size of the vocabulary.</param>
    /// <param name="rate">The part of the tokens to hide.</param>
    /// <param name="random">Chooses them.</param>
    /// <param name="device">Where the tensors shall live; the CPU unless given.</param>
    public MaskedBatch(Example[] examples, WordPieceTokenizer tokenizer, double rate, Random random, Device? device = null)
    {
        int rows = examples.Length, length = examples[0].Ids.Length;
        var ids = new long[rows * length];
        var segments = new long[rows * length];
        var chosen = new List<long>();
        var labels = new List<long>();
        for (int b = 0; b < rows; b++)
        {
            for (int t = 0; t < length; t++)
            {
                int at = b * length + t, id = examples[b].Ids[t];
                ids[at] = id;
                segments[at] = t < examples[b].FirstLength ? 0 : 1;
                if (id < FirstWord || random.NextDouble() >= rate) continue;
                chosen.Add(at);
                labels.Add(id);
                double fate = random.NextDouble();
                if (fate < 0.8) ids[at] = tokenizer.MaskId;
                else if (fate < 0.9) ids[at] = random.Next(FirstWord, tokenizer.VocabularySize);
            }
        }
        Labels = [.. labels];
        Ids = tensor(ids, [rows, length], device: device);
        Segments = tensor(segments, [rows, length], device: device);
        Words = tensor(ids.Select(id => id == tokenizer.ClsId || id == tokenizer.SepId ? 0f : 1f).ToArray(), [rows, length],
            device: device);
        Chosen = tensor(chosen.ToArray(), device: device);
        Targets = tensor(Labels, device: device);
        var pairs = examples.Select((e, b) => (Row: (long)b, Label: (long)e.Pair)).Where(p => p.Label >= 0).ToArray();
        PairRows = tensor(pairs.Select(p => p.Row).ToArray(), device: device);
        PairTargets = tensor(pairs.Select(p => p.Label).ToArray(), device: device);
        Pairs = pairs.Length;
    }

    /// <summary>Ids with words hidden, <c>[B, T]</c>.</summary>
    public Tensor Ids { get; }

    /// <summary>1 at words, hidden ones too, 0 at [CLS] and [SEP], <c>[B, T]</c>, float32.</summary>
    public Tensor Words { get; }

    /// <summary>Segments <c>[B, T]</c>.</summary>
    public Tensor Segments { get; }

    /// <summary>Places of the chosen tokens in the flattened batch, <c>[M]</c>.</summary>
    public Tensor Chosen { get; }

    /// <summary>What stood there, <c>[M]</c>.</summary>
    public Tensor Targets { get; }

    /// <summary>What stood there, as plain numbers.</summary>
    public long[] Labels { get; }

    /// <summary>How many rows are pairs of segments, P.</summary>
    public int Pairs { get; }

    /// <summary>The rows that are pairs, <c>[P]</c>.</summary>
    public Tensor PairRows { get; }

    /// <summary>Their labels (<see cref="PairLabel"/>), <c>[P]</c>.</summary>
    public Tensor PairTargets { get; }

    /// <summary>The last layer's hidden states, <c>[B, T, D]</c>.</summary>
    public Tensor Hidden(BertForMaskedLM model, AttentionHooks? hooks = null) => model.Bert.forward(Ids, Segments, hooks: hooks);

    /// <summary>Scores for the chosen tokens only, <c>[M, V]</c>, float32.</summary>
    public Tensor Logits(BertForMaskedLM model, Tensor hidden) =>
        model.Logits(hidden.view(-1, model.Config.HiddenSize).index_select(0, Chosen)).to_type(ScalarType.Float32);

    /// <summary>Scores for the pairs only, <c>[P, 2]</c>, float32.</summary>
    public Tensor PairLogits(BertForMaskedLM model, Tensor hidden) =>
        model.PairLogits(hidden.index_select(0, PairRows)).to_type(ScalarType.Float32);
}
