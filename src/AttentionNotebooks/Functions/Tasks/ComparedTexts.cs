using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Texts whose embeddings are compared, so many to an item.</summary>
internal sealed class ComparedTexts
{
    private readonly Checkpoint _checkpoint;

    /// <summary>Encodes texts.</summary>
    /// <param name="checkpoint">The model; no head is needed. It must outlive this.</param>
    /// <param name="items">The texts of each item, as many for every one.</param>
    /// <param name="pooling">How tokens become a text; what the model's folder says unless given.</param>
    /// <param name="tokensPerBatch">Padded tokens of a batch at most, unless one item has more.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens; to the model's positions unless given.</param>
    /// <exception cref="InputException">A text has no token, or the folder names a pooling that is not computed.</exception>
    public ComparedTexts(Checkpoint checkpoint, IReadOnlyList<string[]> items, Pooling? pooling = null, int? tokensPerBatch = null,
        int? maxLength = null)
    {
        _checkpoint = checkpoint;
        Pooling = pooling ?? SentenceEmbedding.PoolingOf(checkpoint.Folder);
        int longest = Math.Min(maxLength ?? checkpoint.Tokenizer.MaxLength, checkpoint.Tokenizer.MaxLength);
        TextsPerItem = items.Count == 0 ? 1 : items[0].Length;
        Texts = [.. items.SelectMany((texts, i) => texts.Select((t, k) =>
            checkpoint.Tokenizer.Encode(t, longest).RequireTokens($"item {i}", $"text {k}")))];
        int[] tokens = [.. Texts.Chunk(TextsPerItem).Select(item => item.Max(t => t.Length) * TextsPerItem)];
        Batches = BatchPlan.Of(tokens, tokensPerBatch is { } most ? new VisitOptions(most) : VisitOptions.Default);
    }

    /// <summary>How tokens become a text.</summary>
    public Pooling Pooling { get; }

    /// <summary>The texts, item by item.</summary>
    public TokenizedText[] Texts { get; }

    /// <summary>How many an item has, k.</summary>
    public int TextsPerItem { get; }

    /// <summary>Items of like length together.</summary>
    public IReadOnlyList<int[]> Batches { get; }

    /// <summary>How many texts were cut.</summary>
    public int Cut => Texts.Count(t => t.Truncated);

    /// <summary>The embeddings of some items' texts.</summary>
    /// <param name="items">Positions of the items, n of them.</param>
    /// <param name="hooks">Edits and watchers of the model's attention, if any.</param>
    /// <returns><c>[n, k, D]</c>, each of length 1; they belong to the caller's dispose scope.</returns>
    public Tensor Embed(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var texts = TextTasks.OfItems(Texts, TextsPerItem, items);
        var batch = new TokenBatch(texts, _checkpoint.Tokenizer.PadId, _checkpoint.Model.Device);
        return SentenceEmbedding.Embed(_checkpoint.Model.Bert, batch, Pooling, hooks).view(items.Count, TextsPerItem, -1);
    }
}
