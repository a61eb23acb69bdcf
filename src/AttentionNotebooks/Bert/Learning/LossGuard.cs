namespace AttentionNotebooks.Training;

/// <summary>Ends learning whose loss is no number any more, before a step is taken on it or anything is kept.</summary>
internal static class LossGuard
{
    /// <summary>What to do about steps that lead out of all numbers.</summary>
    public const string Slower = "Learn with a smaller rate";

    /// <summary>The loss before the first step, which no rate explains.</summary>
    public static double Before(string who, double loss) =>
        Finite(who, "before the first step", "loss", loss,
            "Check the model: its weights, or what it computes in, give no number for these items");

    /// <summary>The loss that a step is about to be taken on.</summary>
    public static double At(string who, int step, double loss) => Finite(who, $"step {step}", "loss", loss, Slower);

    /// <summary>The loss on items that are not learnt from, after a step.</summary>
    public static double After(string who, int step, double loss) => Finite(who, $"after step {step}", "loss", loss, Slower);

    /// <summary>Anything that learning must keep a number.</summary>
    public static double Finite(string who, string place, string name, double value, string remedy) =>
        double.IsFinite(value) ? value : throw new InputException(who, place, $"the {name} is NaN or infinite", remedy);
}
