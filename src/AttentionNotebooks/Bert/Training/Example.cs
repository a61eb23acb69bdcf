namespace AttentionNotebooks.Bert.Training;

/// <summary>One input of the training: <c>[CLS] first [SEP]</c> or <c>[CLS] first [SEP] second [SEP]</c>.</summary>
/// <param name="Ids">Ids <c>[T]</c>.</param>
/// <param name="FirstLength">Tokens of segment 0, its special tokens included; T where there is one segment.</param>
public sealed record Example(int[] Ids, int FirstLength);
