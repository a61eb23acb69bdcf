using System.Runtime.InteropServices;

namespace AttentionNotebooks;

/// <summary>Reports before the work the error that writing its result would report after it.</summary>
public static partial class WritableFolder
{
    private const int ToWrite = 2; // W_OK of access(2)

    /// <summary>Asks the system whether it would let the folder of a file be written to; nothing is left there, and space is not looked
    /// at.</summary>
    /// <param name="path">A file or a folder to write, there already or not.</param>
    /// <exception cref="InputException">It would not: the folder is another user's, or its file system is read-only.</exception>
    public static void Check(string path)
    {
        if (OperatingSystem.IsWindows()) return; // which can only be asked by writing
        string? folder = Path.GetFullPath(path);
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        if (folder is null || Access(folder, ToWrite) == 0) return;
        throw new InputException(path, null, $"cannot be written ({Marshal.GetLastPInvokeErrorMessage()})", AtomicFile.Remedy);
    }

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
