namespace AttentionNotebooks;

/// <summary>How well heads' importance is predicted from the features of other heads.</summary>
/// <param name="R2">Share of the variance of importance that out-of-fold predictions explain; below 0 they are worse than the mean.</param>
/// <param name="R2Low">Lower end of its 95 % interval.</param>
/// <param name="R2High">Upper end.</param>
/// <param name="Rank">Spearman's correlation of predicted with true importance.</param>
/// <param name="PValue">How rarely importance dealt out to the heads at random is predicted as well.</param>
/// <param name="Permutations">How often it was dealt out.</param>
/// <param name="NullMean">The mean share explained of such importance.</param>
/// <param name="NullMax">The largest.</param>
/// <param name="Lambda">The ridge's λ.</param>
public sealed record PredictionFigures(
    double R2, double R2Low, double R2High, double Rank, double PValue, int Permutations, double NullMean, double NullMax, double Lambda);

/// <summary>How well a fit on some heads predicts the importance of others, such as the same heads on other texts.</summary>
/// <param name="R2">Share of the variance explained.</param>
/// <param name="Rank">Spearman's correlation of predicted with true importance.</param>
/// <param name="RankLow">Lower end of its 95 % interval.</param>
/// <param name="RankHigh">Upper end.</param>
/// <param name="PValue">How rarely a random order of the heads has as high a correlation.</param>
public sealed record TransferFigures(double R2, double Rank, double RankLow, double RankHigh, double PValue);

/// <summary>One feature's part in an explanation, with 95 % intervals over draws of heads.</summary>
/// <param name="Coefficient">Change of importance, in its standard deviations, with one standard deviation of the feature.</param>
/// <param name="CoefficientLow">Lower end.</param>
/// <param name="CoefficientHigh">Upper end.</param>
/// <param name="Spearman">Rank correlation of the feature alone with importance.</param>
/// <param name="SpearmanLow">Lower end.</param>
/// <param name="SpearmanHigh">Upper end.</param>
/// <param name="PValue">The correlation's p-value.</param>
/// <param name="Holm">The same, adjusted for all features (Holm 1979).</param>
public sealed record EffectFigures(string Feature, double Coefficient, double CoefficientLow, double CoefficientHigh,
    double Spearman, double SpearmanLow, double SpearmanHigh, double PValue, double Holm);

