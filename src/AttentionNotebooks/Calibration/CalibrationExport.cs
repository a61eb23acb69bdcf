using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A calibration folded into the weights, so that any program that reads the checkpoint runs the calibrated model: 1/τ into
/// the head's queries (q·k/τ = (W_q·x/τ + b_q/τ)·k), g into its columns of the attention's output. A bias by offset or on special
/// keys is in no weight of BERT and cannot be folded.
/// </summary>
public static class CalibrationExport
{
    /// <summary>Whether a head's setting can be folded.</summary>
    public static bool CanFold(HeadCalibration setting) => setting.SpecialBias == 0 && setting.Priors.All(IsNothing);

    /// <summary>Writes the calibrated model as a plain checkpoint in Hugging Face's layout.</summary>
    /// <param name="source">The folder of the model that was calibrated.</param>
    /// <param name="target">The folder to write; another than the source's.</param>
    /// <param name="leaveOutBiases">Leave out priors and special biases instead of refusing them; the checkpoint is then not the calibrated
    /// model.</param>
    /// <returns>The heads whose biases were left out.</returns>
    /// <exception cref="InputException">The model cannot be read or is another, a head has a bias and it was not said to leave it out, or
    /// the folder cannot be written.</exception>
    public static IReadOnlyList<Head> Export(string source, ModelCalibration calibration, string target, bool leaveOutBiases = false)
    {
        if (Path.GetFullPath(source) == Path.GetFullPath(target))
            throw new InputException(target, null, "is the folder of the model itself", "Name another folder");
        Head[] unfit = [.. calibration.Changed.Where(h => !CanFold(calibration[h]))];
        if (unfit.Length > 0 && !leaveOutBiases)
            throw new InputException("calibration", $"head {unfit[0]}{(unfit.Length > 1 ? $" and {unfit.Length - 1} more" : "")}",
                "has a prior or a special bias, which no weight of a checkpoint can hold",
                "Keep the calibration's file beside the model and apply it with bert.With(calibration), or say explicitly that biases are "
                    + "to be left out");
        using var model = Checkpoint.Load(source);
        Fold(model, calibration);
        CheckpointExport.Save(model, target);
        return unfit;
    }

    /// <summary>Folds temperatures and gates into a model's weights, in place; biases are passed over.</summary>
    /// <exception cref="InputException">The calibration is for other heads.</exception>
    public static void Fold(Checkpoint model, ModelCalibration calibration)
    {
        calibration.RequireGrid(model.Config.Grid, "calibration");
        if (model.Model.Bert.Encoder.HasScoreBias && calibration.Changed.Any(h => calibration[h].Temperature != 1))
            throw new InputException(model.Folder, null, "adds a bias for positions to its scores, which the queries' weights cannot scale",
                "Keep the calibration's file beside the model and apply it with bert.With(calibration)");
        int size = model.Config.HeadSize;
        using var noGradients = no_grad();
        foreach (var head in calibration.Changed)
        {
            using var scope = NewDisposeScope();
            var layer = model.Model.Bert.Encoder.Layers[head.Layer];
            Scalar scale = calibration[head].Scale, gate = calibration[head].Gate;
            foreach (var query in layer.QueryParameters) query.narrow(0, (long)head.Index * size, size).mul_(scale);
            layer.OutputWeight.narrow(1, (long)head.Index * size, size).mul_(gate);
            GC.KeepAlive((scale, gate)); // their finalisers must not run during the calls
        }
    }

    private static bool IsNothing(DistancePrior prior) => prior is GaussianPrior { Strength: 0 } || prior is BucketPrior table
        && table.Gains.All(g => g == 0);
}
