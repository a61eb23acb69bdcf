namespace AttentionNotebooks;

/// <summary>How the hidden states of a text's tokens become one vector, the text's embedding.</summary>
public enum Pooling
{
    /// <summary>The mean over all tokens of the text, special tokens counted, padding not: all-MiniLM-L6-v2 and most sentence
    /// encoders.</summary>
    Mean,

    /// <summary>The state of the first token, [CLS]: snowflake-arctic-embed, BGE.</summary>
    Cls,
}
