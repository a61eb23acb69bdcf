using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// One layer's maps of one batch, with the facts of its texts and what is computed of the maps once for all formulas. Lives
/// during the visit of its layer.
/// </summary>
public sealed class LayerMaps : IDisposable
{
    private readonly KeptTensors _shared = new();
    private readonly LayersBelow _below;
    private readonly bool _ownsBelow;
    private readonly Tensor? _valueNorms;

    /// <summary>Maps of a layer by themselves.</summary>
    /// <param name="batch">The texts.</param>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="probabilities"><c>[B, H, T, T]</c>, float32; the caller goes on owning them.</param>
    /// <param name="valueNorms">The values' norms <c>[B, H, T]</c>, where there are any; disposed with this object.</param>
    public LayerMaps(TextBatch batch, int layer, Tensor probabilities, Tensor? valueNorms = null)
        : this(batch, layer, probabilities, valueNorms, new LayersBelow()) =>
        _ownsBelow = true;

    /// <summary>Maps of one layer of several.</summary>
    internal LayerMaps(TextBatch batch, int layer, Tensor probabilities, Tensor? valueNorms, LayersBelow below) =>
        (Batch, Layer, Probabilities, _valueNorms, _below) = (batch, layer, probabilities, valueNorms?.DetachFromDisposeScope(), below);

    /// <summary>The texts.</summary>
    public TextBatch Batch { get; }

    /// <summary>The layer, from 0.</summary>
    public int Layer { get; }

    /// <summary>
    /// The maps <c>[B, H, T, T]</c>, float32: weight from query (third) to key (fourth). Rows of a text's own tokens sum to 1;
    /// rows and columns of padding are zero.
    /// </summary>
    public Tensor Probabilities { get; }

    /// <summary>
    /// ‖f(x_j)‖ of every head and token, with f(x) = (x·W^V + b^V)·W^O: how long the vector is that a head hands over from
    /// token j (Kobayashi et al. 2020).
    /// </summary>
    /// <remarks><c>[B, H, T]</c>, 0 at padding.</remarks>
    /// <exception cref="InputException">The source has no values: saved and given maps do not.</exception>
    public Tensor ValueNorms => _valueNorms ?? throw new InputException("the values' norms", null,
        "are not in saved maps, nor given with maps",
        "Give the model itself (--model), or leave out the features that weigh attention by values");

    /// <summary>Number of texts, B.</summary>
    public int Count => Batch.Count;

    /// <summary>Tokens of the longest text, T.</summary>
    public int Length => Batch.Length;

    /// <inheritdoc cref="TextBatch.Lengths"/>
    public Tensor Lengths => Batch.Lengths;

    /// <inheritdoc cref="TextBatch.Mask"/>
    public Tensor Mask => Batch.Mask;

    /// <inheritdoc cref="TextBatch.IsCls"/>
    public Tensor IsCls => Batch.IsCls;

    /// <inheritdoc cref="TextBatch.IsSep"/>
    public Tensor IsSep => Batch.IsSep;

    /// <inheritdoc cref="TextBatch.Position"/>
    public Tensor Position => Batch.Position;

    /// <inheritdoc cref="TextBatch.Offset"/>
    public Tensor Offset => Batch.Offset;

    /// <inheritdoc cref="TextBatch.Distance"/>
    public Tensor Distance => Batch.Distance;

    /// <inheritdoc cref="TextBatch.Mark"/>
    public Tensor Mark(Func<AttentionText, int, bool> isMarked) => Batch.Mark(isMarked);

    /// <inheritdoc cref="TextBatch.MarkTokens(Func{string, bool})"/>
    public Tensor MarkTokens(Func<string, bool> isMarked) => Batch.MarkTokens(isMarked);

    /// <inheritdoc cref="TextBatch.MarkTags"/>
    public Tensor MarkTags(Func<string, bool> isMarked) => Batch.MarkTags(isMarked);

    /// <inheritdoc cref="TextBatch.MarkPositions"/>
    public Tensor MarkPositions(Func<AttentionText, IEnumerable<int>> positions) => Batch.MarkPositions(positions);

    /// <summary>Text by text, for what cannot be computed of a whole batch. What the loop's body makes is disposed with its text.</summary>
    public IEnumerable<MapsOfText> PerText()
    {
        for (int b = 0; b < Count; b++)
        {
            using var scope = NewDisposeScope();
            int n = Batch.Texts[b].Length;
            yield return new MapsOfText(b, Batch.Indices[b], Batch.Texts[b], Probabilities[b, .., ..n, ..n]);
        }
    }

    /// <summary>A tensor computed of these maps, once for all formulas that ask for it.</summary>
    /// <param name="name">Its name; every maker of one name must make the same.</param>
    internal Tensor Shared(string name, Func<Tensor> make) => _shared.Of(name, make);

    /// <inheritdoc cref="KeptTensors.Of{T}(string, Func{T})"/>
    internal T Shared<T>(string name, Func<T> make) where T : IDisposable => _shared.Of(name, make);

    /// <summary>What the layers below make together. A formula has to ask for it in every layer from 0 on.</summary>
    /// <param name="name">Its name; every maker of one name must make the same.</param>
    /// <param name="bottom">What lies below layer 0.</param>
    /// <param name="step">From what lies below this layer to what lies below the next.</param>
    /// <exception cref="InvalidOperationException">It was not asked for in the layer below.</exception>
    internal Tensor Below(string name, Func<Tensor> bottom, Func<Tensor, Tensor> step) => _below.Of(Layer, name, bottom, step);

    /// <inheritdoc/>
    public void Dispose()
    {
        _shared.Dispose();
        _valueNorms?.Dispose();
        if (_ownsBelow) _below.Dispose();
    }
}

/// <summary>One layer's maps of one text of a batch.</summary>
/// <param name="Row">Which text of the batch, from 0.</param>
/// <param name="Index">The text's position in the source.</param>
/// <param name="Text">The text, of n tokens.</param>
/// <param name="Maps">Its maps without padding, <c>[H, n, n]</c>.</param>
public readonly record struct MapsOfText(int Row, int Index, AttentionText Text, Tensor Maps);
