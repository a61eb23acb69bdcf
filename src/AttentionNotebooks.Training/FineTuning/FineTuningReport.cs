namespace AttentionNotebooks.Training;

/// <summary>How far fine-tuning is.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all, were it not stopped early.</param>
/// <param name="Loss">Cross-entropy of the texts since the epoch began, nats a text.</param>
/// <param name="TokensPerSecond">Speed since the start, evaluations included; padding does not count.</param>
/// <param name="Remaining">Time left at that speed.</param>
/// <param name="Finished">What the epoch gave, where this report comes from its end.</param>
public sealed record FineTuningProgress(int Epoch, int Step, int Steps, double Loss, double TokensPerSecond, TimeSpan Remaining,
    EpochFigures? Finished);

/// <summary>What an epoch gave.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">Cross-entropy of the texts while they were learnt from, nats a text.</param>
/// <param name="DevLoss">Cross-entropy of the other texts at its end, nats a text.</param>
/// <param name="Dev">The predictions for the development texts at its end.</param>
public sealed record EpochFigures(int Epoch, double TrainLoss, double DevLoss, Confusion Dev);

/// <summary>What fine-tuning did.</summary>
/// <param name="Metric">What chose the epoch.</param>
/// <param name="Texts">Texts that were learnt from.</param>
/// <param name="Cut">How many of them were longer than the limit and were cut.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Tokens">Tokens seen.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Course">The epochs.</param>
/// <param name="BestEpoch">The one whose weights were taken: the best by the metric, among equals that with the least loss.</param>
public sealed record FineTuningReport(FineTuningOptions Options, ClassificationMetric Metric, int Texts, int Cut, int Steps, long Tokens,
    double Seconds, IReadOnlyList<EpochFigures> Course, int BestEpoch)
{
    /// <summary>Speed, evaluations included; padding does not count.</summary>
    public double TokensPerSecond => Tokens / Seconds;
}
