using System.Runtime.ExceptionServices;

namespace AttentionNotebooks;

/// <summary>Many independent runs on all cores. Each has its own seed, so that the order in which the threads take them changes
/// nothing.</summary>
internal static class Runs
{
    /// <summary>The results in the order of their numbers.</summary>
    /// <param name="count">How many runs.</param>
    /// <param name="run">From a run's number to its result.</param>
    /// <exception cref="InputException">What a run threw, as if it had been the only one.</exception>
    public static T[] Of<T>(int count, Func<int, T> run)
    {
        try { return [.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(run)]; }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(i => i is InputException) is { } input)
        {
            ExceptionDispatchInfo.Capture(input).Throw();
            throw;
        }
    }
}
