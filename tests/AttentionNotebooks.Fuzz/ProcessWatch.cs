using System.Globalization;

namespace AttentionNotebooks.Fuzz;

/// <summary>What Linux tells of this process while a case runs: how far it grew, and whether it started another.</summary>
public sealed class ProcessWatch
{
    private const string Status = "/proc/self/status", Stat = "/proc/self/stat", Refs = "/proc/self/clear_refs";
    private const int FaultsOfChildren = 8; // among what stands after the name, from 0

    private readonly long _before, _faults;

    private ProcessWatch()
    {
        File.WriteAllText(Refs, "5"); // the peak is counted from here
        _before = Kibibytes("VmRSS:");
        _faults = ChildFaults();
    }

    /// <summary>A watch, or none on other systems.</summary>
    public static ProcessWatch? Start() => OperatingSystem.IsLinux() && File.Exists(Refs) ? new ProcessWatch() : null;

    /// <summary>The peak since the start less what there was, in bytes.</summary>
    public long Grown => (Kibibytes("VmHWM:") - _before) << 10;

    /// <summary>Whether another process has been started since, be it still there or over.</summary>
    public bool HasStartedAProcess =>
        ChildFaults() != _faults || Directory.EnumerateDirectories("/proc/self/task")
        .Any(t => Text(Path.Combine(t, "children")).Length > 0);

    private static long Kibibytes(string name) =>
        long.Parse(File.ReadLines(Status).First(l => l.StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture);

    private static long ChildFaults() => long.Parse(File.ReadAllText(Stat).Split(") ")[^1].Split(' ')[FaultsOfChildren],
        CultureInfo.InvariantCulture);

    private static string Text(string file)
    {
        try { return File.ReadAllText(file).Trim(); }
        catch (IOException) { return ""; } // a thread that has ended
    }
}
