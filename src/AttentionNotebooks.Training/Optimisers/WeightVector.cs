using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// Several copies of a model over one vector of weights, each with a gradient vector of its own: backward passes run
/// side by side, and the optimiser walks plain memory. With a narrower number format the layers compute in a rounded
/// copy of the weights; the vector itself, the embeddings and the optimiser stay in float32.
/// </summary>
internal class WeightVector : IDisposable
{
    private readonly Replica[] replicas;
    private readonly Tensor flat;
    private readonly Tensor? rounded;
    private readonly int firstRounded;

    /// <summary>Moves the models' parameters into the vector, which begins with the first model's weights.</summary>
    /// <param name="models">Models of one kind, each with parameters of its own, on the device; they are owned from now on.</param>
    /// <param name="device">Where the vectors live; the CPU unless given.</param>
    /// <param name="format">What the layers compute in: float32, or bfloat16.</param>
    /// <param name="narrow">Converts a model's layers to that format; wanted where it is not float32.</param>
    /// <param name="learns">Which parameters the vector holds, by name; all unless given. The others stay as they are in each
    /// model.</param>
    protected WeightVector(IReadOnlyList<nn.Module> models, Device? device, ScalarType format = ScalarType.Float32,
        Action<nn.Module>? narrow = null, Func<string, bool>? learns = null)
    {
        using var noGradients = no_grad();
        int at = 0;
        var regions = new List<Region>();
        foreach (var (name, parameter) in Learning(models[0], learns))
        {
            regions.Add(new Region(name, at, (int)parameter.numel(), IsMatrix: parameter.dim() > 1));
            at += (int)parameter.numel();
        }
        Regions = regions;
        Length = at;
        firstRounded = format == ScalarType.Float32 ? at : regions.First(r => !IsEmbedding(r)).Start; // embeddings come first
        flat = zeros(at, device: device).DetachFromDisposeScope();
        foreach (var (region, (_, parameter)) in regions.Zip(Learning(models[0], learns)))
        {
            using var scope = NewDisposeScope();
            flat.narrow(0, region.Start, region.Length).copy_(parameter.reshape(-1));
        }
        if (firstRounded < at) rounded = empty(at - firstRounded, format, device).DetachFromDisposeScope();
        replicas =
            [.. models.Select(m => new Replica(m, zeros(at, device: device).DetachFromDisposeScope(), rounded is null ? null
                : zeros_like(rounded).DetachFromDisposeScope()))];
        foreach (var replica in replicas) Bind(replica, narrow, learns);
        Round();
    }

    /// <summary>One parameter's place in the vectors.</summary>
    public sealed record Region(string Name, int Start, int Length, bool IsMatrix)
    {
        /// <summary>Whether it makes queries or keys.</summary>
        public bool IsQueryOrKey { get; } = DeepNorm.IsQueryOrKey(Name);

        /// <summary>Its layer; −1 for what belongs to none.</summary>
        public int Layer { get; } = Name.Split('.') is [_, "encoder", "layer", var layer, ..]
            ? int.Parse(layer, System.Globalization.CultureInfo.InvariantCulture) : -1;
    }

    /// <summary>The parameters' places.</summary>
    public IReadOnlyList<Region> Regions { get; }

    /// <summary>All parameters' elements.</summary>
    public int Length { get; }

    /// <summary>How many models share the weights.</summary>
    public int Replicas => replicas.Length;

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

    /// <summary>Frees the models and the vectors.</summary>
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

    /// <summary>Gives another model of the same kind the weights as they are in float32; parameters that the vector does not hold stay as
    /// they are there.</summary>
    protected void CopyInto(nn.Module model)
    {
        using var noGradients = no_grad();
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var region in Regions)
        {
            using var scope = NewDisposeScope();
            parameters[region.Name].copy_(flat.narrow(0, region.Start, region.Length).view(parameters[region.Name].shape));
        }
    }

    private static bool IsEmbedding(Region region) => region.Name.StartsWith("bert.embeddings.", StringComparison.Ordinal);

    private static IEnumerable<(string Name, Parameter Parameter)> Learning(nn.Module model, Func<string, bool>? learns) =>
        learns is null ? model.named_parameters() : model.named_parameters().Where(p => learns(p.name));

    private void Bind(Replica replica, Action<nn.Module>? narrow, Func<string, bool>? learns)
    {
        if (replica.RoundedGradient is not null) narrow!(replica.Model);
        foreach (var (region, (_, parameter)) in Regions.Zip(Learning(replica.Model, learns)))
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

    private sealed record Replica(nn.Module Model, Tensor Gradient, Tensor? RoundedGradient);
}
