using System.Globalization;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert.Training;

/// <summary>All that an interrupted run needs to go on as if nothing had happened: weights, the optimiser's memory, and how far it was.</summary>
/// <remarks>Batches and hidden words follow from the seed and the step, so that nothing else has to be kept.</remarks>
internal static class TrainingState
{
    private const string FileName = "training-state.safetensors", Remedy = "Go on with the command that began the run, or start anew without --resume";

    /// <summary>Where the state of a run into a folder lies.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Writes the state.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Save(string folder, SharedWeights weights, IOptimizer optimizer, string fingerprint, int step, long tokens) =>
        SafetensorsFile.Write(PathIn(folder), [new("weights", weights.Flat), new("mean", optimizer.Mean), new("square", optimizer.Square)], new Dictionary<string, string>
        {
            ["run"] = fingerprint, ["step"] = step.ToString(CultureInfo.InvariantCulture), ["tokens"] = tokens.ToString(CultureInfo.InvariantCulture),
        });

    /// <summary>Reads the state into the weights and the optimiser.</summary>
    /// <returns>Steps done and tokens seen.</returns>
    /// <exception cref="InputException">There is no state, it is damaged, or it belongs to a run with other texts or options.</exception>
    public static (int Step, long Tokens) Load(string folder, SharedWeights weights, IOptimizer optimizer, string fingerprint)
    {
        string path = PathIn(folder);
        if (!File.Exists(path)) throw new InputException(folder, null, $"holds no {FileName}, so there is no run to go on with", "Start without --resume");
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue("run", out string? run) || !int.TryParse(file.Metadata.GetValueOrDefault("step"), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
            || !long.TryParse(file.Metadata.GetValueOrDefault("tokens"), NumberStyles.None, CultureInfo.InvariantCulture, out long tokens))
            throw new InputException(path, "metadata", "is not that of a training state", Remedy);
        if (run != fingerprint) throw new InputException(path, null, "belongs to a run with other texts or options", Remedy);
        foreach (var (name, target) in new[] { ("weights", weights.Flat), ("mean", optimizer.Mean), ("square", optimizer.Square) })
        {
            if (!file.Entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(target.shape)) throw new InputException(path, $"tensor {name}", "is missing or has another length", Remedy);
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            target.copy_(file.Read(name));
        }
        optimizer.Steps = step;
        weights.Round();
        return (step, tokens);
    }
}
