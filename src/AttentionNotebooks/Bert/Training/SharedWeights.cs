using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>
/// Several copies of a model over one vector of weights, each with a gradient vector of its own: backward passes run
/// side by side, and the optimiser walks plain memory.
/// </summary>
internal sealed class SharedWeights : IDisposable
{
    private readonly Tensor flat;
    private readonly Tensor[] gradients;
    private readonly BertForMaskedLM[] models;

    /// <summary>Builds the replicas; the weights are those of <see cref="DeepNorm.Initialize"/>.</summary>
    public SharedWeights(BertConfig config, int replicas, int seed)
    {
        using var noGradients = no_grad();
        double alpha = DeepNorm.ResidualScale(config.NumHiddenLayers);
        models = [.. Enumerable.Range(0, replicas).Select(_ => new BertForMaskedLM(config, residualScale: alpha))];
        DeepNorm.Initialize(models[0], seed);
        long at = 0;
        var regions = new List<Region>();
        foreach (var (name, parameter) in models[0].named_parameters())
        {
            regions.Add(new Region(name, (int)at, (int)parameter.numel(), IsMatrix: parameter.dim() > 1));
            at += parameter.numel();
        }
        Regions = regions;
        flat = zeros(at).DetachFromDisposeScope();
        gradients = [.. models.Select(_ => zeros(at).DetachFromDisposeScope())];
        foreach (var (region, parameter) in regions.Zip(models[0].parameters()))
        {
            using var scope = NewDisposeScope();
            flat.narrow(0, region.Start, region.Length).copy_(parameter.reshape(-1));
        }
        for (int r = 0; r < replicas; r++)
        {
            foreach (var (region, parameter) in regions.Zip(models[r].parameters())) Bind(parameter, region, gradients[r]);
        }
    }

    /// <summary>One parameter's place in the vectors.</summary>
    public sealed record Region(string Name, int Start, int Length, bool IsMatrix);

    /// <summary>The parameters' places.</summary>
    public IReadOnlyList<Region> Regions { get; }

    /// <summary>The replicas. All see the same weights.</summary>
    public IReadOnlyList<BertForMaskedLM> Models => models;

    /// <summary>All weights.</summary>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(flat.bytes);

    /// <summary>What the backward passes of a replica added up.</summary>
    public Span<float> Gradients(int replica) => MemoryMarshal.Cast<byte, float>(gradients[replica].bytes);

    /// <summary>Frees the replicas and the vectors.</summary>
    public void Dispose()
    {
        foreach (var model in models) model.Dispose();
        foreach (var gradient in gradients) gradient.Dispose();
        flat.Dispose();
    }

    // set_ lets the parameter live in the vector; a gradient that is already there is added to in place.
    private void Bind(Parameter parameter, Region region, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        long[] shape = parameter.shape;
        parameter.set_(flat.narrow(0, region.Start, region.Length).view(shape));
        parameter.grad = gradient.narrow(0, region.Start, region.Length).view(shape);
    }
}
