using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>How far a run is, and what was measured so far.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Tokens">Tokens seen.</param>
/// <param name="Sums">The training losses since the last report.</param>
/// <param name="Course">The held-out figures on the way.</param>
internal sealed record TrainingPoint(int Step, long Tokens, LossSums Sums,
    IReadOnlyList<(int Step, long Tokens, HeldOutFigures HeldOut)> Course);

/// <summary>All that an interrupted run needs to go on as if nothing had happened: weights, the optimiser's memory, how far it was, and
/// what was measured on the way.</summary>
/// <remarks>Batches and hidden words follow from the seed and the step, so that nothing else has to be kept.</remarks>
internal static class TrainingState
{
    private const string FileName = "training-state.safetensors",
        Remedy = "Go on with the command that began the run, or start anew without --resume";

    // Numbers come back as they were, NaN too (no pairs were asked for); a course's rows are tuples.
    private static readonly JsonSerializerOptions Exact = new()
    { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, IncludeFields = true };

    /// <summary>Where the state of a run into a folder lies.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Writes the state.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Save(string folder, SharedWeights weights, IOptimizer optimizer, string fingerprint, TrainingPoint point) =>
        SafetensorsFile.Write(PathIn(folder), [new("weights", weights.Flat), new("mean", optimizer.Mean), new("square", optimizer.Square)],
            new Dictionary<string, string>
            {
                ["run"] = fingerprint,
                ["point"] = JsonSerializer.Serialize(point, Exact),
            });

    /// <summary>Reads the state into the weights and the optimiser.</summary>
    /// <returns>How far the run was.</returns>
    /// <exception cref="InputException">There is no state, it is damaged, or it belongs to a run with other texts or options.</exception>
    public static TrainingPoint Load(string folder, SharedWeights weights, IOptimizer optimizer, string fingerprint)
    {
        string path = PathIn(folder);
        if (!File.Exists(path))
            throw new InputException(folder, null, $"holds no {FileName}, so there is no run to go on with", "Start without --resume");
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue("run", out string? run) || Point(file.Metadata.GetValueOrDefault("point")) is not { } point)
            throw new InputException(path, "metadata", "is not that of a training state", Remedy);
        if (run != fingerprint) throw new InputException(path, null, "belongs to a run with other texts or options", Remedy);
        foreach (var (name, target) in new[] { ("weights", weights.Flat), ("mean", optimizer.Mean), ("square", optimizer.Square) })
        {
            if (!file.Entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(target.shape))
                throw new InputException(path, $"tensor {name}", "is missing or has another length", Remedy);
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            target.copy_(file.Read(name));
        }
        optimizer.Steps = point.Step;
        weights.Round();
        return point;
    }

    private static TrainingPoint? Point(string? json)
    {
        try
        {
            return json is not null && JsonSerializer.Deserialize<TrainingPoint>(json, Exact) is { Step: >= 0, Course: not null } point
            ? point : null;
        }
        catch (JsonException) { return null; }
    }
}
