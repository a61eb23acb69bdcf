using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Fixed vectors of words for a probe: the model's own input embeddings, averaged over a word's pieces, on their first principal
/// components. They know the word and nothing of its sentence, as the GloVe vectors of Clark et al. 2019, §5, do.
/// </summary>
internal sealed class WordVectors
{
    private readonly float[][] _bySentence;

    internal WordVectors(int dimensions, float[][] bySentence, double explained) =>
        (Dimensions, _bySentence, Explained) = (dimensions, bySentence, explained);

    /// <summary>Numbers per word, d.</summary>
    public int Dimensions { get; }

    /// <summary>The share of the variance over the distinct words that the components keep.</summary>
    public double Explained { get; }

    /// <summary>A sentence's vectors, <c>[W, d]</c>; the first component has variance 1 over the distinct words.</summary>
    /// <param name="sentence">Its position among the sentences.</param>
    public ReadOnlySpan<float> this[int sentence] => _bySentence[sentence];

    /// <summary>The vectors of a treebank's words.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="sentences">The treebank.</param>
    /// <param name="dimensions">How many components; at most the embeddings' width.</param>
    /// <exception cref="InputException">A word has no piece, the words do not differ, or there are too many components.</exception>
    public static WordVectors Compute(Checkpoint checkpoint, IReadOnlyList<TreebankSentence> sentences,
        int dimensions = ProbeReport.DefaultDimensions)
    {
        string[] forms = [.. sentences.SelectMany(s => s.Words).Select(w => w.Form).Distinct(StringComparer.Ordinal)];
        var points = Averages(checkpoint, forms);
        var components = PrincipalComponents.Fit(points, dimensions);
        double scale = Math.Sqrt(components.Coordinates.Average(c => c[0] * c[0]));
        var vectors = forms.Select((f, i) => (f, components.Coordinates[i]))
            .ToDictionary(p => p.f, p => p.Item2.Select(v => (float)(v / scale)).ToArray(), StringComparer.Ordinal);
        return new WordVectors(dimensions, [.. sentences.Select(s => s.Words.SelectMany(w => vectors[w.Form]).ToArray())],
            components.Explained.Sum());
    }

    private static double[][] Averages(Checkpoint checkpoint, string[] forms)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var table = checkpoint.Model.Bert.Embeddings.WordEmbeddings;
        return [.. forms.Select(form =>
        {
            using var inner = NewDisposeScope();
            var text = checkpoint.Tokenizer.Encode([form]);
            long[] pieces = [.. Enumerable.Range(0, text.Length).Where(i => text.Words[i] >= 0).Select(i => (long)text.Ids[i])];
            if (pieces.Length == 0)
                throw new InputException($"word \"{form}\"", null, "has no piece in the model's vocabulary",
                    "Leave its sentences out (TreebankAttention.Of does)");
            return table.index_select(0, tensor(pieces, device: table.device)).to_type(ScalarType.Float32).mean([0]).Floats()
                .Select(v => (double)v).ToArray();
        })];
    }
}
