using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Sentence embeddings: pooled states of the last layer, brought to length 1, so that a product of two is their cosine.</summary>
/// <remarks>Reimers and Gurevych (2019), "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", section 3.</remarks>
public static class SentenceEmbedding
{
    private const string ModePrefix = "pooling_mode_", Mean = "pooling_mode_mean_tokens", Cls = "pooling_mode_cls_token";

    /// <summary>
    /// What a model's folder says of its pooling, in the file <c>1_Pooling/config.json</c> of sentence-transformers; the mean where
    /// there is none.
    /// </summary>
    /// <param name="folder">The checkpoint's folder, or a name of <see cref="PackagedEncoders"/>.</param>
    /// <exception cref="InputException">The file is damaged or names another pooling, a learnt map follows the pooling, which is not
    /// computed, or it is the name of an encoder that this build did not bring.</exception>
    public static Pooling PoolingOf(string folder)
    {
        const string Remedy = "Name the pooling yourself (--pooling mean or cls) to compare the pooled states as they are";
        folder = PackagedEncoders.Resolve(folder);
        if (PoolingFile.Maps(folder) is [var dense, ..])
            throw new InputException(dense, null, "is a learnt map behind the pooling, which is not computed here", Remedy);
        string path = PoolingFile.In(folder);
        if (!File.Exists(path)) return Pooling.Mean;
        using var json = JsonFile.Read(path);
        var reader = new JsonReader(path, json.RootElement);
        string[] modes = [.. json.RootElement.EnumerateObject().Select(p => p.Name)
            .Where(n => n.StartsWith(ModePrefix, StringComparison.Ordinal) && reader.Flag(n) == true)];
        return modes is [Mean] ? Pooling.Mean : modes is [Cls] ? Pooling.Cls
            : throw new InputException(path, null, modes.Length == 0 ? "names no pooling"
                : $"asks for {string.Join(" and ", modes)}, and only {Mean} and {Cls} are computed", Remedy);
    }

    /// <summary>The embeddings of texts.</summary>
    /// <param name="checkpoint">The model; no head is needed.</param>
    /// <param name="texts">The texts, at least one; longer ones are cut to the model's positions.</param>
    /// <param name="pooling">How tokens become a text; what the model's folder says (<see cref="PoolingOf"/>) unless given.</param>
    /// <returns><c>[texts][D]</c>, each of length 1.</returns>
    /// <exception cref="InputException">A text has no token, or the folder names a pooling that is not computed.</exception>
    /// <example><code>
    /// float[][] e = SentenceEmbedding.Compute(Kit.Model(), ["The cat sat.", "A cat was sitting."]);
    /// e[0].Zip(e[1], (a, b) => a * b).Sum()  // the cosine of the two
    /// </code></example>
    public static float[][] Compute(Checkpoint checkpoint, IReadOnlyList<string> texts, Pooling? pooling = null)
    {
        var compared = new ComparedTexts(checkpoint, [.. texts.Select(t => new[] { t })], pooling);
        var result = new float[texts.Count][];
        using var noGradients = no_grad();
        foreach (int[] batch in compared.Batches)
        {
            using var scope = NewDisposeScope();
            var own = compared.Embed(batch).Floats().Chunk(checkpoint.Config.HiddenSize);
            foreach (var (item, embedding) in batch.Zip(own)) result[item] = embedding;
        }
        return result;
    }

    /// <summary>Embeddings of length 1, <c>[B, D]</c>, float32; they belong to the caller's dispose scope. Gradients flow.</summary>
    /// <param name="batch">The texts.</param>
    /// <param name="hooks">Edits and watchers of the model's attention, if any.</param>
    internal static Tensor Embed(BertModel model, TokenBatch batch, Pooling pooling, AttentionHooks? hooks = null)
    {
        var hidden = model.forward(batch.Ids, batch.Segments, batch.Mask, hooks).to_type(ScalarType.Float32); // [B, T, D]
        return Pool(hidden, batch.Mask, pooling);
    }

    /// <summary>From hidden states <c>[B, T, D]</c> to embeddings of length 1, <c>[B, D]</c>.</summary>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    internal static Tensor Pool(Tensor hidden, Tensor? mask, Pooling pooling) =>
        nn.functional.normalize(pooling == Pooling.Cls ? hidden.select(1, 0) : hidden.MeanOfTokens(mask));
}
