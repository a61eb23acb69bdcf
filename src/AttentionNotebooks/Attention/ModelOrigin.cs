using System.Security.Cryptography;
using TorchSharp;

namespace AttentionNotebooks;

/// <summary>Which model maps come from.</summary>
/// <param name="Name">What the model is called: its folder's name.</param>
/// <param name="Hash">
/// A hash of the encoder: of every weight's name, shape, type and first 4 KiB. It distinguishes models and reads little.
/// <see langword="null"/> where the weights are not at hand. Of a file (<see cref="OfFile"/>), its SHA-256.
/// </param>
/// <param name="Precision">The number format that the model computes in, if it is known.</param>
public sealed record ModelOrigin(string Name, string? Hash, string? Precision)
{
    private const int Sampled = 4096;

    /// <summary>The origin of a model that another engine runs: what stands in its file.</summary>
    /// <param name="file">The file, such as <c>model.onnx</c>. Weights that lie in files beside it do not count.</param>
    /// <returns>Its name (of a file that is called <c>model</c>, its folder's), its SHA-256, and the precision <c>given</c>, so that it is
    /// not compared with the hashes of models that the kit runs.</returns>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static ModelOrigin OfFile(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        if (name == "model" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file))) is { Length: > 0 } folder) name = folder;
        try
        {
            using var stream = File.OpenRead(file);
            return new ModelOrigin(name, Convert.ToHexStringLower(SHA256.HashData(stream)), "given");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(file, null, "cannot be read", "Check the path", e);
        }
    }

    /// <summary>The origin of a model that runs.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="edits">What the edits of its attention are, if any.</param>
    public static ModelOrigin Of(Checkpoint checkpoint, string? edits = null)
    {
        using var scope = torch.NewDisposeScope();
        var hash = new Fingerprint();
        string precision = "";
        // Without heads and pooler: whether those are loaded depends on what the model is asked.
        foreach (var (name, parameter) in checkpoint.Model.Bert.named_parameters())
        {
            if (name.StartsWith("pooler", StringComparison.Ordinal)) continue;
            precision = $"{parameter.dtype}";
            long count = Math.Min(parameter.numel(), Sampled / parameter.ElementSize);
            var first = parameter.detach().reshape(-1).narrow(0, 0, count).cpu().contiguous();
            hash.Add(name).Add($"{parameter.dtype} {string.Join(' ', parameter.shape)}").Add(first.bytes);
        }
        if (edits is not null) hash.Add(edits);
        return new ModelOrigin(checkpoint.Name, hash.Of(), precision);
    }
}
