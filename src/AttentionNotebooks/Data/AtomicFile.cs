namespace AttentionNotebooks;

/// <summary>Writes a file so that its final name only ever holds the whole content.</summary>
public static class AtomicFile
{
    /// <summary>What to do when a file cannot be written.</summary>
    internal const string Remedy = "Choose a folder that exists, is writable and has space left";

    private const string Suffix = ".part";

    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/> and renames it when that
    /// succeeded. On any failure the temporary file is removed and what was there before stays; what a killed process
    /// left there is removed by the next that writes the same file.
    /// </summary>
    /// <param name="path">The final name; missing folders are created.</param>
    /// <param name="write">Fills the stream.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}{Suffix}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            // Renamed while it is open: a file that nobody holds is one that a killed process left.
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true); // else a power cut may leave the new name on an empty file
                File.Move(temporary, full, overwrite: true);
            }
            RemoveLeftovers(full);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            TryDelete(temporary);
            throw new InputException(path, null, $"cannot be written ({e.Message.TrimEnd('.')})", Remedy, e);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark, with \n line ends as given.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void WriteText(string path, string text) => Write(path, s => s.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Removes a file that <see cref="Write"/> wrote, if it is there, with what killed processes left of it.</summary>
    /// <param name="path">The final name.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Delete(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            File.Delete(full);
        }
        catch (DirectoryNotFoundException) { return; }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new InputException(path, null, $"cannot be removed ({e.Message.TrimEnd('.')})", "Remove it by hand", e);
        }
        RemoveLeftovers(full);
    }

    private static void RemoveLeftovers(string full)
    {
        string name = Path.GetFileName(full) + ".";
        try
        {
            foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(full)!, "*" + Suffix))
            {
                string found = Path.GetFileName(file);
                if (found.StartsWith(name, StringComparison.Ordinal)
                    && Guid.TryParseExact(found.AsSpan(name.Length..Math.Max(name.Length, found.Length - Suffix.Length)), "N", out _))
                    RemoveUnlessHeld(file);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException) { /* a folder that may not be listed keeps them */ }
    }

    private static void RemoveUnlessHeld(string file)
    {
        try { new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose(); }
        catch (Exception e) when (e is UnauthorizedAccessException
            or IOException)
        { /* another process is writing it, or has removed it */ }
    }

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException) { /* the first failure is the one to report */ }
    }
}
