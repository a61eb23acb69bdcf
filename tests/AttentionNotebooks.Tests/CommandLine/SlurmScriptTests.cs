using System.Diagnostics;
using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>The scripts for Slurm, given what Slurm gives them; a cluster is not needed.</summary>
public sealed class SlurmScriptTests
{
    [Fact]
    public async Task A_job_array_and_its_merge_give_the_table_of_a_single_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Slurm's scripts are for bash");
        using var folder = new TestFolder();
        BertFixtures.RandomCheckpoint(folder.Root).Dispose();
        var random = new Random(3);
        string texts = folder.Write("texts.txt",
            string.Join('\n', Enumerable.Range(0, 700)
                .Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(2, 12))
                    .Select(_ => BertFixtures.Vocabulary[random.Next(5, 14)])))));
        string[] options = ["--model", folder["model"], "--text", texts];
        for (int shard = 0; shard < 3; shard++) await Run(folder, "features.sbatch", shard, options);
        byte[] first = File.ReadAllBytes(folder["parts", "0-of-3.sums"]);
        await Run(folder, "features.sbatch", 0, options); // requeued after it had ended
        Assert.Equal(first, File.ReadAllBytes(folder["parts", "0-of-3.sums"]));
        await Run(folder, "merge.sbatch", null, folder["merged.csv"]);
        Assert.Equal(0, (await Shell.Attn(["features", .. options, "--out", folder["single.csv"]])).Code);
        Assert.Equal(File.ReadAllBytes(folder["single.csv"]), File.ReadAllBytes(folder["merged.csv"]));
    }

    private static async Task Run(TestFolder folder, string script, int? task, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Repository.Path("src", "AttentionNotebooks.Cli", "Slurm", script), .. arguments])
        { RedirectStandardError = true, WorkingDirectory = folder.Root };
        start.Environment["ATTN"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "attn.dll")}";
        if (task is { } id) (start.Environment["SLURM_ARRAY_TASK_ID"], start.Environment["SLURM_ARRAY_TASK_COUNT"]) = ($"{id}", "3");
        using var process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
    }
}