/// <summary>How far features explain the importance of heads, in figures: what <c>attn explain</c> writes.</summary>
/// <param name="FeaturesFile">The file that the features are from, without its folder.</param>
/// <param name="ImportanceFile">The file that importance is from, without its folder.</param>
/// <param name="Measure">The measure of importance.</param>
/// <param name="Heads">How many heads there are.</param>
/// <param name="FromOtherHeads">Each head predicted from other heads.</param>
/// <param name="FromOtherLayers">Each head predicted from other layers; <see langword="null"/> where there is only one layer.</param>
/// <param name="LayerAlone">Share of the variance that the layer's number alone explains.</param>
/// <param name="Test">Other heads or texts; <see langword="null"/> if nothing was tested on.</param>
/// <param name="Features">Each feature's part.</param>
/// <param name="Meaning">What the figures mean, in sentences.</param>
public sealed record ExplanationFigures(string FeaturesFile, string ImportanceFile, string Measure, int Heads,
    PredictionFigures FromOtherHeads, PredictionFigures? FromOtherLayers, double LayerAlone, TransferFigures? Test,
        IReadOnlyList<EffectFigures> Features, string Meaning)
{
    private const string Again = "Write the file with attn explain";

    /// <summary>The figures of a model of importance.</summary>
    public static PredictionFigures Of(ImportanceModel model) => new(model.R2, model.R2Interval.Low, model.R2Interval.High, model.Rank,
        model.PValue, model.Null.Count, model.Null.Average(), model.Null.Max(), model.Lambda);

    /// <summary>The figures of a transfer.</summary>
    public static TransferFigures Of(ImportanceTransfer transfer) =>
        new(transfer.R2, transfer.Rank, transfer.RankInterval.Low, transfer.RankInterval.High, transfer.PValue);

    /// <summary>The figures of a feature.</summary>
    /// <param name="effect">The feature's part.</param>
    public static EffectFigures Of(FeatureEffect effect) => new(effect.Feature, effect.Coefficient, effect.CoefficientInterval.Low,
        effect.CoefficientInterval.High, effect.Spearman, effect.SpearmanInterval.Low, effect.SpearmanInterval.High,
        effect.PValue, effect.Holm);

    /// <summary>Writes the figures.</summary>
    /// <param name="file">The file; it holds all of them or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => AtomicFile.WriteText(file, JsonPart.Document(new
    {
        features_file = FeaturesFile,
        importance_file = ImportanceFile,
        measure = Measure,
        heads = Heads,
        from_other_heads = Json(FromOtherHeads),
        from_other_layers = FromOtherLayers is null ? null : Json(FromOtherLayers),
        layer_alone_r2 = JsonPart.Finite(LayerAlone),
        test = Test is null ? null : new
        {
            r2 = JsonPart.Finite(Test.R2),
            rank = JsonPart.Finite(Test.Rank),
            rank_low = JsonPart.Finite(Test.RankLow),
            rank_high = JsonPart.Finite(Test.RankHigh),
            p = JsonPart.Finite(Test.PValue),
        },
        features = Features.Select(e => new
        {
            name = e.Feature,
            coefficient = JsonPart.Finite(e.Coefficient),
            coefficient_low = JsonPart.Finite(e.CoefficientLow),
            coefficient_high = JsonPart.Finite(e.CoefficientHigh),
            spearman = JsonPart.Finite(e.Spearman),
            spearman_low = JsonPart.Finite(e.SpearmanLow),
            spearman_high = JsonPart.Finite(e.SpearmanHigh),
            p = JsonPart.Finite(e.PValue),
            p_holm = JsonPart.Finite(e.Holm),
        }),
        meaning = Meaning,
    }));

    /// <summary>Reads what <c>attn explain</c> wrote.</summary>
    /// <exception cref="InputException">It cannot be read, lacks a figure, or holds one that cannot be.</exception>
    public static ExplanationFigures Read(string file)
    {
        using var document = JsonFile.Read(file);
        var root = new JsonPart(file, null, document.RootElement, Again);
        return new ExplanationFigures(root.Text("features_file"), root.Text("importance_file"), root.Text("measure"),
            root.Whole("heads", least: 1),
            Prediction(root.Object("from_other_heads")),
            root.IsNull("from_other_layers") ? null : Prediction(root.Object("from_other_layers")),
            root.NumberOrNaN("layer_alone_r2"),
            root.IsNull("test") ? null : Transfer(root.Object("test")),
            [.. root.List("features").Select(Effect)],
            root.Text("meaning"));
    }

    private static object Json(PredictionFigures p) => new
    {
        r2 = JsonPart.Finite(p.R2),
        r2_low = JsonPart.Finite(p.R2Low),
        r2_high = JsonPart.Finite(p.R2High),
        rank = JsonPart.Finite(p.Rank),
        p = JsonPart.Finite(p.PValue),
        permutations = p.Permutations,
        null_mean = JsonPart.Finite(p.NullMean),
        null_max = JsonPart.Finite(p.NullMax),
        lambda = p.Lambda,
    };

    private static PredictionFigures Prediction(JsonPart p) => new(p.NumberOrNaN("r2"), p.NumberOrNaN("r2_low"), p.NumberOrNaN("r2_high"),
        p.NumberOrNaN("rank"), p.NumberOrNaN("p"), p.Whole("permutations", least: 0), p.NumberOrNaN("null_mean"),
        p.NumberOrNaN("null_max"), p.Number("lambda"));

    private static TransferFigures Transfer(JsonPart p) =>
        new(p.NumberOrNaN("r2"), p.NumberOrNaN("rank"), p.NumberOrNaN("rank_low"), p.NumberOrNaN("rank_high"), p.NumberOrNaN("p"));

    private static EffectFigures Effect(JsonPart p) => new(p.Text("name"), p.NumberOrNaN("coefficient"), p.NumberOrNaN("coefficient_low"),
        p.NumberOrNaN("coefficient_high"), p.NumberOrNaN("spearman"), p.NumberOrNaN("spearman_low"), p.NumberOrNaN("spearman_high"),
        p.NumberOrNaN("p"), p.NumberOrNaN("p_holm"));
}
