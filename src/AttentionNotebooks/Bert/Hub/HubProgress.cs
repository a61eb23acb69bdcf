namespace AttentionNotebooks;

/// <summary>How far a download is.</summary>
/// <param name="File">The file at work.</param>
/// <param name="BytesDone">Bytes on disk of all files, those of earlier runs included.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="BytesPerSecond">Received over this run's time, waits included.</param>
/// <param name="Note">Why nothing moves just now (a wait before a retry), or <see langword="null"/>.</param>
public readonly record struct HubProgress(string File, long BytesDone, long Bytes, double BytesPerSecond, string? Note)
{
    /// <summary>The time to go at the speed so far, or <see langword="null"/> before anything was received.</summary>
    public TimeSpan? Remaining => BytesPerSecond > 0
        ? TimeSpan.FromSeconds(Math.Min((Bytes - BytesDone) / BytesPerSecond, TimeSpan.FromDays(99).TotalSeconds)) : null;
}
