namespace AttentionNotebooks;

/// <summary>Where sentence-transformers says how a model's tokens become a text: <c>1_Pooling/config.json</c>.</summary>
internal static class PoolingFile
{
    /// <summary>The file of a model's folder, whether it is there or not.</summary>
    public static string In(string folder) => Path.Combine(folder, "1_Pooling", "config.json");

    /// <summary>Copies the file as it is, where there is one: a model that is written from another is pooled as that was.</summary>
    /// <param name="from">The folder of the model that was read.</param>
    /// <param name="to">The folder that is written.</param>
    /// <exception cref="InputException">The file cannot be read, or the folder cannot be written to.</exception>
    public static void Copy(string from, string to)
    {
        string source = In(from);
        if (!File.Exists(source)) return;
        byte[] content;
        try { content = File.ReadAllBytes(source); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(source, null, "cannot be read", "Check its rights", e);
        }
        AtomicFile.Write(In(to), s => s.Write(content));
    }
}
