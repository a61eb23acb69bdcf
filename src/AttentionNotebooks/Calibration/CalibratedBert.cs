namespace AttentionNotebooks;

/// <summary>A model as a calibration sets it. The model itself stays as it is; it must outlive this.</summary>
public sealed class CalibratedBert
{
    private readonly string? _description;

    internal CalibratedBert(Checkpoint model, ModelCalibration calibration)
    {
        calibration.RequireGrid(model.Config.Grid, "calibration");
        (Model, Calibration) = (model, calibration);
        if (calibration.IsIdentity) return;
        _description = calibration.ToJson();
        Hooks = CalibrationHooks.Of(new FixedSettings(calibration, model.Model.Device), model.Tokenizer);
    }

    /// <summary>The model.</summary>
    public Checkpoint Model { get; }

    /// <summary>How its heads are set.</summary>
    public ModelCalibration Calibration { get; }

    /// <summary>The settings as edits of a forward pass, to be given to the model or a task; <see langword="null"/> where all heads are
    /// left as they are.</summary>
    public AttentionHooks? Hooks { get; }

    /// <summary>The model with a further calibration on top.</summary>
    /// <param name="next">What is done after this one.</param>
    /// <exception cref="InputException">It is for other heads.</exception>
    public CalibratedBert With(ModelCalibration next) => new(Model, Calibration.Then(next));

    /// <summary>The attention of the calibrated model, for features and charts.</summary>
    /// <param name="texts">The texts, at least one, none empty.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens; the model's own limit when omitted.</param>
    /// <exception cref="InputException">There is no text, or one has no token.</exception>
    public LiveAttention Attention(IReadOnlyList<string> texts, int? maxLength = null) =>
        new(Model, texts, maxLength) { Edits = Hooks is null ? null : (Hooks, _description!) };

    /// <summary>How the calibrated model does at a task.</summary>
    /// <param name="task">The task, of this model.</param>
    /// <param name="batches">Which items, dealt into batches; all unless given.</param>
    /// <param name="cancellation">Stops the work.</param>
    public TaskScores Score(IModelTask task, IReadOnlyList<int[]>? batches = null, CancellationToken cancellation = default) =>
        TaskScores.Evaluate(task, Hooks, batches, cancellation);
}

/// <summary>From a model and a calibration to a calibrated model.</summary>
public static class CalibratedModels
{
    /// <summary>The model with its heads set: <c>bert.With(calibration)</c>.</summary>
    /// <param name="model">The model; it must outlive the result.</param>
    /// <param name="calibration">How its heads are set.</param>
    /// <exception cref="InputException">The calibration is for other heads.</exception>
    public static CalibratedBert With(this Checkpoint model, ModelCalibration calibration) => new(model, calibration);
}
