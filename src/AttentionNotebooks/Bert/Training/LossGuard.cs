namespace AttentionNotebooks.Bert.Training;

/// <summary>Ends learning whose loss is no number any more, before a step is taken on it or anything is kept.</summary>
internal static class LossGuard
{
    /// <summary>What to do about steps that lead out of all numbers.</summary>
    public const string Slower = "Learn with a smaller rate";

    private const string Problem = "the loss is NaN or infinite";

    /// <summary>The loss before the first step, which no rate explains.</summary>
    public static double Before(string who, double loss) => double.IsFinite(loss) ? loss
        : throw new InputException(who, "before the first step", Problem, "Check the model: its weights, or what it computes in, give no number for these items");

    /// <summary>The loss that a step is about to be taken on.</summary>
    public static double At(string who, int step, double loss) => double.IsFinite(loss) ? loss : throw new InputException(who, $"step {step}", Problem, Slower);

    /// <summary>The loss on items that are not learnt from, after a step.</summary>
    public static double After(string who, int step, double loss) => double.IsFinite(loss) ? loss : throw new InputException(who, $"after step {step}", Problem, Slower);
}
