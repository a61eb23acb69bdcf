// Reads and relaxes the "version needs" of an ELF shared object (64-bit, little-endian).
// Format: "ELF Symbol Versioning", Linux Standard Base Core 5.0, chapter 11.
//
// Compiled twice: by the build as a task (NativeRepair.targets), and into AttentionNotebooks.Interactive, which
// repairs what a notebook host takes out of the package cache; it defines WITHOUT_MSBUILD.
#nullable disable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

/// <summary>The symbol versions that a shared object asks of one other library.</summary>
internal static class ElfVersionNeeds
{
    private const int SectionRela = 4, SectionDynamicSymbols = 11, SectionVersionNeed = 0x6ffffffe, SectionSymbolVersions = 0x6fffffff;
    private const ushort WeakFlag = 2; // VER_FLG_WEAK: the loader does not fail where the version is missing

    /// <summary>One version that <c>library</c> must offer, e.g. GLIBCXX_3.4.32 of libstdc++.so.6.</summary>
    public sealed class Need
    {
        public string Library, Version;
        public ushort Index;           // as the symbols' version table refers to it
        public long FlagsAt;           // file offset of vna_flags
        public bool Weak;
        public bool UsedByRelocation;  // some relocation binds a symbol of this version
    }

    private struct Section { public uint Type, Link; public long Offset, Size, EntrySize; }

