namespace AttentionNotebooks;

/// <summary>Writes any checkpoint that the kit reads, such as an ONNX file, as a plain folder in Hugging Face's layout.</summary>
public static class CheckpointExport
{
    /// <summary>Reads a checkpoint and writes it with config.json, model.safetensors, the tokenizer's files, and what says how tokens
    /// become a text (<c>1_Pooling</c>, <c>N_Dense</c>) where there is any. The folder gets its name only when it is
    /// complete.</summary>
    /// <param name="source">The checkpoint's folder.</param>
    /// <param name="target">The folder to write; it must not be there yet, or be empty.</param>
    /// <returns>The tensors of the checkpoint that the model has no place for and that are left out, by name.</returns>
    /// <exception cref="InputException">The checkpoint cannot be read, or the folder is there already or cannot be written.</exception>
    public static IReadOnlyList<string> Write(string source, string target)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()))
            throw new InputException(target, null, "exists already", "Name a folder that is not there yet");
        string temporary = $"{full}.{Guid.NewGuid():N}.part";
        try
        {
            Directory.CreateDirectory(temporary); // fails before the model is read, where it must fail
            using var checkpoint = Checkpoint.Load(source);
            var left = Save(checkpoint, temporary);
            if (Directory.Exists(full)) Directory.Delete(full); // empty, or it stays and this fails
            Directory.Move(temporary, full);
            return left;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new InputException(target, null, $"cannot be written ({e.Message.TrimEnd('.')})", AtomicFile.Remedy, e);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Writes a loaded checkpoint into a folder, with its head for classes where it has one.</summary>
    /// <returns>The tensors of its file that are left out, by name.</returns>
    /// <exception cref="InputException">The folder cannot be written to, or the head does not fit.</exception>
    internal static IReadOnlyList<string> Save(Checkpoint checkpoint, string folder)
    {
        if (ClassifierCheckpoint.IsIn(checkpoint))
        {
            using var classifier = ClassifierCheckpoint.Of(checkpoint);
            classifier.Save(folder);
            return classifier.UnusedKeys;
        }
        Checkpoint.Save(folder, checkpoint.Model, checkpoint.Tokenizer);
        PoolingFile.Copy(checkpoint.Folder, folder);
        return checkpoint.UnusedKeys;
    }
}
