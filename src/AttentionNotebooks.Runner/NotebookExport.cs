namespace AttentionNotebooks.Runner;

/// <summary>A notebook in another form: a C# program that needs no notebook host, or a script for .NET Interactive.</summary>
public static class NotebookExport
{
    /// <summary>Writes a file-based app: <c>dotnet run FILE</c> runs the cells and writes the page that <c>attn run</c> writes.</summary>
    /// <param name="notebook">The notebook, .ipynb or .dib.</param>
    /// <param name="target">The .cs file to write.</param>
    /// <exception cref="InputException">The file is no notebook, a cell does not compile, or the target cannot be written.</exception>
    public static void WriteProgram(string notebook, string target)
    {
        var (read, file) = Read(notebook, target);
        CSharpExport.Write(file, read);
    }

    /// <summary>Writes a .dib script.</summary>
    /// <param name="notebook">The notebook, .ipynb or .dib.</param>
    /// <param name="target">The .dib file to write.</param>
    /// <returns>
    /// A note for the user if the script lies in another folder than the notebook and its cells name files from there; otherwise
    /// <see langword="null"/>.
    /// </returns>
    /// <exception cref="InputException">The file is no notebook, or the target cannot be written.</exception>
    public static string? WriteScript(string notebook, string target)
    {
        var (read, file) = Read(notebook, target);
        DibFormat.Write(file, read);
        return Path.GetDirectoryName(file) != read.Folder && DibFormat.FirstRelativePath(read) is { } relative
            ? $"cells of {Path.GetFileName(file)} name files from the notebook's folder, such as {relative}; it runs in {read.Folder}."
            : null;
    }

    private static (Notebook, string) Read(string notebook, string target)
    {
        string file = Path.GetFullPath(target);
        var read = NotebookReader.Read(notebook);
        return file != read.Path ? (read, file)
            : throw new InputException(read.Path, null, "would be overwritten by its own export", "Choose another --out");
    }
}
