using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// Numbers that go into native calls, held for the life of the process: a number written in place becomes a temporary
/// whose finaliser can run while the native call still reads it.
/// </summary>
internal static class Scalars
{
    /// <summary>1, as the factor of a plain addition.</summary>
    public static readonly Scalar One = 1.0;

    /// <summary>−1, as the factor of a subtraction.</summary>
    public static readonly Scalar MinusOne = -1.0;

    /// <summary>−∞, the score of a padded key: its probability is exactly 0.</summary>
    public static readonly Scalar NegativeInfinity = double.NegativeInfinity;
}