    /// <summary>All version needs of the image.</summary>
    /// <exception cref="InvalidDataException">The image is not a 64-bit little-endian ELF file.</exception>
    public static List<Need> Read(byte[] image)
    {
        if (image.Length < 64 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F' || image[4] != 2
            || image[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        var sections = Sections(image);
        var needs = new List<Need>();
        foreach (var s in sections.Where(s => s.Type == SectionVersionNeed)) needs.AddRange(NeedsOf(image, s, sections));
        var used = UsedVersions(image, sections);
        foreach (var need in needs) need.UsedByRelocation = used.Contains(need.Index);
        return needs;
    }

    /// <summary>Marks as weak every need for which <paramref name="missing"/> says the system lacks the version.</summary>
    /// <returns>The versions that were relaxed.</returns>
    /// <exception cref="InvalidOperationException">A relocation really binds a symbol of a missing version: relaxing would only move the
    /// crash.</exception>
    public static List<string> Relax(byte[] image, Func<string, string, bool> missing)
    {
        var relaxed = new List<string>();
        foreach (var need in Read(image).Where(n => !n.Weak && missing(n.Library, n.Version)))
        {
            if (need.UsedByRelocation)
                throw new InvalidOperationException(need.Library + " lacks " + need.Version + ", which is really used");
            BitConverter.GetBytes(WeakFlag).CopyTo(image, need.FlagsAt);
            relaxed.Add(need.Version);
        }
        return relaxed;
    }

    private static List<Section> Sections(byte[] b)
    {
        long table = BitConverter.ToInt64(b, 0x28);
        int entry = BitConverter.ToUInt16(b, 0x3A), count = BitConverter.ToUInt16(b, 0x3C);
        var list = new List<Section>();
        for (int i = 0; i < count; i++)
        {
            int at = checked((int)(table + (long)i * entry));
            list.Add(new Section
            {
                Type = BitConverter.ToUInt32(b, at + 4),
                Offset = BitConverter.ToInt64(b, at + 24),
                Size = BitConverter.ToInt64(b, at + 32),
                Link = BitConverter.ToUInt32(b, at + 40),
                EntrySize = BitConverter.ToInt64(b, at + 56),
            });
        }
        return list;
    }

    // Elf64_Verneed { u16 version, cnt; u32 file, aux, next } and, per version, Elf64_Vernaux { u32 hash; u16 flags, other; u32 name, next
    // }.
    private static IEnumerable<Need> NeedsOf(byte[] b, Section s, List<Section> sections)
    {
        long strings = sections[(int)s.Link].Offset;
        for (long lib = s.Offset; ;)
        {
            int versions = BitConverter.ToUInt16(b, (int)lib + 2);
            string library = Text(b, strings + BitConverter.ToUInt32(b, (int)lib + 4));
            long aux = lib + BitConverter.ToUInt32(b, (int)lib + 8);
            for (int v = 0; v < versions; v++)
            {
                int a = (int)aux;
                yield return new Need
                {
                    Library = library,
                    Version = Text(b, strings + BitConverter.ToUInt32(b, a + 8)),
                    Index = BitConverter.ToUInt16(b, a + 6),
                    FlagsAt = aux + 4,
                    Weak = (BitConverter.ToUInt16(b, a + 4) & WeakFlag) != 0,
                };
                aux += BitConverter.ToUInt32(b, a + 12);
            }
            uint next = BitConverter.ToUInt32(b, (int)lib + 12);
            if (next == 0) yield break;
            lib += next;
        }
    }

    // The version index of every dynamic symbol that some relocation (Elf64_Rela: r_info >> 32 is the symbol) refers to.
    private static HashSet<ushort> UsedVersions(byte[] b, List<Section> sections)
    {
        var used = new HashSet<ushort>();
        var versionTable = sections.Where(s => s.Type == SectionSymbolVersions).ToList();
        if (versionTable.Count == 0) return used;
        foreach (var rela in sections.Where(s => s.Type == SectionRela && sections[(int)s.Link].Type == SectionDynamicSymbols))
            for (long at = rela.Offset; at < rela.Offset + rela.Size; at += 24)
            {
                long symbol = (long)(BitConverter.ToUInt64(b, (int)at + 8) >> 32);
                if (symbol != 0) used.Add((ushort)(BitConverter.ToUInt16(b, (int)(versionTable[0].Offset + 2 * symbol)) & 0x7fff));
            }
        return used;
    }

    private static string Text(byte[] b, long at)
    {
        int end = Array.IndexOf(b, (byte)0, (int)at);
        return Encoding.ASCII.GetString(b, (int)at, end - (int)at);
    }

    /// <summary>The system's file of a library, or null where none of the usual folders has it.</summary>
    public static string FindSystemLibrary(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':').Where(f => f.Length > 0)
            .Concat(new[] { "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                "/lib64", "/usr/lib64", "/lib", "/usr/lib" });
        return folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Whether a library's file names a version at all (its version strings lie in the file as plain text).</summary>
    public static bool Offers(byte[] library, string version)
    {
        // Latin-1 maps each byte to one character, so an ordinal search over characters is one over bytes.
        return Encoding.GetEncoding(28591).GetString(library).IndexOf("\0" + version + "\0", StringComparison.Ordinal) >= 0;
    }
}

#if !WITHOUT_MSBUILD
/// <summary>The build's task: relaxes, in one output file, what this system's libstdc++ lacks.</summary>
public sealed class RelaxVersionNeed : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string File { get; set; }

    public override bool Execute()
    {
        const string Library = "libstdc++.so.6";
        string system = ElfVersionNeeds.FindSystemLibrary(Library);
        if (system == null) return true; // nothing to compare with: leave the file as shipped, `attn doctor` reports what loading says
        byte[] offered = System.IO.File.ReadAllBytes(system), image = System.IO.File.ReadAllBytes(File);
        var relaxed = ElfVersionNeeds.Relax(image, (library, version) => library == Library && !ElfVersionNeeds.Offers(offered, version));
        if (relaxed.Count == 0) return true;

        // A new file, then a rename: the output may be a hard link into the package cache, which must stay as it is.
        string temporary = File + "." + Guid.NewGuid().ToString("N");
        var written = System.IO.File.GetLastWriteTimeUtc(File);
        System.IO.File.WriteAllBytes(temporary, image);
        System.IO.File.SetLastWriteTimeUtc(temporary, written); // so that the next build sees an up-to-date copy
        System.IO.File.Delete(File);
        System.IO.File.Move(temporary, File);
        Log.LogMessage(Microsoft.Build.Framework.MessageImportance.High,
            System.IO.Path.GetFileName(File) + ": relaxed " + string.Join(", ", relaxed) + ", which this system's " + Library + " lacks");
        return true;
    }
}
#endif
