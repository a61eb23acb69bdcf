namespace AttentionNotebooks;

/// <summary>A failure that may be gone at the next try: a busy hub, a broken connection.</summary>
/// <param name="problem">What happened, to follow a comma, without a final stop.</param>
/// <param name="after">How long the hub asks to wait, if it does.</param>
/// <param name="moved">Whether enough was received before it that the failures so far are forgotten.</param>
/// <param name="inner">What showed it.</param>
internal sealed class TransientException(string problem, TimeSpan? after = null, bool moved = false, Exception? inner = null)
    : Exception(problem, inner)
{
    public TimeSpan? After { get; } = after;

    public bool Moved { get; } = moved;
}
