using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace AttentionNotebooks.Benchmarks.Compare;

/// <summary>A Markdown table of measured rows, with the machine and the versions above it.</summary>
internal sealed class Report(string title)
{
    private readonly List<string> _rows = [], _notes = [];

    /// <summary>Adds a row.</summary>
    public void Row(string what, string ours, string peer, string ratio, string target) =>
        _rows.Add($"| {what} | {ours} | {peer} | {ratio} | {target} |");

    /// <summary>Adds a line under the table.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Refuses to compare programs that compute different things.</summary>
    /// <param name="what">What they compute.</param>
    /// <param name="ours">Our values.</param>
    /// <param name="theirs">The peer's.</param>
    /// <exception cref="InvalidOperationException">They differ by more than 10⁻⁴ of the value, or of 1 where the value is
    /// smaller.</exception>
    public void Same(string what, IReadOnlyList<double> ours, IReadOnlyList<double> theirs)
    {
        if (ours.Count != theirs.Count)
            throw new InvalidOperationException($"{what}: {ours.Count} values of ours, {theirs.Count} of the peer");
        double worst = ours.Zip(theirs, (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(b))).Max();
        if (!(worst <= 1e-4))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{what}: the programs differ by {worst:G3}, so their times say nothing"));
        Note(string.Create(CultureInfo.InvariantCulture, $"{what}: the programs' {ours.Count} values agree to {worst:G2}."));
    }

    public override string ToString()
    {
        var text =
            new StringBuilder(
                $"### {title}\n\n{Machine()}\n\n| what | ours | peer | ratio: median (least–most) | target |\n|---|---|---|---|---|\n");
        foreach (string row in _rows) text.Append(row).Append('\n');
        foreach (string note in _notes) text.Append("\n- ").Append(note);
        return text.Append('\n').ToString();
    }

    private static string Machine()
    {
        string processor = OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1]
            .Trim() ?? "" : RuntimeInformation.ProcessArchitecture.ToString();
        return string.Create(CultureInfo.InvariantCulture,
            $"{processor}, {Environment.ProcessorCount} cores, {torch.get_num_threads()} threads; {RuntimeInformation.OSDescription}; "
                + $"{RuntimeInformation.FrameworkDescription}; TorchSharp's libtorch {torch.__version__}; {DateTime.UtcNow:yyyy-MM-dd}.");
    }
}
