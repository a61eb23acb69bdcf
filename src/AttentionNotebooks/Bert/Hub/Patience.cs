using System.Globalization;

namespace AttentionNotebooks;

/// <summary>Tries again after transient failures, with waits that double and are spread at random, a bounded number of times.</summary>
/// <param name="settings">How often and how long.</param>
/// <param name="repository">Whose name a final failure carries.</param>
/// <param name="meter">Shows each wait.</param>
internal sealed class Patience(HubSettings settings, string repository, ProgressMeter meter)
{
    /// <summary>Runs <paramref name="attempt"/> until it succeeds.</summary>
    /// <exception cref="InputException">It failed too often, or the hub asks to wait too long.</exception>
    public Task Try(string what, Func<Task> attempt, CancellationToken cancellation) =>
        Try(what, async () => { await attempt(); return true; }, cancellation);

    /// <summary>Runs <paramref name="attempt"/> until it succeeds, and gives back its result.</summary>
    /// <param name="what">What is tried, for messages.</param>
    /// <param name="attempt">One attempt; <see cref="TransientException"/> asks for another.</param>
    /// <param name="cancellation">Ends attempts and waits.</param>
    /// <exception cref="InputException">It failed too often, or the hub asks to wait too long.</exception>
    public async Task<T> Try<T>(string what, Func<Task<T>> attempt, CancellationToken cancellation)
    {
        for (int failures = 0; ;)
        {
            try
            {
                return await attempt();
            }
            catch (TransientException e)
            {
                failures = e.Moved ? 1 : failures + 1;
                if (failures > settings.Retries)
                    throw new InputException(repository, what, $"{e.Message}, {failures} times in a row",
                        "Try the same command later: it goes on where this one stopped", e);
                if (e.After > settings.LongestDelay)
                    throw new InputException(repository, what, $"{e.Message} and asks to wait {Seconds(e.After.Value)}",
                        "Try the same command then: it goes on where this one stopped", e);
                // What the hub asks for is the least: a hub that says "at once" again and again is not asked without a break.
                var wait = Backoff(failures);
                if (e.After > wait) wait = e.After.Value;
                meter.Show($"{e.Message}; trying again in {Seconds(wait)}");
                await settings.Wait(wait, cancellation);
            }
        }
    }

    // Half to one and a half of the doubled delay, so that many clients that failed together do not return together.
    private TimeSpan Backoff(int failures)
    {
        double seconds = settings.FirstDelay.TotalSeconds * Math.Pow(2, failures - 1) * (0.5 + Random.Shared.NextDouble());
        return TimeSpan.FromSeconds(Math.Min(seconds, settings.LongestDelay.TotalSeconds));
    }

    private static string Seconds(TimeSpan t) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(t.TotalSeconds)):0} s");
}
