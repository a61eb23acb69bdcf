namespace AttentionNotebooks;

/// <summary>
/// How every head of a model is set. Immutable: setting a head gives a new calibration, and keeping the old one is undo.
/// </summary>
public sealed class ModelCalibration : IEquatable<ModelCalibration>
{
    private readonly HeadCalibration[] _heads;

    /// <summary>Creates a calibration.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="heads">One setting per head, in the grid's order.</param>
    /// <exception cref="ArgumentException">There are more or fewer settings than heads.</exception>
    /// <exception cref="InputException">A setting holds a number that is not finite, too large, or has a sign it cannot have.</exception>
    public ModelCalibration(HeadGrid grid, IReadOnlyList<HeadCalibration> heads)
    {
        if (heads.Count != grid.Count) throw new ArgumentException($"{heads.Count} settings for {grid.Count} heads", nameof(heads));
        for (int i = 0; i < heads.Count; i++)
            if (heads[i].Problem is { } problem)
                throw new InputException("calibration", $"head {grid[i]}", problem, HeadCalibration.Allowed);
        (Grid, _heads) = (grid, [.. heads]);
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>The settings in the grid's order.</summary>
    public IReadOnlyList<HeadCalibration> Heads => _heads;

    /// <summary>A head's setting.</summary>
    /// <exception cref="InputException">There is no such head.</exception>
    public HeadCalibration this[Head head] => _heads[Grid.PositionOf(head)];

    /// <summary>Whether all heads are left as they are.</summary>
    public bool IsIdentity => _heads.All(h => h.IsIdentity);

    /// <summary>The heads that are not left as they are.</summary>
    public IEnumerable<Head> Changed => Grid.All().Where((_, i) => !_heads[i].IsIdentity);

    /// <summary>All heads as they are.</summary>
    /// <param name="grid">The model's heads.</param>
    public static ModelCalibration Identity(HeadGrid grid) => new(grid, [.. Enumerable.Repeat(HeadCalibration.Identity, grid.Count)]);

    /// <summary>All heads set alike.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <exception cref="InputException">The setting cannot be used.</exception>
    public static ModelCalibration Uniform(HeadGrid grid, HeadCalibration setting) =>
        new(grid, [.. Enumerable.Repeat(setting, grid.Count)]);

    /// <summary>The calibration with one head set otherwise.</summary>
    /// <exception cref="InputException">There is no such head, or the setting cannot be used.</exception>
    public ModelCalibration With(Head head, HeadCalibration setting) => With([head], _ => setting);

    /// <summary>The calibration with some heads, such as a cluster's, set otherwise.</summary>
    /// <param name="change">From a head's setting to its new one.</param>
    /// <exception cref="InputException">There is no such head, or a setting cannot be used.</exception>
    public ModelCalibration With(IEnumerable<Head> heads, Func<HeadCalibration, HeadCalibration> change)
    {
        HeadCalibration[] settings = [.. _heads];
        foreach (int at in heads.Select(Grid.PositionOf)) settings[at] = change(settings[at]);
        return new ModelCalibration(Grid, settings);
    }

    /// <summary>One calibration after the other, as one.</summary>
    /// <param name="next">What is done to the scores and the heads' outputs after this.</param>
    /// <exception cref="InputException">It is for other heads, or a product is too large.</exception>
    public ModelCalibration Then(ModelCalibration next)
    {
        next.RequireGrid(Grid, "calibration");
        return new ModelCalibration(Grid, [.. _heads.Zip(next._heads, (a, b) => a.Then(b))]);
    }

    /// <summary>Reads a calibration from a file, as <see cref="Write"/> or <c>attn calibrate</c> wrote it.</summary>
    /// <param name="file">The file, of this version or of version 1, whose temperatures multiplied the scores: they are converted.</param>
    /// <param name="grid">The heads of the model that it must be for; any unless given.</param>
    /// <exception cref="InputException">
    /// It cannot be read, is no calibration, is of an unknown version or for other heads, or holds an unknown field or a number that
    /// cannot be used.
    /// </exception>
    public static ModelCalibration Read(string file, HeadGrid? grid = null) => CalibrationFile.Read(file, grid);

    /// <summary>Writes the calibration as a JSON file.</summary>
    /// <param name="file">The file; it holds the whole calibration or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => AtomicFile.WriteText(file, ToJson());

    /// <summary>The content of the file: format and version, the head grid, and the heads that are not left as they are.</summary>
    public string ToJson() => CalibrationFile.ToJson(this);

    /// <inheritdoc/>
    public bool Equals(ModelCalibration? other) => other is not null && Grid == other.Grid && _heads.SequenceEqual(other._heads);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelCalibration);

    /// <inheritdoc/>
    public override int GetHashCode() => _heads.Aggregate(Grid.GetHashCode(), HashCode.Combine);

    /// <summary>Refuses a calibration of another model's heads.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="source">Where the calibration is from.</param>
    /// <exception cref="InputException">The heads differ.</exception>
    internal void RequireGrid(HeadGrid grid, string source)
    {
        if (grid != Grid)
            throw new InputException(source, null, $"is for {Grid} heads, and the model has {grid}",
                "Calibrate this model, or take the model that was calibrated");
    }
}
