namespace AttentionNotebooks;

/// <summary>Which number of a head's setting <see cref="CalibrationBench"/> solves for.</summary>
public enum Knob
{
    /// <summary>τ, from 0.001 to 1000.</summary>
    Temperature,

    /// <summary>The strength of the head's last bump, from −50 to 50 nats.</summary>
    Strength,

    /// <summary>The centre of the head's last bump, from −64 to 64 tokens.</summary>
    Centre,
}
