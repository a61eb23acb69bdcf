using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>What a model predicted for n items of a task.</summary>
/// <param name="Loss">The sum of each item's cross-entropies, in nats, over its targets: <c>[n]</c>, float32, differentiable.</param>
/// <param name="Correct">How many of each item's targets were predicted right: <c>[n]</c>, float32.</param>
/// <param name="Targets">How many targets each item has, such as hidden words, at least one: <c>[n]</c>, float32.</param>
public sealed record TaskOutput(Tensor Loss, Tensor Correct, Tensor Targets);
