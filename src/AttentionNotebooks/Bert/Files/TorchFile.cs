using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A file written by <c>torch.save</c>, such as <c>pytorch_model.bin</c>: a dict of tensors, in the zip format of
/// PyTorch 1.6 and later or in the format before it. The pickle in it is read as data; nothing is executed.
/// </summary>
/// <remarks>Formats: PyTorch, <c>torch/serialization.py</c> (<c>_save</c>, <c>_legacy_save</c>).</remarks>
internal sealed class TorchFile : IWeightFile
{
    private readonly ITorchContainer container;
    private readonly Dictionary<string, TorchTensor> tensors;

    private TorchFile(string path, ITorchContainer container, Dictionary<string, TorchTensor> tensors)
    {
        Path = path;
        this.container = container;
        this.tensors = tensors;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IEnumerable<string> Keys => tensors.Keys;

    /// <summary>Opens a file, reads the description of its tensors and checks each against its storage.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="InputException">The file cannot be read, is no file of weights, is damaged, or would run code.</exception>
    public static TorchFile Open(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Check the path", e);
        }
        try
        {
            int first = stream.ReadByte(), second = stream.ReadByte();
            stream.Position = 0;
            ITorchContainer container = (first, second) switch
            {
                ('P', 'K') => TorchZip.Open(path, stream),
                (0x80, _) => TorchLegacy.Open(path, stream),
                _ => throw new InputException(path, "byte 0", "is no file of torch.save",
                    "Take pytorch_model.bin as the hub has it; a file that begins with \"version https://git-lfs\" only points to it"),
            };
            return new TorchFile(path, container, Named(path, container.Root));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> ShapeOf(string key) => tensors[key].Shape;

    /// <inheritdoc/>
    public string FileOf(string key) => Path;

    /// <inheritdoc/>
    public Tensor Read(string key)
    {
        var tensor = tensors[key];
        var storage = tensor.Storage;
        if (tensor.Span * storage.ElementBytes > int.MaxValue)
            throw new InputException(Path, $"tensor {key}", "is larger than 2 GiB", "Take a smaller model");
        using var scope = NewDisposeScope();
        var row = empty(tensor.Contiguous ? tensor.Shape : [tensor.Span], storage.Type, CPU);
        if (tensor.Span > 0) container.Fill(storage, (storage.First + tensor.Offset) * storage.ElementBytes, row.bytes);
        var whole = tensor.Contiguous ? row : row.as_strided(tensor.Shape, tensor.Strides, 0).contiguous();
        return whole.MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => container.Dispose();

    private static Dictionary<string, TorchTensor> Named(string path, object? root)
    {
        if (root is not PickleDict dict)
            throw new InputException(path, null, "holds something other than a dict of tensors",
                "Save the model's state_dict() with torch.save, or its folder with save_pretrained");
        var tensors = dict.Items.Where(i => i is { Key: string, Value: TorchTensor })
            .ToDictionary(i => (string)i.Key, i => (TorchTensor)i.Value!);
        if (tensors.Count > 0) return tensors;
        string nested = string.Join(", ", dict.Items.Where(i => i.Value is PickleDict).Select(i => $"\"{i.Key}\"").Take(5));
        throw new InputException(path, null, $"holds no tensor by name{(nested.Length > 0 ? $"; there are dicts under {nested}" : "")}",
            "Save the model's own state_dict(), or its folder with save_pretrained");
    }
}
