using System.Globalization;

namespace AttentionNotebooks;

/// <summary>Finds the elements of a tensor in a file beside the model, and nowhere else.</summary>
internal static class OnnxExternalFile
{
    private const string Distrust =
        "Export the model again with its weights beside it; do not use this file if you do not know who made it";

    /// <summary>Where a tensor's elements lie; checked against the file.</summary>
    /// <exception cref="InputException">The file is missing, too short, or outside of the model's folder; offset or length are
    /// wrong.</exception>
    public static (string File, long Offset, long Length) Locate(string path, OnnxTensor tensor, OnnxExternal external, long bytes)
    {
        string file = Resolve(path, tensor, external), place = $"tensor {tensor.Name}";
        long size = new FileInfo(file).Length;
        long offset = Number(path, place, "offset", external.Offset) ?? 0;
        long length = Number(path, place, "length", external.Length) ?? Math.Max(0, size - offset);
        if (offset > size || length > size - offset)
            throw new InputException(path, place,
                $"lies at bytes {offset} to {(UInt128)offset + (ulong)length} of {external.Location}, which has {size}",
                $"Copy or download {external.Location} again");
        // Without a length the file may be padded behind the last tensor.
        if (length != bytes && !(external.Length is null && external.Offset is not null && length > bytes))
            throw new InputException(path, place, $"is {tensor.Sides}, {bytes} bytes, but {external.Location} has {length} for it",
                $"Take {System.IO.Path.GetFileName(path)} and {external.Location} from the same export");
        return (file, offset, bytes);
    }

    /// <summary>The path of a file that holds external data.</summary>
    /// <exception cref="InputException">It is missing, or outside of the model's folder.</exception>
    public static string Resolve(string path, OnnxTensor tensor, OnnxExternal external)
    {
        string place = $"tensor {tensor.Name}", name = external.Location;
        string[] parts = name.Split('/');
        // Backslashes and drives are refused on every system, so that a file means the same everywhere.
        if (name.AsSpan().ContainsAny('\\', ':', '\0') || parts.Any(p => p is "" or "." or ".."))
            throw new InputException(path, place, $"lies in \"{name}\", which is no file below the model's own folder", Distrust);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, file = folder;
        foreach (string part in parts)
        {
            file = Path.Combine(file, part);
            try
            {
                FileSystemInfo entry = Directory.Exists(file) ? new DirectoryInfo(file) : new FileInfo(file);
                if (entry.LinkTarget is not null && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target
                    && !target.FullName.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                    throw new InputException(path, place, $"lies in \"{name}\", a link that leaves the model's own folder",
                        "Copy the file itself beside the model if you trust it");
            }
            catch (IOException e)
            {
                throw new InputException(path, place, $"lies in \"{name}\", which cannot be read ({e.Message.TrimEnd('.')})",
                    "Copy the file itself beside the model", e);
            }
        }
        if (File.Exists(file)) return file;
        throw new InputException(path, place, $"lies in {name}, which is not beside the model",
            "Copy or download the external data too, into the same folder and under the same name");
    }

    private static long? Number(string path, string place, string key, string? text)
    {
        if (text is null) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new InputException(path, place, $"has the {key} \"{text}\", which is no whole number", Remedies.Again);
    }
}
