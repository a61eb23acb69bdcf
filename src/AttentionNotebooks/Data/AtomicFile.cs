namespace AttentionNotebooks.Data;

/// <summary>Writes a file so that its final name only ever holds the whole content.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/> and renames it when that
    /// succeeded. On any failure the temporary file is removed and what was there before stays.
    /// </summary>
    /// <param name="path">The final name; missing folders are created.</param>
    /// <param name="write">Fills the stream.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16)) write(stream);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            TryDelete(temporary);
            throw new InputException(path, null, $"cannot be written ({e.Message.TrimEnd('.')})", "Choose a folder that exists, is writable and has space left", e);
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

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException) { /* the first failure is the one to report */ }
    }
}
