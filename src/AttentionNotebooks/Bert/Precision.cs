using TorchSharp;

namespace AttentionNotebooks;

/// <summary>In which number format a model computes. Softmax and features are in float32 in any case.</summary>
public enum Precision
{
    /// <summary>float32: agrees with the reference to 10⁻⁵.</summary>
    Fp32,

    /// <summary>bfloat16: 8 bits of mantissa; faster where the processor or GPU has it.</summary>
    Bf16,

    /// <summary>float16: 11 bits of mantissa, largest value 65,504; for GPUs.</summary>
    Fp16,
}

/// <summary>Formats and devices.</summary>
public static class Precisions
{
    /// <summary>Makes a model compute in a format from now on.</summary>
    /// <param name="checkpoint">The model; its weights are converted in place.</param>
    /// <param name="precision">The format.</param>
    /// <returns>The same checkpoint.</returns>
    public static Checkpoint To(this Checkpoint checkpoint, Precision precision)
    {
        checkpoint.Model.to(Format(precision));
        return checkpoint;
    }

    /// <summary>Makes a classifier compute in a format from now on.</summary>
    /// <param name="classifier">The model; its weights are converted in place.</param>
    /// <param name="precision">The format.</param>
    /// <returns>The same checkpoint.</returns>
    public static ClassifierCheckpoint To(this ClassifierCheckpoint classifier, Precision precision)
    {
        classifier.Model.to(Format(precision));
        return classifier;
    }

    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="InputException">There is no such device here.</exception>
    public static torch.Device Device(string name) => name switch
    {
        "cpu" => torch.CPU,
        "cuda" when torch.cuda.is_available() => torch.CUDA,
        "cuda" => throw new InputException("device cuda", null, "is not available",
            "Use --device cpu, or build with -p:Torch=cuda on a machine with an NVIDIA GPU; attn doctor says more"),
        _ => throw new InputException($"device {name}", null, "is unknown", "Use cpu or cuda"),
    };

    private static torch.ScalarType Format(Precision precision) => precision switch
    {
        Precision.Fp32 => torch.ScalarType.Float32,
        Precision.Bf16 => torch.ScalarType.BFloat16,
        Precision.Fp16 => torch.ScalarType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };
}
