namespace AttentionNotebooks;

/// <summary>A vector of weights: a tensor, or a piece of one.</summary>
internal sealed record OnnxVector(OnnxTensor Tensor, int Start = 0, int? Count = null)
{
    /// <summary>How many elements.</summary>
    public long Length => Count ?? Tensor.Count;
}

/// <summary>A product of a value with a matrix of weights: x·W, W as <c>[in, out]</c>.</summary>
/// <param name="Input">The value.</param>
/// <param name="Weight">The matrix.</param>
/// <param name="Node">The product.</param>
/// <param name="Start">First column of the matrix that is meant.</param>
/// <param name="Count">How many columns; all unless given.</param>
internal sealed record OnnxProduct(string Input, OnnxWeight Weight, OnnxNode Node, int Start = 0, int? Count = null)
{
    /// <summary>Width of the result.</summary>
    public long Outputs => Count ?? Weight.Columns;
}

/// <summary>A linear map: x·W + b.</summary>
internal sealed record OnnxLinear(OnnxProduct Product, OnnxVector Bias)
{
    public string Input => Product.Input;

    public long Inputs => Product.Weight.Rows;

    public long Outputs => Product.Outputs;
}

/// <summary>Layer normalisation of a sum.</summary>
internal sealed record OnnxNorm(IReadOnlyList<string> Inputs, OnnxTensor? Bias, OnnxTensor Scale, OnnxTensor Shift, double Epsilon,
    OnnxNode Node);

/// <summary>An activation and the linear map that it is applied to.</summary>
internal sealed record OnnxActivation(OnnxLinear Linear, string Name);

/// <summary>Self-attention of one layer.</summary>
/// <param name="Query">Makes the queries.</param>
/// <param name="Key">Makes the keys.</param>
/// <param name="Value">Makes the values.</param>
/// <param name="Input">The states that all three read.</param>
/// <param name="Heads">How many heads.</param>
/// <param name="Scale">What the products q·k are multiplied by, relative to 1/√d.</param>
/// <param name="Node">The Softmax or the operator that has one inside.</param>
internal sealed record OnnxAttention(OnnxLinear Query, OnnxLinear Key, OnnxLinear Value, string Input, int Heads, double Scale,
    OnnxNode Node);

/// <summary>A layer of the encoder.</summary>
internal sealed record OnnxLayer(OnnxAttention Attention, OnnxLinear Output, OnnxNorm AttentionNorm, OnnxActivation Intermediate,
    OnnxLinear Dense, OnnxNorm Norm, string Result);

/// <summary>The embeddings.</summary>
internal sealed record OnnxEmbeddings(OnnxTensor Words, OnnxTensor Positions, OnnxTensor? Types, int? PaddingId, OnnxTensor NormScale,
    OnnxTensor NormShift, double Epsilon, OnnxLinear? Projection)
{
    /// <summary>The graph's input that gives the words.</summary>
    public string? WordInput { get; init; }

    /// <summary>The graph's input that gives the segments.</summary>
    public string? SegmentInput { get; init; }
}

/// <summary>The masked-LM head.</summary>
internal sealed record OnnxWordHead(OnnxActivation Transform, OnnxNorm Norm, OnnxLinear Decoder);

/// <summary>What stands upon the encoder.</summary>
internal sealed record OnnxHeads(OnnxLinear? Pooler, OnnxLinear? Classifier, OnnxWordHead? Words, OnnxLinear? Pairs);
