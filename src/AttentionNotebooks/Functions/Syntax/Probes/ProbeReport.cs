namespace AttentionNotebooks;

/// <summary>A model's probes beside what they must be compared with, all on the same held-out sentences (Clark et al. 2019, Table 3, is
/// arranged like this), and each probe beside itself on a control task (Hewitt and Liang 2019).</summary>
public static class ProbeReport
{
    /// <summary>Components of the word vectors unless another number is given.</summary>
    public const int DefaultDimensions = 16;

    /// <summary>Trains and tests all of them.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="sentences">The treebank, or some of it; sentences that are too long for the model are left out.</param>
    /// <param name="options">How.</param>
    /// <param name="dimensions">Components of the word vectors.</param>
    /// <param name="memory">The most bytes to keep of word-level attention.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>
    /// Right-branching, best offset, distances, attention of the model with random weights, attention; then with words (the trained
    /// model's vectors in all three): distances, random attention, attention.
    /// </returns>
    /// <exception cref="InputException">There are too few sentences, or they take too much memory.</exception>
    public static IReadOnlyList<ProbeScore> Run(Checkpoint checkpoint, IEnumerable<TreebankSentence> sentences,
        ProbeOptions? options = null, int dimensions = DefaultDimensions,
        long memory = ProbeData.DefaultMemory, CancellationToken cancellation = default)
    {
        options ??= new ProbeOptions();
        var (source, fitting, _) = TreebankAttention.Of(checkpoint, sentences);
        var words = WordVectors.Compute(checkpoint, fitting, dimensions);
        var attention = ProbeData.OfAttention(source, fitting, memory: memory, cancellation: cancellation);
        using var random = RandomWeights.Like(checkpoint, options.Seed);
        var chance = ProbeData.OfAttention(TreebankAttention.Of(random, fitting).Source, fitting, "attention of random weights", memory,
            cancellation: cancellation);
        var distances = ProbeData.OfDistances(fitting);
        ProbeScore Probe(ProbeData data, WordVectors? vectors = null) => DependencyProbe.Train(data, vectors, options, cancellation)
            .Against(DependencyProbe.Train(ControlTask.Of(data, options.Seed), vectors, options, cancellation), options.Seed);
        return
        [
            DependencyProbe.RightBranching(attention, options), DependencyProbe.BestOffset(attention, options), Probe(distances),
                Probe(chance), Probe(attention),
            Probe(distances, words), Probe(chance, words), Probe(attention, words),
        ];
    }
}
