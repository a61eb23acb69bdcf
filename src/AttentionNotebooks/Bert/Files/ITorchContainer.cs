namespace AttentionNotebooks;

/// <summary>How a file of <c>torch.save</c> is laid out: where its pickle and its storages are.</summary>
internal interface ITorchContainer : IDisposable
{
    /// <summary>What the pickle describes.</summary>
    object? Root { get; }

    /// <summary>Reads bytes of a storage.</summary>
    /// <param name="storage">The storage, checked when the file was opened.</param>
    /// <param name="offset">The first byte, counted from the storage's beginning.</param>
    /// <param name="target">Is filled.</param>
    /// <exception cref="InputException">The file is damaged there.</exception>
    void Fill(TorchStorage storage, long offset, Span<byte> target);
}
