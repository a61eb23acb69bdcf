namespace AttentionNotebooks;

// Heads that are set.
public partial interface IPlots
{
    /// <summary>A head whose temperature and prior can be turned, in a live page and in a saved one: its map, its features, and the task's
    /// loss.</summary>
    /// <param name="sweep">All states of the two sliders.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure HeadKnobs(CalibrationSweep sweep, string? title = null, string? caption = null);

    /// <summary>The calibration experiment as one picture: how much the loss falls against how many numbers are learnt (log scale), with
    /// controls and intervals.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure GainByParameters(CalibrationExperiment experiment, string? title = null, string? caption = null);

    /// <summary>Several experiments below one another, each with its own scale of the gain and all with the same of the
    /// parameters.</summary>
    /// <param name="experiments">Their figures, one at least, as <see cref="ExperimentFigures.Read"/> reads them.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is no experiment.</exception>
    Figure GainByParameters(IReadOnlyList<ExperimentFigures> experiments, string? title = null, string? caption = null);

    /// <summary>Loss or accuracy against the number of heads removed, for several orders, with all random orders as a band.</summary>
    /// <param name="curves">The orders' curves, over the same numbers of heads.</param>
    /// <param name="random">Curves of random orders.</param>
    /// <param name="accuracy">Whether accuracy is drawn instead of the loss.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is no curve, or they remove different numbers of heads.</exception>
    Figure PruningCurves(IReadOnlyList<PruningCurve> curves, IReadOnlyList<PruningCurve>? random = null, bool accuracy = false,
        string? title = null, string? caption = null);
}
