using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The number of a hidden verb as a choice between its two forms: the loss is the cross-entropy of that choice, so that
/// ln 2 is knowing nothing. Items whose forms are not single pieces cannot be asked and are left out.
/// </summary>
public sealed class VerbNumber : ITextTask
{
    private const int TextsAtOnce = 16;
    private readonly Checkpoint _checkpoint;
    private readonly (TokenizedText Text, int Right, int Wrong)[] _asked;

    /// <summary>Prepares the items.</summary>
    /// <param name="checkpoint">A model with a masked-LM head; it must outlive the task.</param>
    /// <exception cref="InputException">The checkpoint has no masked-LM head, a sentence is too long for the model, or no item can be
    /// asked.</exception>
    public VerbNumber(Checkpoint checkpoint, IReadOnlyList<AgreementItem> items)
    {
        checkpoint.RequireMaskedLmHead();
        _checkpoint = checkpoint;
        var tokenizer = checkpoint.Tokenizer;
        var askable = Enumerable.Range(0, items.Count)
            .Select(i => (Index: i, Right: Piece(tokenizer, items[i].Right), Wrong: Piece(tokenizer, items[i].Wrong)))
            .Where(x => x.Right is not null && x.Wrong is not null).ToArray();
        if (askable.Length == 0)
            throw new InputException("items", null, "have no two verb forms that are single pieces of the model's vocabulary",
                "Give items with commoner verbs");
        Asked = [.. askable.Select(x => x.Index)];
        Items = [.. Asked.Select(i => items[i])];
        _asked = [.. askable.Select(x => (Encode(tokenizer, items[x.Index]), x.Right!.Value, x.Wrong!.Value))];
        Texts = [.. _asked.Select(x => x.Text)];
        // Like lengths together, so that little is padded: items are short, and a pass of a few costs as much as one of many.
        Batches = [.. Enumerable.Range(0, _asked.Length).OrderBy(i => _asked[i].Text.Length).Chunk(TextsAtOnce)];
    }

    /// <summary>The items that can be asked, in the task's order.</summary>
    public IReadOnlyList<AgreementItem> Items { get; }

    /// <summary>Their positions in the list that was given.</summary>
    public IReadOnlyList<int> Asked { get; }

    /// <inheritdoc/>
    public string Name => "verb number";

    /// <inheritdoc/>
    public string Questions => "verbs";

    /// <inheritdoc/>
    public double GuessLoss => Math.Log(2);

    /// <inheritdoc/>
    public nn.Module Weights => _checkpoint.Model;

    /// <inheritdoc/>
    public HeadGrid Grid => _checkpoint.Config.Grid;

    /// <inheritdoc/>
    public int Count => _asked.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int[]> Batches { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TokenizedText> Texts { get; }

    /// <inheritdoc/>
    public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var device = _checkpoint.Model.Device;
        var batch = new TokenBatch([.. items.Select(i => _asked[i].Text)], _checkpoint.Tokenizer.PadId, device);
        var places = tensor(items.Select((item, b) =>
            (long)b * batch.Length + Array.IndexOf(_asked[item].Text.Ids, _checkpoint.Tokenizer.MaskId)).ToArray(), device: device);
        var forms = tensor(items.SelectMany(i => new long[] { _asked[i].Right, _asked[i].Wrong }).ToArray(), [items.Count, 2],
            device: device);
        // [n, D]
        var states = _checkpoint.Model.Bert.forward(batch.Ids, batch.Segments, batch.Mask, hooks).view(-1, _checkpoint.Config.HiddenSize)
            .index_select(0, places);
        var scores = _checkpoint.Model.Logits(states).to_type(ScalarType.Float32).gather(1, forms);   // [n, 2]: the right form first
        var right = scores.select(1, 0).gt(scores.select(1, 1)).to_type(ScalarType.Float32);
        return new TaskOutput(nn.functional.log_softmax(scores, 1).select(1, 0).neg(), right, ones_like(right));
    }

    /// <summary>Whether both forms of an item are single pieces of a vocabulary.</summary>
    internal static bool CanAsk(TextTokenizer tokenizer, AgreementItem item) => Piece(tokenizer, item.Right) is not null
        && Piece(tokenizer, item.Wrong) is not null;

    private static int? Piece(TextTokenizer tokenizer, string word) => tokenizer.Encode(word).Ids is [_, var piece, _]
        && piece != tokenizer.UnknownId ? piece : null;

    private static TokenizedText Encode(TextTokenizer tokenizer, AgreementItem item)
    {
        var text = tokenizer.Encode(item.Sentence);
        return text.Truncated ? throw new InputException($"item {item.Id}", null,
            $"is longer than the model's {tokenizer.MaxLength} tokens", "Leave it out") : text;
    }
}
