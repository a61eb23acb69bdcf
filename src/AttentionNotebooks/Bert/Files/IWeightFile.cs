using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Tensors by name, in one file or in several; shapes are known without reading a tensor.</summary>
internal interface IWeightFile : IDisposable
{
    /// <summary>The file that was opened, to name in errors.</summary>
    string Path { get; }

    /// <summary>The names of all tensors.</summary>
    IEnumerable<string> Keys { get; }

    /// <summary>The shape of a tensor.</summary>
    IReadOnlyList<long> ShapeOf(string key);

    /// <summary>The file that holds a tensor: <see cref="Path"/>, or the shard.</summary>
    string FileOf(string key);

    /// <summary>Reads a tensor onto the CPU in the type that the file holds; the caller owns it.</summary>
    /// <exception cref="InputException">The file is damaged there, or the type cannot be held.</exception>
    Tensor Read(string key);
}
