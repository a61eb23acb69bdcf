using System.Diagnostics;
using AttentionNotebooks.Tests.Attention;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The real process, killed in the middle of its work.</summary>
public class InterruptionTests
{
    [Fact]
    public async Task A_killed_extraction_goes_on_with_resume_to_the_same_file_byte_for_byte()
    {
        using var folder = new TestFolder();
        LiveAttentionTests.Model(folder).Dispose();
        var random = new Random(1);
        string[] words = ["the", "cat", "play", "a", "dog", "sat"];
        string texts = folder.Write("texts.txt", string.Join('\n', Enumerable.Range(0, 60_000).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(3, 12)).Select(_ => words[random.Next(words.Length)])))));
        string[] command = ["features", "--model", folder.Root, "--text", texts, "--out"];

        using (var killed = Start([.. command, folder["resumed.csv"]]))
        {
            var patience = Stopwatch.StartNew();
            while (!File.Exists(folder["resumed.csv.partial"]) && !killed.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2)) await Task.Delay(20);
            Assert.True(File.Exists(folder["resumed.csv.partial"]), "the extraction ended before it had saved its state");
            killed.Kill();
            await killed.WaitForExitAsync();
        }
        Assert.False(File.Exists(folder["resumed.csv"]));
        Assert.Equal(0, await Run([.. command, folder["resumed.csv"], "--resume"]));
        Assert.Equal(0, await Run([.. command, folder["whole.csv"]]));
        Assert.Equal(File.ReadAllBytes(folder["whole.csv"]), File.ReadAllBytes(folder["resumed.csv"]));
        Assert.False(File.Exists(folder["resumed.csv.partial"]));
    }

    private static async Task<int> Run(string[] arguments)
    {
        using var process = Start(arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attn.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
