using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// BERT, or a model of a similar family, with a head for the class of a text or of a pair: classifier(f(dense(hidden[0]))). In BERT
/// the dense map is the pooler's and f is tanh; other families have a dense map of the head's own, and some another f, a normalisation
/// behind it, or the mean of all tokens in place of the first.
/// </summary>
/// <remarks>Devlin et al. (2019), section 4.1; Hugging Face's classes <c>…ForSequenceClassification</c>.</remarks>
public sealed class BertForSequenceClassification : nn.Module
{
    private readonly BertModel bert;
    private readonly Linear? dense; // where the pooler is not read
    private readonly LayerNorm? norm; // behind f
    private readonly Linear classifier;
    private readonly Func<Tensor, Tensor> activation;
    private readonly bool readsMean;

    /// <summary>Puts a head upon a BERT. Its weights are TorchSharp's starting weights; <see cref="InitializeHead"/> gives it
    /// BERT's.</summary>
    /// <param name="bert">The model, with a pooler where its family's head reads it. It is shared, not copied: disposing this disposes
    /// it.</param>
    /// <param name="classes">How many classes there are, at least 2.</param>
    /// <exception cref="ArgumentException">The model lacks the pooler, or there are fewer than two classes.</exception>
    public BertForSequenceClassification(BertModel bert, int classes) : base(nameof(BertForSequenceClassification))
    {
        var layout = bert.Config.Family.ClassifierOf(bert.Config);
        if (layout.ReadsPooler && bert.Pooler is null) throw new ArgumentException("has no pooler, which a classifier reads", nameof(bert));
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        this.bert = bert;
        int size = bert.Config.HiddenSize;
        var device = bert.Embeddings.WordEmbeddings.device;
        dense = layout.ReadsPooler ? null : nn.Linear(size, size, layout.DenseBias, device);
        norm = layout.Norm is null ? null
            : nn.LayerNorm([size], bert.Config.LayerNormEps, bias: layout.NormBias, device: device);
        readsMean = layout.ReadsMean;
        classifier = nn.Linear(size, classes, device: device);
        activation = layout.Activation == "tanh" ? x => x.tanh() : Activations.Named(layout.Activation);
        RegisterComponents();
    }

    /// <summary>The model under the head.</summary>
    public BertModel Bert => bert;

    /// <summary>The sizes.</summary>
    public BertConfig Config => bert.Config;

    /// <summary>How many classes there are, C.</summary>
    public int Classes => (int)classifier.weight.shape[0];

    /// <summary>Where the weights live.</summary>
    public Device Device => bert.Embeddings.WordEmbeddings.device;

    /// <summary>Lets all but the embeddings compute in another number format.</summary>
    internal void LayersTo(ScalarType format)
    {
        bert.Encoder.to(format);
        bert.Pooler?.to(format);
        dense?.to(format);
        norm?.to(format);
        classifier.to(format);
    }

    /// <summary>A score for every class.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    /// <param name="hooks">Edits and watchers, if any.</param>
    /// <returns>Logits <c>[B, C]</c>; the caller owns them.</returns>
    /// <exception cref="ArgumentException">The shapes disagree, or T exceeds the model's positions.</exception>
    public Tensor forward(Tensor ids, Tensor? segments = null, Tensor? mask = null, AttentionHooks? hooks = null)
    {
        using var hidden = bert.forward(ids, segments, mask, hooks);           // [B, T, D]
        return Logits(hidden, mask: mask);
    }

    /// <summary>A score for every class from the last layer's hidden states.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="dropout">What the pooled states are multiplied by while training, <c>[B, D]</c>: 0 where one is dropped, 1/(1 − p)
    /// elsewhere.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>. Some heads read the mean
    /// of all tokens.</param>
    /// <returns>Logits <c>[B, C]</c>; the caller owns them.</returns>
    public Tensor Logits(Tensor hidden, Tensor? dropout = null, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        var pooled = dense is null ? bert.Pooler!.forward(hidden)              // [B, D]
            : activation(dense.forward(readsMean ? hidden.MeanOfTokens(mask) : hidden.select(1, 0)));
        if (norm is not null) pooled = norm.forward(pooled);
        if (dropout is not null) pooled = pooled.mul(dropout);
        return classifier.forward(pooled).MoveToOuterDisposeScope();           // [B, C]
    }

    /// <summary>Gives the head its starting weights: normal with the model's deviation (<see cref="BertConfig.InitializerRange"/>), biases
    /// 0.</summary>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="poolerToo">Whether to start the pooler anew as well, where the checkpoint had none.</param>
    public void InitializeHead(int seed, bool poolerToo = false)
    {
        using var noGradients = no_grad();
        var random = new Random(seed);
        foreach (var (name, parameter) in named_parameters())
        {
            if (!IsHead(name) || (!poolerToo && name.StartsWith("bert.", StringComparison.Ordinal))) continue;
            var values = new float[parameter.numel()];
            // Box and Muller (1958).
            if (parameter.dim() > 1)
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)(Config.InitializerRange * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                        * Math.Cos(2 * Math.PI * random.NextDouble()));
            else if (name == "norm.weight") Array.Fill(values, 1f);
            using var scope = NewDisposeScope();
            parameter.copy_(tensor(values).view(parameter.shape));
        }
    }

    /// <summary>Whether a parameter is of what stands above the encoder: pooler, dense map and classifier.</summary>
    internal static bool IsHead(string parameter) => parameter.StartsWith("bert.pooler.", StringComparison.Ordinal)
        || !parameter.StartsWith("bert.", StringComparison.Ordinal);

    /// <summary>Disposes what is not the model under the head.</summary>
    internal void DisposeHead()
    {
        dense?.Dispose();
        norm?.Dispose();
        classifier.Dispose();
    }
}
