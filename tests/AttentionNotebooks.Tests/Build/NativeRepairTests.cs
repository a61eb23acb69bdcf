using System.Buffers.Binary;
using System.Text;

namespace AttentionNotebooks.Tests.Build;

/// <summary>The build's repair of libLibTorchSharp.so on systems with an older libstdc++ (src/Build).</summary>
public class NativeRepairTests
{
    private static readonly Func<string, string, bool> LacksNew = (library, version) => library == "lib.so" && version == "NEW_1";

    [Fact]
    public void Version_needs_are_read()
    {
        var needs = ElfVersionNeeds.Read(Elf(newIsUsed: false));
        Assert.Equal([("lib.so", "OLD_1", true), ("lib.so", "NEW_1", false)],
            needs.Select(n => (n.Library, n.Version, n.UsedByRelocation)));
        Assert.All(needs, n => Assert.False(n.Weak));
    }

    [Fact]
    public void A_missing_version_that_nothing_uses_becomes_weak_and_nothing_else_changes()
    {
        byte[] before = Elf(newIsUsed: false), after = Elf(newIsUsed: false);
        Assert.Equal(["NEW_1"], ElfVersionNeeds.Relax(after, LacksNew));
        Assert.True(ElfVersionNeeds.Read(after).Single(n => n.Version == "NEW_1").Weak);
        Assert.Equal(1, before.Zip(after).Count(b => b.First != b.Second));
        Assert.Empty(ElfVersionNeeds.Relax(after, LacksNew)); // a second time there is nothing to do
    }

    [Fact]
    public void Where_the_system_has_the_version_nothing_changes()
    {
        byte[] image = Elf(newIsUsed: false);
        Assert.Empty(ElfVersionNeeds.Relax(image, (_, _) => false));
        Assert.Equal(Elf(newIsUsed: false), image);
    }

    [Fact]
    public void A_version_that_is_really_used_is_refused() =>
        Assert.Contains("really used", Assert.Throws<InvalidOperationException>(() =>
            ElfVersionNeeds.Relax(Elf(newIsUsed: true), LacksNew)).Message);

    [Fact]
    public void What_is_no_ELF_file_is_refused() => Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.Read(new byte[100]));

    [Fact]
    public void The_output_copy_asks_for_nothing_that_this_system_lacks_and_the_package_is_as_it_came()
    {
        string output = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        string? system = OperatingSystem.IsLinux() ? ElfVersionNeeds.FindSystemLibrary("libstdc++.so.6") : null;
        Assert.SkipWhen(system is null, "the repair is for Linux with a libstdc++ in one of the usual folders");
        byte[] offered = File.ReadAllBytes(system);
        Assert.DoesNotContain(ElfVersionNeeds.Read(File.ReadAllBytes(output)), n => n.Library == "libstdc++.so.6" && !n.Weak
            && !ElfVersionNeeds.Offers(offered, n.Version));

        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string package = Path.Combine(packages, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(package), "the package cache is not where it usually is");
        Assert.DoesNotContain(ElfVersionNeeds.Read(File.ReadAllBytes(package)), n => n.Weak);
    }

    /// <summary>The smallest shared object with two version needs of a library, two symbols and one relocation per used symbol.</summary>
    internal static byte[] Elf(bool newIsUsed, string library = "lib.so")
    {
        const int Strings = 64, Needs = 128, Symbols = 192, Versions = 264, Relocations = 272, Sections = 320;
        var b = new byte[Sections + 6 * 64];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(b, 0);
        BinaryPrimitives.WriteInt64LittleEndian(b.AsSpan(0x28), Sections);
        U16(0x3A, 64);
        U16(0x3C, 6);
        Encoding.ASCII.GetBytes($"\0{library}\0OLD_1\0NEW_1\0").CopyTo(b, Strings);

        U16(Needs, 1);          // version of the format
        U16(Needs + 2, 2);      // two needs
        U32(Needs + 4, 1);      // the library
        U32(Needs + 8, 16);     // the first follows at once
        Need(Needs + 16, index: 2, name: (uint)library.Length + 2, next: 16);
        Need(Needs + 32, index: 3, name: (uint)library.Length + 8, next: 0);

        U16(Versions + 2, 2);   // symbol 1 is of OLD_1, symbol 2 of NEW_1
        U16(Versions + 4, 3);
        U32(Relocations + 12, 1);
        if (newIsUsed) U32(Relocations + 24 + 12, 2);

        Section(1, type: 3, Strings, 64, link: 0);                      // string table
        Section(2, type: 0x6ffffffe, Needs, 48, link: 1);               // version needs
        Section(3, type: 11, Symbols, 72, link: 1);                     // dynamic symbols
        Section(4, type: 0x6fffffff, Versions, 6, link: 3);             // the symbols' versions
        Section(5, type: 4, Relocations, 48, link: 3);
        return b;

        void U16(int at, ushort v) => BinaryPrimitives.WriteUInt16LittleEndian(b.AsSpan(at), v);
        void U32(int at, uint v) => BinaryPrimitives.WriteUInt32LittleEndian(b.AsSpan(at), v);
        void Need(int at, ushort index, uint name, uint next)
        {
            U16(at + 6, index);
            U32(at + 8, name);
            U32(at + 12, next);
        }
        void Section(int number, uint type, int offset, int size, uint link)
        {
            int at = Sections + 64 * number;
            U32(at + 4, type);
            BinaryPrimitives.WriteInt64LittleEndian(b.AsSpan(at + 24), offset);
            BinaryPrimitives.WriteInt64LittleEndian(b.AsSpan(at + 32), size);
            U32(at + 40, link);
        }
    }
}
