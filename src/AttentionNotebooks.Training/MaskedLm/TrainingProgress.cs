namespace AttentionNotebooks.Training;

/// <summary>How far a training run is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Tokens">Tokens seen so far.</param>
/// <param name="Loss">Training loss on masked words, nats per hidden token, mean over the steps since the last report.</param>
/// <param name="PairLoss">Training loss on pairs of segments, nats per pair, likewise; NaN without pairs.</param>
/// <param name="Speaking">What the heads add to a token, relative to the residual, summed over the heads (<see cref="SpeakingCost"/>),
/// likewise; NaN while it costs nothing.</param>
/// <param name="GradientNorm">Length of the last gradient before clipping; a fall below 0.7 with a loss at the unigram's means a collapsed
/// stack.</param>
/// <param name="TokensPerSecond">Speed since the start of this process, evaluations included.</param>
/// <param name="Remaining">Time left at that speed.</param>
/// <param name="HeldOut">The held-out figures where this report comes from an evaluation.</param>
public sealed record TrainingProgress(int Step, int Steps, long Tokens, double Loss, double PairLoss, double Speaking, double GradientNorm,
    double TokensPerSecond, TimeSpan Remaining, HeldOutFigures? HeldOut);

/// <summary>How well hidden words of held-out text are guessed.</summary>
/// <param name="Loss">Nats per hidden token.</param>
/// <param name="Accuracy">Part of the hidden tokens guessed right.</param>
/// <param name="HiddenTokens">Hidden tokens that were asked for.</param>
/// <param name="PairAccuracy">Part of the pairs of segments answered rightly; NaN without pairs.</param>
/// <param name="Pairs">Pairs that were asked for.</param>
public sealed record HeldOutFigures(double Loss, double Accuracy, int HiddenTokens, double PairAccuracy = double.NaN, int Pairs = 0);

/// <summary>How well the same hidden words are guessed without a model (<see cref="NeighbourBaseline"/>).</summary>
/// <param name="Unigram">From how frequent each word piece is.</param>
/// <param name="Bigram">From the piece before.</param>
/// <param name="BothNeighbours">From the pieces on both sides.</param>
public sealed record BaselineFigures(HeldOutFigures Unigram, HeldOutFigures Bigram, HeldOutFigures BothNeighbours);

/// <summary>What a training run did.</summary>
/// <param name="VocabularySize">Entries that were learnt.</param>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="CorpusPieces">Word pieces in the texts that were learnt from.</param>
/// <param name="Tokens">Tokens seen.</param>
/// <param name="HeldOut">The model on held-out text: at the end the saved one, as it is loaded again; on the way the one in
/// training.</param>
/// <param name="Baselines">The same for guessers without a model.</param>
/// <param name="Course">The held-out figures on the way: step, tokens, figures.</param>
public sealed record TrainingReport(TrainingOptions Options, int VocabularySize, long Parameters, long CorpusPieces, int StepsDone,
    long Tokens, HeldOutFigures HeldOut, BaselineFigures Baselines,
    IReadOnlyList<(int Step, long Tokens, HeldOutFigures HeldOut)> Course);
