using AttentionNotebooks.Attention;
using TorchSharp;

namespace AttentionNotebooks.Features;

/// <summary>
/// A number per head and text. <see cref="Compute"/> takes the maps of one layer, <c>[B, H, T, T]</c> (weight from query
/// to key; rows sum to 1; padding is zero), and what is known of the texts, and returns <c>[B, H]</c>.
/// </summary>
/// <param name="Name">What the column is called.</param>
/// <param name="Unit">Its unit: tokens, nats, share …</param>
/// <param name="Definition">The formula, with n for the text's tokens and A for its map.</param>
/// <param name="Source">Who defined it.</param>
/// <param name="Compute">The formula as code.</param>
public sealed record HeadFeature(string Name, string Unit, string Definition, string Source, Func<torch.Tensor, TextBatch, torch.Tensor> Compute)
{
    /// <summary>A feature of one's own, as a notebook cell adds it.</summary>
    /// <param name="name">What the column is called.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="compute">From <c>[B, H, T, T]</c> and the batch to <c>[B, H]</c>.</param>
    public HeadFeature(string name, string unit, Func<torch.Tensor, TextBatch, torch.Tensor> compute) : this(name, unit, "user-defined", "user", compute) { }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{Unit}] = {Definition} ({Source})";
}
