namespace AttentionNotebooks;

/// <summary>A task whose every item is one text of the model's, so that the tokens of the questions are known.</summary>
public interface ITextTask : IModelTask
{
    /// <summary>The text of each item as the model is given it, hidden words hidden. A batch holds them in its own order, filled up to the
    /// longest.</summary>
    IReadOnlyList<TokenizedText> Texts { get; }
}
