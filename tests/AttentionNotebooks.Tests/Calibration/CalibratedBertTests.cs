using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>A calibrated model against its formula, against itself, and at settings that nobody would choose.</summary>
public class CalibratedBertTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void A_calibrated_map_is_the_softmax_of_the_edited_scores(int layer)
    {
        using var bert = new RandomBert();
        // Only this layer is changed, so that its scores are those of the model as it is.
        var calibration = ModelCalibration.Identity(bert.Grid)
            .With(bert.Grid.All().Where(h => h.Layer == layer), _ => HeadCalibration.Identity);
        foreach (var head in bert.Grid.All().Where(h => h.Layer == layer)) calibration = calibration.With(head, bert.Everything()[head]);
        foreach (string text in RandomBert.Texts)
        {
            var tokens = bert.Model.Tokenizer.Encode(text);
            var scores = Scores(bert.Model, tokens, layer);
            var maps = bert.Model.With(calibration).Attention([text]).Maps(0);
            for (int h = 0; h < bert.Grid.Heads; h++)
            {
                var setting = calibration[new Head(layer, h)];
                for (int i = 0; i < tokens.Length; i++)
                {
                    double[] edited = [.. Enumerable.Range(0, tokens.Length)
                        .Select(j => scores[h, i, j] / setting.Temperature + setting.Bias(j - i)
                            + (tokens.Tokens[j] is "[CLS]" or "[SEP]" ? setting.SpecialBias : 0))];
                    double total = edited.Sum(Math.Exp);
                    for (int j = 0; j < tokens.Length; j++) Assert.Equal(Math.Exp(edited[j]) / total, maps[layer, h][i, j], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void In_a_padded_batch_each_text_has_the_map_it_has_alone()
    {
        using var bert = new RandomBert();
        var source = bert.Model.With(bert.Everything()).Attention(RandomBert.Texts);
        var alone = Enumerable.Range(0, RandomBert.Texts.Length)
            .Select(t => bert.Model.With(bert.Everything()).Attention([RandomBert.Texts[t]]).Extract()).ToArray();
        var together = source.Extract();
        foreach (string f in together.Features)
            for (int h = 0; h < bert.Grid.Count; h++) Assert.Equal(alone.Average(a => a.Column(f)[h]), together.Column(f)[h], 1e-5);
    }

    [Fact]
    public void Heads_left_as_they_are_change_no_bit()
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, RandomBert.Texts);
        var identity = ModelCalibration.Identity(bert.Grid);
        Assert.Null(bert.Model.With(identity).Hooks);
        Assert.Equal(TaskScores.Evaluate(task).Losses, bert.Model.With(identity).Score(task).Losses);
        // Of a changed model, the layers before the change neither.
        var last = bert.Model.With(identity.With(new Head(2, 1), new HeadCalibration(1 / 3.0)));
        var (before, after) = (bert.Model.With(identity).Attention(RandomBert.Texts).Maps(2), last.Attention(RandomBert.Texts).Maps(2));
        foreach (var head in bert.Grid.All())
            Assert.Equal(head != new Head(2, 1), before[head].Cast<float>().SequenceEqual(after[head].Cast<float>()));
    }

    [Fact]
    public void Two_calibrations_one_after_the_other_are_the_composed_one()
    {
        using var bert = new RandomBert();
        var (a, b) = (bert.Everything(1), bert.Everything(2));
        var task = new MaskedWords(bert.Model, RandomBert.Texts);
        double[] chained = TaskScores.Evaluate(task, bert.Model.With(a).Hooks!.Then(bert.Model.With(b).Hooks)).Losses,
            composed = bert.Model.With(a).With(b).Score(task).Losses;
        for (int i = 0; i < chained.Length; i++) Assert.Equal(chained[i], composed[i], 1e-4);
    }

    [Fact]
    public void Hooks_compose_in_order_and_watchers_all_watch()
    {
        using var bert = new RandomBert();
        var seen = new List<string>();
        AttentionHooks Named(string name, Scalar factor) =>
            new()
            {
                EditScores = (_, s) => { seen.Add(name); return s.mul(factor); },
                OnProbabilities = (_, _) => seen.Add($"{name} watches")
            };
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 2, 5, 6, 3 }, [1, 4]);
        Scalar two = 2.0, three = 3.0, six = 6.0;
        var both = bert.Model.Model.forward(ids, hooks: Named("first", two).Then(Named("second", three)));
        Assert.Equal(["first", "second", "first watches", "second watches"], seen.Take(4));
        Assert.Equal(bert.Model.Model.forward(ids, hooks: Named("once", six)).Floats(), both.Floats());
        var alone = Named("alone", two);
        Assert.Same(alone, alone.Then(null));
    }

    public static TheoryData<string, HeadCalibration> Extremes => new()
    {
        { "τ = ∞", new HeadCalibration(double.PositiveInfinity) }, { "τ = 1e-6", new HeadCalibration(1e-6) },
            { "largest", new HeadCalibration(HeadCalibration.SmallestTemperature, 1e9, 1e3) },
        { "strength 1e6", new HeadCalibration().With(new GaussianPrior(2, 1, 1e6)) },
            { "strength −1e6", new HeadCalibration().With(new GaussianPrior(0, 100, -1e6)) },
        { "narrowest", new HeadCalibration().With(new GaussianPrior(0.5, GaussianPrior.SmallestWidth, 1e6)) },
            { "widest, farthest", new HeadCalibration().With(new GaussianPrior(1e9, 1e9, 5)) },
        { "special −1e6", new HeadCalibration(1, -1e6) }, { "special 1e6", new HeadCalibration(1, 1e6) },
            { "gate 0", new HeadCalibration(1, 0, 0) },
        { "buckets ±1e6", new HeadCalibration().With(
            new BucketPrior([.. Enumerable.Range(0, BucketPrior.Count).Select(i => i % 2 == 0 ? 1e6 : -1e6)])) },
    };

    [Theory, MemberData(nameof(Extremes))]
    public void Extreme_settings_of_all_heads_give_finite_losses_and_rows_that_sum_to_one(string name, HeadCalibration setting)
    {
        using var bert = new RandomBert();
        var calibrated = bert.Model.With(ModelCalibration.Uniform(bert.Grid, setting));
        Assert.All(calibrated.Score(new MaskedWords(bert.Model, RandomBert.Texts)).Losses, l => Assert.True(double.IsFinite(l), name));
        var maps = calibrated.Attention(RandomBert.Texts).Maps(6);
        foreach (var head in bert.Grid.All())
            for (int i = 0; i < maps.Text.Length; i++)
                Assert.Equal(1, Enumerable.Range(0, maps.Text.Length).Sum(j => (double)maps[head][i, j]), 1e-5);
    }

    [Fact]
    public void An_infinite_temperature_looks_everywhere_alike_and_a_small_one_at_one_place()
    {
        using var bert = new RandomBert();
        var flat = bert.Model.With(ModelCalibration.Uniform(bert.Grid, new HeadCalibration(double.PositiveInfinity)))
            .Attention([RandomBert.Texts[2]]).Extract();
        Assert.All(flat.Column("entropy"), e => Assert.Equal(Math.Log(9), e, 1e-5)); // [CLS], seven pieces, [SEP]
        var sharp = bert.Model.With(ModelCalibration.Uniform(bert.Grid, new HeadCalibration(1e-6))).Attention([RandomBert.Texts[2]])
        .Extract();
        Assert.All(sharp.Column("max_weight"), w => Assert.True(w > 0.49)); // 1, or two equal keys share
    }

    [Fact]
    public void A_strong_narrow_prior_makes_a_head_of_the_previous_token()
    {
        using var bert = new RandomBert();
        var table = bert.Model.With(ModelCalibration.Identity(bert.Grid)
            .With(new Head(1, 2), new HeadCalibration().With(new GaussianPrior(-1, 0.3, 30)))).Attention([RandomBert.Texts[2]]).Extract();
        Assert.Equal(8 / 9.0, table[1, 2, "previous"], 0.05); // all but [CLS], which has none before it
    }

    [Fact]
    public void Sources_of_different_calibrations_have_different_fingerprints()
    {
        using var bert = new RandomBert();
        string Of(ModelCalibration c) => bert.Model.With(c).Attention(RandomBert.Texts).Fingerprint;
        var identity = ModelCalibration.Identity(bert.Grid);
        Assert.Equal(3, new[] { Of(identity), Of(bert.Everything(1)), Of(bert.Everything(2)) }.Distinct().Count());
        Assert.Equal(Of(bert.Everything(1)), Of(bert.Everything(1)));
    }

    [Fact]
    public void Passes_leave_no_tensors_behind()
    {
        using var bert = new RandomBert();
        var calibrated = bert.Model.With(bert.Everything());
        var task = new MaskedWords(bert.Model, RandomBert.Texts);
        calibrated.Score(task);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) calibrated.Score(task);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static float[,,] Scores(Checkpoint model, TokenizedText text, int layer)
    {
        float[,,]? kept = null;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.Model.Bert.forward(tensor(text.Ids.Select(i => (long)i).ToArray(), [1, text.Length]), hooks: new AttentionHooks
        {
            EditScores = (at, scores) =>
            {
                if (at != layer) return scores;
                kept = new float[scores.shape[1], text.Length, text.Length];
                Buffer.BlockCopy(scores.Floats(), 0, kept, 0, kept.Length * sizeof(float));
                return scores;
            },
        });
        return kept!;
    }
}
