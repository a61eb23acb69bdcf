using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>A peer program that stays alive between rounds, so that no round pays for its start.</summary>
internal sealed class PythonPeer : IDisposable
{
    /// <summary>What to install where the peers are missing.</summary>
    public const string Remedy =
        "apt-get install -y python3-torch python3-sklearn python3-scipy python3-numpy libopenblas0-pthread (or name another interpreter "
        + "in ATTN_PYTHON)";

    private readonly Process _process;

    private PythonPeer(Process process, string versions) => (_process, Versions) = (process, versions);

    /// <summary>The versions of its libraries.</summary>
    public string Versions { get; }

    /// <summary>Starts a peer, or says in one line what is missing.</summary>
    /// <param name="script">Its file in Peers/.</param>
    /// <param name="arguments">Its arguments.</param>
    public static PythonPeer? Start(string script, params string[] arguments)
    {
        string python = Environment.GetEnvironmentVariable("ATTN_PYTHON") ?? "/usr/bin/python3";
        try
        {
            var process = Process.Start(new ProcessStartInfo(python,
                [Path.Combine(AppContext.BaseDirectory, "Peers", script), .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { }; // warnings of libraries must not fill the pipe
            process.BeginErrorReadLine();
            if (process.StandardOutput.ReadLine() is { } hello)
            {
                using var json = JsonDocument.Parse(hello);
                return new PythonPeer(process, json.RootElement.GetProperty("versions").GetString()!);
            }
            process.Dispose();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // no such interpreter
        }
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{script} does not start; rows against it are left out. Install: {Remedy}"));
        return null;
    }

    /// <summary>Does a job.</summary>
    /// <param name="job">Its name.</param>
    /// <returns>The seconds it took by the peer's own clock, and what it computed.</returns>
    public (double Seconds, double[] Values) Run(string job)
    {
        _process.StandardInput.WriteLine($"run {job}");
        string answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the peer ended during {job}");
        using var json = JsonDocument.Parse(answer);
        return (json.RootElement.GetProperty("seconds").GetDouble(),
            [.. json.RootElement.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }
}
