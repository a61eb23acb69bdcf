using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>What a model answered to n items of a task.</summary>
/// <param name="Loss">The sum of each item's cross-entropies, in nats, over its questions: <c>[n]</c>, float32, differentiable.</param>
/// <param name="Correct">How many of each item's questions were answered right: <c>[n]</c>, float32.</param>
/// <param name="Questions">How many questions each item holds, at least one: <c>[n]</c>, float32.</param>
public sealed record TaskAnswers(Tensor Loss, Tensor Correct, Tensor Questions);
