using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// Pieces of work side by side, each with libtorch on one thread: whoever is free takes the next. One worker is the calling
/// thread, with libtorch's own number of threads. For models as small as the demo model's on CPUs, where a second thread
/// within a matrix costs more than it brings.
/// </summary>
internal sealed class OneThreadWorkers : IDisposable
{
    private readonly ReplicaThreads? _threads;
    private readonly int _threadsBefore = get_num_threads();

    /// <summary>Starts them.</summary>
    /// <param name="count">How many, at least 1.</param>
    public OneThreadWorkers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count > 1) _threads = new ReplicaThreads(count);
    }

    /// <summary>Does all pieces and waits for them; the first failure is thrown again.</summary>
    /// <param name="count">How many pieces.</param>
    /// <param name="work">Does a piece.</param>
    public void Run(int count, Action<int> work)
    {
        int next = -1;
        void Take()
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next)) work(i);
        }
        if (_threads is null) Take();
        else _threads.Run(_ => Take());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_threads is null) return;
        _threads.Dispose();
        set_num_threads(_threadsBefore);
    }
}
