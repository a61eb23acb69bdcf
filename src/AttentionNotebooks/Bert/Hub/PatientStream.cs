namespace AttentionNotebooks;

/// <summary>A body being received: a break or too long a silence is a <see cref="TransientException"/>.</summary>
/// <param name="body">The body; disposed with this.</param>
/// <param name="silence">How long a read may take.</param>
/// <param name="host">Who sends it, for messages.</param>
internal sealed class PatientStream(Stream body, TimeSpan silence, string host) : IAsyncDisposable
{
    /// <summary>Receives the next bytes.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="TransientException">The connection broke, or nothing came for too long.</exception>
    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(silence);
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new TransientException($"{host} broke the connection", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"{host} fell silent", inner: e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => body.DisposeAsync();
}
