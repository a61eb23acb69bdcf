using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>
/// Several copies of a model over one vector of weights, each with a gradient vector of its own: backward passes run
/// side by side, and the optimiser walks plain memory. With a narrower number format the layers compute in a rounded
/// copy of the weights; the vector itself, the embeddings and the optimiser stay in float32.
/// </summary>
internal sealed class SharedWeights : IDisposable
{
    private readonly BertConfig config;
    private readonly Replica[] replicas;
    private readonly Tensor flat;
    private readonly Tensor? rounded;
    private readonly int firstRounded;

    /// <summary>Builds the replicas; the weights are those of <see cref="DeepNorm.Initialize"/>.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="replicas">How many.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="format">What the layers compute in: float32, or bfloat16.</param>
    /// <param name="withPairs">Whether the model has a pooler and a head for pairs.</param>
    /// <param name="device">Where the vectors live; the CPU unless given.</param>
    /// <param name="start">A BERT whose weights to begin with instead.</param>
    public SharedWeights(BertConfig config, int replicas, int seed, ScalarType format = ScalarType.Float32, bool withPairs = false, Device? device = null, BertForMaskedLM? start = null)
    {
        using var noGradients = no_grad();
        this.config = config;
        WithPairs = withPairs;
        var models = Enumerable.Range(0, replicas).Select(_ => Build(device)).ToArray();
        DeepNorm.Initialize(models[0], seed);
        if (start is not null) DeepNorm.Unfold(start, models[0]);
        int at = 0;
        var regions = new List<Region>();
        foreach (var (name, parameter) in models[0].named_parameters())
        {
            regions.Add(new Region(name, at, (int)parameter.numel(), IsMatrix: parameter.dim() > 1));
            at += (int)parameter.numel();
        }
        Regions = regions;
        Length = at;
        firstRounded = format == ScalarType.Float32 ? at : regions.First(r => !IsEmbedding(r)).Start; // embeddings come first
        flat = zeros(at, device: device).DetachFromDisposeScope();
        foreach (var (region, parameter) in regions.Zip(models[0].parameters()))
        {
            using var scope = NewDisposeScope();
            flat.narrow(0, region.Start, region.Length).copy_(parameter.reshape(-1));
        }
        if (firstRounded < at) rounded = empty(at - firstRounded, format, device).DetachFromDisposeScope();
        this.replicas = [.. models.Select(m => new Replica(m, zeros(at, device: device).DetachFromDisposeScope(), rounded is null ? null : zeros_like(rounded).DetachFromDisposeScope()))];
        foreach (var replica in this.replicas) Bind(replica, format);
        Models = [.. models];
        Round();
    }

    /// <summary>One parameter's place in the vectors.</summary>
    public sealed record Region(string Name, int Start, int Length, bool IsMatrix)
    {
        /// <summary>Whether it makes queries or keys.</summary>
        public bool IsQueryOrKey { get; } = Name.Contains(".self.query.", StringComparison.Ordinal) || Name.Contains(".self.key.", StringComparison.Ordinal);

        /// <summary>Its layer; −1 for what belongs to none.</summary>
        public int Layer { get; } = Name.Split('.') is [_, "encoder", "layer", var layer, ..] ? int.Parse(layer, System.Globalization.CultureInfo.InvariantCulture) : -1;
    }

    /// <summary>The parameters' places.</summary>
    public IReadOnlyList<Region> Regions { get; }

    /// <summary>All parameters' elements.</summary>
    public int Length { get; }

    /// <summary>Whether the model has a pooler and a head for pairs.</summary>
    public bool WithPairs { get; }

    /// <summary>The replicas. All see the same weights.</summary>
    public IReadOnlyList<BertForMaskedLM> Models { get; }

    /// <summary>All weights, <c>[Length]</c>, float32.</summary>
    public Tensor Flat => flat;

    /// <summary>All weights, where they live on the CPU.</summary>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(flat.bytes);

    /// <summary>What the backward passes of a replica added up, <c>[Length]</c>, float32.</summary>
    public Tensor Gradient(int replica) => replicas[replica].Gradient;

    /// <summary>What the backward passes of a replica added up, where it lives on the CPU.</summary>
    public Span<float> Gradients(int replica) => MemoryMarshal.Cast<byte, float>(replicas[replica].Gradient.bytes);

    /// <summary>Brings a replica's gradient from the layers' number format into the vector; to be called after its backward pass.</summary>
    public void Collect(int replica)
    {
        if (replicas[replica].RoundedGradient is not { } narrow) return;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        replicas[replica].Gradient.narrow(0, firstRounded, Length - firstRounded).copy_(narrow);
        narrow.zero_();
    }

    /// <summary>Rounds the weights for the layers; to be called after every change of the vector.</summary>
    public void Round()
    {
        if (rounded is null) return;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        rounded.copy_(flat.narrow(0, firstRounded, Length - firstRounded));
    }

    /// <summary>A model of its own with the weights as they are in float32; the caller owns it.</summary>
    public BertForMaskedLM Copy()
    {
        using var noGradients = no_grad();
        var copy = Build(null);
        foreach (var (region, parameter) in Regions.Zip(copy.parameters()))
        {
            using var scope = NewDisposeScope();
            parameter.copy_(flat.narrow(0, region.Start, region.Length).view(parameter.shape));
        }
        return copy;
    }

    /// <summary>Frees the replicas and the vectors.</summary>
    public void Dispose()
    {
        foreach (var replica in replicas)
        {
            replica.Model.Dispose();
            replica.Gradient.Dispose();
            replica.RoundedGradient?.Dispose();
        }
        flat.Dispose();
        rounded?.Dispose();
    }

    private static bool IsEmbedding(Region region) => region.Name.StartsWith("bert.embeddings.", StringComparison.Ordinal);

    private BertForMaskedLM Build(Device? device) =>
        new(config, withPooler: WithPairs, withPairHead: WithPairs, device: device, residualScale: DeepNorm.ResidualScale(config.NumHiddenLayers));

    private void Bind(Replica replica, ScalarType format)
    {
        if (replica.RoundedGradient is not null) replica.Model.LayersTo(format);
        foreach (var (region, parameter) in Regions.Zip(replica.Model.parameters()))
        {
            if (region.Start < firstRounded) Bind(parameter, flat, replica.Gradient, region.Start, region.Length);
            else Bind(parameter, rounded!, replica.RoundedGradient!, region.Start - firstRounded, region.Length);
        }
    }

    // set_ lets the parameter live in the vector; a gradient that is already there is added to in place.
    private static void Bind(Parameter parameter, Tensor values, Tensor gradient, int start, int length)
    {
        using var scope = NewDisposeScope();
        long[] shape = parameter.shape;
        parameter.set_(values.narrow(0, start, length).view(shape));
        parameter.grad = gradient.narrow(0, start, length).view(shape);
    }

    private sealed record Replica(BertForMaskedLM Model, Tensor Gradient, Tensor? RoundedGradient);
}
