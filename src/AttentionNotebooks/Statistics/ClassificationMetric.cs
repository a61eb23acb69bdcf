namespace AttentionNotebooks;

/// <summary>What a task of classes is measured by.</summary>
public enum ClassificationMetric
{
    /// <summary>The share of items predicted right.</summary>
    Accuracy,

    /// <summary>
    /// Harmonic mean of precision and recall of class 1, of two: 2·TP / (2·TP + FP + FN). 0 where there is nothing to divide by.
    /// </summary>
    F1,

    /// <summary>
    /// Matthews' correlation of predicted and true classes (Matthews 1975), −1 … 1; for more than two classes Gorodkin's R_K
    /// (2004), which equals it for two. 0 where only one class is predicted or true.
    /// </summary>
    Matthews,
}
