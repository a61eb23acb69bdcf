using System.Diagnostics;

namespace AttentionNotebooks;

/// <summary>An extraction that can be stopped at any moment, killed even, and goes on later with the same result.</summary>
public static class ResumableExtraction
{
    /// <summary>How often the state is saved.</summary>
    public static TimeSpan SaveEvery { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Computes features and saves the state now and then, and when it is cancelled.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="features">What to compute.</param>
    /// <param name="options">Batch size and shard.</param>
    /// <param name="stateFile">Where the state is kept meanwhile; left there unless the extraction ends.</param>
    /// <param name="resume">Whether to go on from <paramref name="stateFile"/>, if it is there; else it is replaced.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="saveEvery">How often the state is saved; <see cref="SaveEvery"/> when omitted.</param>
    /// <returns>The complete state.</returns>
    /// <exception cref="InputException">The state is of another run, a map is broken, or a feature fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the state is saved.</exception>
    public static FeatureState Extract(IAttentionSource source, IReadOnlyList<HeadFeature> features,
        VisitOptions options, string stateFile, bool resume,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default, TimeSpan? saveEvery = null)
    {
        // Hashing the model takes a moment, which a run that ends before the first saving need not spend.
        var run = new Lazy<string>(() => FeatureState.RunOf(source, features, options.TokensPerBatch));
        int batches = BatchPlan.Of([.. source.Texts.Select(t => t.Length)], options).Count, done = 0;
        var total = new FeatureReducer(source.Grid, features);
        if (resume && File.Exists(stateFile))
        {
            var state = FeatureState.Read(stateFile);
            if (state.Run != run.Value || state.Shard != options.Shard || state.Shards != options.Shards)
                throw new InputException(stateFile, null, "is of another run (other model, texts, features or shard)",
                    "Remove it, or run without --resume");
            total.Merge(state.Sums);
            done = state.BatchesDone;
        }

        var from = new Lazy<Provenance>(() => Provenance.Of(source, total.Features));
        FeatureState Now() => new(run.Value, options.Shard, options.Shards, done, batches, total) { From = from.Value };
        var sinceSaved = Stopwatch.StartNew();
        try
        {
            source.Visit(new Committer(source.Grid, features, total, () => done++), options with { Skip = done }, new Each(p =>
            {
                progress?.Report(p);
                if (sinceSaved.Elapsed < (saveEvery ?? SaveEvery)) return;
                Now().Write(stateFile);
                sinceSaved.Restart();
            }), cancellation);
        }
        catch (OperationCanceledException)
        {
            Now().Write(stateFile);
            throw;
        }
        return Now();
    }

    // A batch counts when its last layer is in, and not before: stopped in its middle, it is visited again.
    private sealed class Committer(HeadGrid grid, IReadOnlyList<HeadFeature> features, FeatureReducer total, Action committed)
        : IAttentionVisitor
    {
        private FeatureReducer _batch = new(grid, features);

        public bool NeedsValues => _batch.NeedsValues;

        public void Visit(LayerMaps maps)
        {
            _batch.Visit(maps);
            if (maps.Layer < grid.Layers - 1) return;
            total.Merge(_batch);
            _batch = new FeatureReducer(grid, features);
            committed();
        }
    }

    private sealed class Each(Action<VisitProgress> report) : IProgress<VisitProgress>
    {
        public void Report(VisitProgress value) => report(value);
    }
}
