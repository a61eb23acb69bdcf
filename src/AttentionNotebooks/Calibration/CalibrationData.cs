namespace AttentionNotebooks;

/// <summary>What a calibration learns from, stops by, and is tested on.</summary>
/// <param name="Train">The items to learn from.</param>
/// <param name="Dev">The items to stop by.</param>
/// <param name="Test">The items to score, in none of the others.</param>
public sealed record CalibrationData(TaskPart Train, TaskPart Dev, TaskPart Test)
{
    private const double TestShare = 0.4, DevShare = 0.25;

    /// <summary>
    /// Parts of one task. Two items in five are tested on, the same for every seed, so that nothing that is measured on the
    /// others has seen them; the seed deals the rest into three parts to learn from and one to stop by.
    /// </summary>
    /// <param name="seed">Decides who is in train and who in dev.</param>
    /// <exception cref="InputException">There are too few items.</exception>
    public static CalibrationData Of(IModelTask task, int seed)
    {
        var (rest, test) = Held(task.Count);
        new Random(seed).Shuffle(rest);
        int dev = Math.Max(1, (int)(DevShare * rest.Length));
        return new CalibrationData(TaskPart.Of(task, rest[dev..]), TaskPart.Of(task, rest[..dev]), TaskPart.Of(task, test));
    }

    /// <summary>Which of so many items are never tested on, and which are.</summary>
    /// <param name="count">How many items there are.</param>
    public static (int[] Learnt, int[] Tested) Held(int count)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        new Random(2020).Shuffle(all); // one split for everybody
        int test = (int)(TestShare * count);
        return ([.. all[test..].Order()], [.. all[..test].Order()]);
    }
}
