using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// One thread per replica, each with libtorch limited to itself: at the demo model's sizes two one-thread replicas do
/// twice the work of one replica on two threads, and they do not stall when another process takes a core.
/// </summary>
internal sealed class ReplicaThreads : IDisposable
{
    private readonly BlockingCollection<Action>[] queues;
    private readonly Thread[] threads;

    /// <summary>Starts the threads.</summary>
    public ReplicaThreads(int count)
    {
        queues = [.. Enumerable.Range(0, count).Select(_ => new BlockingCollection<Action>())];
        threads = [.. queues.Select((queue, i) => new Thread(() => Work(queue)) { IsBackground = true, Name = $"replica {i}" })];
        foreach (var thread in threads) thread.Start();
    }

    /// <summary>How many.</summary>
    public int Count => threads.Length;

    /// <summary>Runs <paramref name="work"/> once per replica and waits for all; the first failure is thrown again.</summary>
    public void Run(Action<int> work)
    {
        // Not disposed: a thread may still be in Signal when the wait is over, or when a queue refuses work as the threads end.
        var done = new CountdownEvent(queues.Length);
        var failures = new Exception?[queues.Length];
        for (int r = 0; r < queues.Length; r++)
        {
            int replica = r;
            queues[r].Add(() =>
            {
                try { work(replica); }
                catch (Exception e) { failures[replica] = e; }
                finally { done.Signal(); }
            });
        }
        done.Wait();
        if (Array.Find(failures, f => f is not null) is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        foreach (var queue in queues) queue.CompleteAdding();
        foreach (var thread in threads) thread.Join();
        foreach (var queue in queues) queue.Dispose();
    }

    private static void Work(BlockingCollection<Action> queue)
    {
        set_num_threads(1); // counts for the calling thread
        foreach (var action in queue.GetConsumingEnumerable()) action();
    }
}
