namespace AttentionNotebooks.Training;

/// <summary>One input of the training: <c>[CLS] first [SEP]</c> or <c>[CLS] first [SEP] second [SEP]</c>.</summary>
/// <param name="Ids">Ids <c>[T]</c>.</param>
/// <param name="FirstLength">Tokens of segment 0, its special tokens included; T where there is one segment.</param>
/// <param name="Pair">What is known of the second segment.</param>
internal sealed record Example(int[] Ids, int FirstLength, PairLabel Pair = PairLabel.None);

/// <summary>Whether the second segment of an input follows the first.</summary>
/// <remarks>The numbers are the classes of BERT's own checkpoints: Devlin et al. (2019), section 3.1, task 2.</remarks>
internal enum PairLabel
{
    /// <summary>There is no second segment.</summary>
    None = -1,

    /// <summary>It follows the first in its document.</summary>
    Follows = 0,

    /// <summary>It is from another document.</summary>
    FromElsewhere = 1,
}
