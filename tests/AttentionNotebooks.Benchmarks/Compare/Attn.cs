using System.Diagnostics;
using System.Globalization;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>The real command in a process of its own.</summary>
internal static class Attn
{
    /// <summary>Runs it to its end.</summary>
    /// <returns>Seconds, and on Linux the peak of its resident memory in KiB (0 elsewhere).</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static (double Seconds, long PeakKiB) Run(params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(20)) peak = Math.Max(peak, Peak(process.Id));
        process.WaitForExit();
        double seconds = clock.Elapsed.TotalSeconds;
        _ = output.Result;
        return process.ExitCode == 0 ? (seconds, peak)
            : throw new InvalidOperationException($"attn {arguments[0]} ended with {process.ExitCode}: {error.Result}");
    }

    // VmHWM is the kernel's own high-water mark, so nothing between two looks is missed but the last moments.
    private static long Peak(int process)
    {
        if (!OperatingSystem.IsLinux()) return 0;
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1],
                CultureInfo.InvariantCulture);
        }
        catch (IOException) { return 0; } // it ended while its file was read
    }
}
