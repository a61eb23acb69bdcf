using System.Runtime.InteropServices;

namespace AttentionNotebooks;

/// <summary>How glibc's allocator treats the large temporaries of libtorch.</summary>
public static partial class NativeHeap
{
    // From glibc's malloc.h.
    private const int TrimThreshold = -1, TopPadding = -2, MostMappings = -4;

    /// <summary>
    /// Lets freed memory stay with the process instead of going back to the system and being cleared again at the next
    /// request. Does nothing outside glibc. Such memory is not
    /// returned until the process ends.
    /// </summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MostMappings, 0);
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(TopPadding, 256 << 20);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl has no mallopt and needs none of this
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
