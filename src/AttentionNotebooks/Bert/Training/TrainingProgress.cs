namespace AttentionNotebooks.Bert.Training;

/// <summary>How far a training run is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Tokens">Tokens seen so far.</param>
/// <param name="Loss">Training loss, nats per hidden token, mean over the steps since the last report.</param>
/// <param name="GradientNorm">Length of the last gradient before clipping; a fall below 0.7 with a loss at the unigram's means a collapsed stack.</param>
/// <param name="TokensPerSecond">Speed since the start, evaluations included.</param>
/// <param name="Remaining">Time left at that speed.</param>
/// <param name="HeldOut">The held-out figures where this report comes from an evaluation.</param>
public sealed record TrainingProgress(int Step, int Steps, long Tokens, double Loss, double GradientNorm, double TokensPerSecond, TimeSpan Remaining, HeldOutFigures? HeldOut);

/// <summary>How well hidden words of held-out text are guessed.</summary>
/// <param name="Loss">Nats per hidden token.</param>
/// <param name="Accuracy">Part of the hidden tokens guessed right.</param>
/// <param name="HiddenTokens">Hidden tokens that were asked for.</param>
public sealed record HeldOutFigures(double Loss, double Accuracy, int HiddenTokens);

/// <summary>What a training run did.</summary>
/// <param name="Options">Its options.</param>
/// <param name="VocabularySize">Entries that were learnt.</param>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="CorpusPieces">Word pieces in the texts that were learnt from.</param>
/// <param name="StepsDone">Steps done.</param>
/// <param name="Tokens">Tokens seen.</param>
/// <param name="HeldOut">The model on held-out text.</param>
/// <param name="Unigram">The same for a guesser that knows only how frequent each word piece is.</param>
public sealed record TrainingReport(TrainingOptions Options, int VocabularySize, long Parameters, long CorpusPieces, int StepsDone, long Tokens, HeldOutFigures HeldOut, HeldOutFigures Unigram);
