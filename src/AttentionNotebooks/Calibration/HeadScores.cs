using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// One head's scores q·k/√d on some texts, kept, so that its map and its features under any setting are a softmax away. Only
/// the layers up to the head's own have to run: those behind do not influence it.
/// </summary>
internal sealed class HeadScores : IDisposable
{
    private static readonly HeadGrid One = new(1, 1);
    private readonly (TextBatch Batch, Tensor Scores, Tensor IsSpecial)[] _texts; // [1, 1, T, T], [1, 1, 1, T]

    private HeadScores(Head head, (TextBatch, Tensor, Tensor)[] texts) => (Head, _texts) = (head, texts);

    /// <summary>The head.</summary>
    public Head Head { get; }

    /// <summary>The texts.</summary>
    public IReadOnlyList<AttentionText> Texts => [.. _texts.Select(t => t.Batch.Texts[0])];

    /// <summary>Runs the model and keeps the head's scores.</summary>
    /// <param name="bert">The model; what its calibration does to the layers before the head's counts, what it does to the head itself does
    /// not.</param>
    /// <param name="texts">The texts, at least one, none empty.</param>
    /// <exception cref="InputException">There is no text, one has no token, or there is no such head.</exception>
    public static HeadScores Compute(CalibratedBert bert, IReadOnlyList<string> texts, Head head)
    {
        bert.Calibration.Grid.PositionOf(head);
        var model = bert.Model;
        var source = new LiveAttention(model, texts); // checks the texts
        TokenizedText[] tokens = [.. texts.Select(t => model.Tokenizer.Encode(t))];
        var kept = new (TextBatch, Tensor, Tensor)[texts.Count];
        foreach (int[] batch in BatchPlan.Of([.. tokens.Select(t => t.Length)], VisitOptions.Default))
        {
            using var scope = NewDisposeScope();
            var input = new TokenBatch([.. batch.Select(i => tokens[i])], model.Tokenizer.PadId, model.Model.Device);
            var keep = new AttentionHooks
            {
                EditScores = (layer, scores) =>
                {
                    if (layer != head.Layer) return scores;
                    for (int b = 0; b < batch.Length; b++)
                    {
                        int i = batch[b], n = tokens[i].Length;
                        var own = scores.select(0, b).select(0, head.Index).narrow(0, 0, n).narrow(1, 0, n).to_type(ScalarType.Float32)
                            .cpu().contiguous().clone().view(1, 1, n, n);
                        var special = tensor(tokens[i].Ids.Select(id => id == model.Tokenizer.ClsId || id == model.Tokenizer.SepId ? 1f
                            : 0f).ToArray(), [1, 1, 1, n]);
                        kept[i] = (new TextBatch([source.Texts[i]], [i]), own.DetachFromDisposeScope(), special.DetachFromDisposeScope());
                    }
                    return scores;
                },
            };
            model.Model.Bert.Visit(input.Ids, input.Segments, input.Mask, (_, _) => { }, keep.Then(bert.Hooks), head.Layer + 1);
        }
        return new HeadScores(head, kept);
    }

    /// <summary>The head's map of a text under a setting: <c>[queries, keys]</c>.</summary>
    /// <param name="text">The text's position.</param>
    /// <exception cref="InputException">There is no such text, or the setting cannot be used.</exception>
    public float[,] Map(int text, HeadCalibration setting)
    {
        TextMaps.CheckIndex(text, _texts.Length);
        using var scope = NewDisposeScope();
        int n = _texts[text].Batch.Length;
        var map = new float[n, n];
        Buffer.BlockCopy(Maps(_texts[text], Settings(setting)).Floats(), 0, map, 0, map.Length * sizeof(float));
        return map;
    }

    /// <summary>A feature of the head under a setting: the mean over the texts, as in a head table.</summary>
    /// <param name="feature">The feature; not one of the values or of the layers below.</param>
    /// <exception cref="InputException">The feature needs more than the head's own map, or has no value here, or the setting cannot be
    /// used.</exception>
    public double Feature(HeadFeature feature, HeadCalibration setting)
    {
        if (feature.Needs.HasFlag(FeatureNeeds.Values) || LayerFeatures.All.Contains(feature))
            throw new InputException($"feature \"{feature.Name}\"", null, "needs more than the head's own map",
                "Choose one of distance, concentration, structure, patterns or tokens");
        var settings = Settings(setting);
        var sums = new double[feature.Statistic?.Parts ?? 1];
        int lacking = 0;
        foreach (var text in _texts)
        {
            using var scope = NewDisposeScope();
            using var maps = new LayerMaps(text.Batch, 0, Maps(text, settings));
            float[] values = feature.Statistic is null ? FeatureValues.Of(feature, maps, One)
                : FeatureValues.Of(feature.Statistic, maps, One);
            if (feature.MayLack && float.IsNaN(values[0])) lacking++;
            else
                for (int p = 0; p < sums.Length; p++) sums[p] += values[p];
        }
        for (int p = 0; p < sums.Length; p++) sums[p] /= _texts.Length - lacking;
        double value = feature.Statistic is null ? sums[0] : feature.OfMeans!(sums);
        return double.IsFinite(value) ? value : throw FeatureValues.NoValue(feature.Info, Head);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (batch, scores, special) in _texts)
        {
            batch.Dispose();
            scores.Dispose();
            special.Dispose();
        }
    }

    private static FixedSettings Settings(HeadCalibration setting) => new(new ModelCalibration(One, [setting]), CPU);

    private static Tensor Maps((TextBatch Batch, Tensor Scores, Tensor IsSpecial) text, FixedSettings settings) =>
        CalibrationHooks.Edit(settings, 0, text.Scores, text.IsSpecial).softmax(-1);
}
