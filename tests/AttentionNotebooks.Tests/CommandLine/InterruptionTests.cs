using System.Diagnostics;
using System.Runtime.InteropServices;
using AttentionNotebooks.Tests.Attention;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The real process, killed in the middle of its work.</summary>
public partial class InterruptionTests
{
    private static readonly string[] Words = ["the", "cat", "play", "a", "dog", "sat"];

    [Fact]
    public Task A_killed_extraction_goes_on_with_resume_to_the_same_file_byte_for_byte() =>
        Interrupted(process => process.Kill(), _ => { });

    [Fact]
    public Task Ctrl_C_stops_an_extraction_that_goes_on_with_resume()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that a test could send to one process alone");
        Assert.SkipWhen(IsIgnored(Interrupt),
            "the tests run as a background job of a script, which ignores Ctrl-C, and so do the programs they start: run them in the "
                + "foreground");
        return Interrupted(process => Assert.Equal(0, Signal(process.Id, Interrupt)), process => Assert.Equal(1, process.ExitCode));
    }

    // A signal that a process was born to ignore, its children ignore too.
    private static bool IsIgnored(int signal)
    {
        const string status = "/proc/self/status";
        string? ignored = File.Exists(status) ? File.ReadLines(status)
            .FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return ignored is not null && (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) >> (signal - 1) & 1) == 1;
    }

    // Runs the real command until it has saved its state, interrupts it, and compares what --resume makes of that with an undisturbed run.
    private static async Task Interrupted(Action<Process> interrupt, Action<Process> check)
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        var random = new Random(1);
        string texts = folder.Write("texts.txt",
            string.Join('\n', Enumerable.Range(0, 20_000)
                .Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(3, 12)).Select(_ => Words[random.Next(Words.Length)])))));
        string[] command = ["features", "--model", folder.Root, "--text", texts, "--save-every", "0.1", "--out"];

        using (var process = Start([.. command, folder["resumed.csv"]]))
        {
            var patience = Stopwatch.StartNew();
            while (!File.Exists(folder["resumed.csv.partial"]) && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
                await Task.Delay(20);
            Assert.True(File.Exists(folder["resumed.csv.partial"]), "the extraction ended before it had saved its state");
            interrupt(process);
            await process.WaitForExitAsync();
            check(process);
        }
        Assert.False(File.Exists(folder["resumed.csv"]));
        Assert.True(File.Exists(folder["resumed.csv.partial"]));
        Assert.Equal(0, await Run([.. command, folder["resumed.csv"], "--resume"]));
        Assert.Equal(0, await Run([.. command, folder["whole.csv"]]));
        Assert.Equal(File.ReadAllBytes(folder["whole.csv"]), File.ReadAllBytes(folder["resumed.csv"]));
        Assert.False(File.Exists(folder["resumed.csv.partial"]));
    }

    private const int Interrupt = 2; // SIGINT

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private static async Task<int> Run(string[] arguments)
    {
        using var process = Start(arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
