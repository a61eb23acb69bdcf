using static System.FormattableString;

namespace AttentionNotebooks;

/// <summary>
/// What a test can say at best. A p-value that is a rank among n draws is 1/(n + 1) at least, and a correction for several tests
/// multiplies that. With too few draws the test cannot find anything, whatever the data.
/// </summary>
public static class LeastPValue
{
    /// <summary>Below it a difference is called sure.</summary>
    public const double Level = 0.05;

    /// <summary>The least p-value that a rank among draws can have after Holm's correction.</summary>
    /// <param name="draws">How many draws of the null; with none the p-value is 1.</param>
    /// <param name="tests">How many tests are corrected together.</param>
    public static double Of(int draws, int tests = 1) => Math.Min(1, tests / (draws + 1.0));

    /// <summary>How many draws it takes at least, so that the least p-value is below <see cref="Level"/>.</summary>
    /// <param name="tests">How many tests are corrected together.</param>
    public static int DrawsFor(int tests = 1)
    {
        int draws = Math.Max(1, (int)(tests / Level) - 1);
        while (Of(draws, tests) >= Level) draws++;
        return draws;
    }

    /// <summary>A sentence for results that could not be sure; <see langword="null"/> where they could.</summary>
    /// <param name="draws">How many draws there were.</param>
    /// <param name="tests">How many tests were corrected together.</param>
    /// <param name="what">What was drawn, such as <c>random groups</c>.</param>
    /// <param name="option">What sets their number.</param>
    public static string? Warning(int draws, int tests, string what, string option) => draws < 1 || tests < 1 || Of(draws, tests) < Level
        ? null
        : Invariant($"Nothing could be found here: with {draws} {what}{(tests == 1 ? "" : Invariant($" and {tests} tests"))} no ")
            + Invariant($"p-value{(tests == 1 ? "" : " after the correction")} can be below {Of(draws, tests):0.000}. ")
            + Invariant($"Set {option} to {DrawsFor(tests)} or more.");
}
