using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Labelled texts as a model takes them.</summary>
internal sealed class EncodedTexts
{
    private readonly TokenizedText[] _texts;
    private readonly int _padId;

    /// <summary>Encodes texts and pairs; longer ones are cut to <paramref name="maxLength"/> tokens.</summary>
    public EncodedTexts(LabelledTexts texts, TextTokenizer tokenizer, int? maxLength = null)
    {
        int longest = Math.Min(maxLength ?? tokenizer.MaxLength, tokenizer.MaxLength);
        _texts = [.. texts.Items.Select(i => i.Second is null ? tokenizer.Encode(i.Text, longest)
            : tokenizer.Encode(i.Text, i.Second, longest))];
        _padId = tokenizer.PadId;
        Labels = texts.Gold;
        Lengths = [.. _texts.Select(t => t.Length)];
        Cut = _texts.Count(t => t.Truncated);
    }

    /// <summary>The texts' tokens.</summary>
    public IReadOnlyList<TokenizedText> Texts => _texts;

    /// <summary>The classes.</summary>
    public int[] Labels { get; }

    /// <summary>Tokens of each.</summary>
    public int[] Lengths { get; }

    /// <summary>How many were cut.</summary>
    public int Cut { get; }

    /// <summary>Some of them side by side; the tensors belong to the dispose scope.</summary>
    public TokenBatch Batch(IReadOnlyList<int> items, Device device) => new([.. items.Select(i => _texts[i])], _padId, device);

    /// <summary>Their classes <c>[n]</c>, int64.</summary>
    public Tensor Targets(IReadOnlyList<int> items, Device device) => tensor(items.Select(i => (long)Labels[i]).ToArray(), device: device);
}
