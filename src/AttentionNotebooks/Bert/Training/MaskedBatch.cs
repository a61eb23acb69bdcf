using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>A batch whose words are partly hidden. Belongs to the dispose scope it is made in.</summary>
/// <remarks>Devlin et al. (2019), section 3.1 and appendix A.1: of the chosen tokens 80 % become [MASK], 10 % a random
/// entry, 10 % stay as they are.</remarks>
internal sealed class MaskedBatch
{
    private const int FirstWord = 5; // ids 0 to 4 are the special tokens

    /// <summary>Hides tokens of equally long examples.</summary>
    public MaskedBatch(Example[] examples, WordPieceTokenizer tokenizer, double rate, Random random)
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
        Ids = tensor(ids).view(rows, length);
        Segments = tensor(segments).view(rows, length);
        Chosen = tensor(chosen.ToArray());
        Targets = tensor(Labels);
    }

    /// <summary>Ids with words hidden, <c>[B, T]</c>.</summary>
    public Tensor Ids { get; }

    /// <summary>Segments <c>[B, T]</c>.</summary>
    public Tensor Segments { get; }

    /// <summary>Places of the chosen tokens in the flattened batch, <c>[M]</c>.</summary>
    public Tensor Chosen { get; }

    /// <summary>What stood there, <c>[M]</c>.</summary>
    public Tensor Targets { get; }

    /// <summary>What stood there, as plain numbers.</summary>
    public long[] Labels { get; }

    /// <summary>Scores for the chosen tokens only, <c>[M, V]</c>.</summary>
    public Tensor Logits(BertForMaskedLM model)
    {
        var hidden = model.Bert.forward(Ids, Segments);                        // [B, T, D]
        var rows = hidden.view(-1, model.Config.HiddenSize).index_select(0, Chosen); // [M, D]
        return model.Logits(rows);                                             // [M, V]
    }
}
