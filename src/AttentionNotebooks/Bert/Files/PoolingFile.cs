namespace AttentionNotebooks;

/// <summary>Where sentence-transformers says how a model's tokens become a text: <c>1_Pooling/config.json</c>, and folders
/// <c>N_Dense</c> where a learnt map follows.</summary>
internal static class PoolingFile
{
    /// <summary>The file of a model's folder, whether it is there or not.</summary>
    public static string In(string folder) => Path.Combine(folder, "1_Pooling", "config.json");

    /// <summary>The folders of learnt maps behind the pooling.</summary>
    public static string[] Maps(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder, "*_Dense") : [];

    /// <summary>Copies the files as they are, where there are any: a model that is written from another is pooled as that was.</summary>
    /// <param name="from">The folder of the model that was read.</param>
    /// <param name="to">The folder that is written.</param>
    /// <exception cref="InputException">A file cannot be read, or the folder cannot be written to.</exception>
    public static void Copy(string from, string to)
    {
        string[] sources = [.. File.Exists(In(from)) ? [In(from)] : Array.Empty<string>(), .. Maps(from).SelectMany(Directory.GetFiles)];
        foreach (string source in sources)
        {
            byte[] content;
            try { content = File.ReadAllBytes(source); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException(source, null, "cannot be read", "Check its rights", e);
            }
            AtomicFile.Write(Path.Combine(to, Path.GetRelativePath(from, source)), s => s.Write(content));
        }
    }
}
