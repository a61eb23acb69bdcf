using System.Runtime.InteropServices;

namespace AttentionNotebooks;

/// <summary>How libtorch's threads wait for one another.</summary>
public static partial class OpenMp
{
    private const string Variable = "OMP_WAIT_POLICY";

    /// <summary>
    /// Lets waiting threads sleep instead of spin. GNU OpenMP spins by default, which costs several times the work itself
    /// as soon as another process wants a core. Works before libtorch is loaded, on Linux; a policy that the user has set
    /// stays. Elsewhere it does nothing.
    /// </summary>
    public static void WaitPassively()
    {
        // The runtime's own Environment.SetEnvironmentVariable does not reach native code on Unix.
        if (OperatingSystem.IsLinux()) SetNative(Variable, "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
