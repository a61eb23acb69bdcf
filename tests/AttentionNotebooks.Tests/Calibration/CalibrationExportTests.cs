using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>A calibration in the weights against the same calibration in the hooks.</summary>
public class CalibrationExportTests
{
    [Fact]
    public void The_exported_model_gives_the_logits_of_the_calibrated_one()
    {
        using var bert = new RandomBert();
        var foldable = new ModelCalibration(bert.Grid,
            [.. bert.Everything().Heads.Select(h => new HeadCalibration(h.Temperature, 0, h.Gate))]);
        Assert.Empty(CalibrationExport.Export(bert.Folder, foldable, bert["folded"]));
        using var exported = Checkpoint.Load(bert["folded"]);
        AgreesOn(RandomBert.Texts, bert.Model.With(foldable), exported);
    }

    [Fact]
    public void On_the_demo_model_too()
    {
        using var bert = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        using var folder = new TestFolder();
        var grid = bert.Config.Grid;
        var random = new Random(5);
        var calibration = new ModelCalibration(grid,
            [.. grid.All().Select(_ => new HeadCalibration(1 / (0.5 + random.NextDouble()), 0, random.NextDouble()))]);
        CalibrationExport.Export(bert.Folder, calibration, folder["folded"]);
        using var exported = Checkpoint.Load(folder["folded"]);
        AgreesOn(["The old sailor who had lost his boat [MASK] at the sea for a long time.", "Nobody came."], bert.With(calibration),
            exported);
    }

    [Fact]
    public void A_prior_or_a_special_bias_is_refused_unless_it_shall_be_left_out()
    {
        using var bert = new RandomBert();
        var calibration = ModelCalibration.Identity(bert.Grid)
            .With(new Head(0, 1), new HeadCalibration(0.5).With(new GaussianPrior(1, 1, 1)))
            .With(new Head(2, 3), new HeadCalibration(1, 0.5));
        var error = Assert.Throws<InputException>(() => CalibrationExport.Export(bert.Folder, calibration, bert["folded"]));
        Assert.Contains("head 0-1 and 1 more", error.Message);
        Assert.False(Directory.Exists(bert["folded"]));
        Assert.Equal([new Head(0, 1), new Head(2, 3)],
            CalibrationExport.Export(bert.Folder, calibration, bert["folded"], leaveOutBiases: true));
        using var exported = Checkpoint.Load(bert["folded"]);
        AgreesOn(RandomBert.Texts, bert.Model.With(ModelCalibration.Identity(bert.Grid).With(new Head(0, 1), new HeadCalibration(0.5))),
            exported);
        Assert.Throws<InputException>(() => CalibrationExport.Export(bert.Folder, calibration, bert.Folder, leaveOutBiases: true));
    }

    [Fact]
    public void A_prior_of_no_strength_is_no_prior() =>
        Assert.True(CalibrationExport.CanFold(new HeadCalibration(0.5).With(new GaussianPrior(3, 1, 0))));

    private static void AgreesOn(string[] texts, CalibratedBert calibrated, Checkpoint exported)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (string text in texts)
        {
            var tokens = exported.Tokenizer.Encode(text);
            var ids = tensor(tokens.Ids.Select(i => (long)i).ToArray(), [1, tokens.Length]);
            float[] expected = calibrated.Model.Model.forward(ids, hooks: calibrated.Hooks).Floats(), actual = exported.Model.forward(ids)
                .Floats(), asWas = calibrated.Model.Model.forward(ids).Floats();
            double scale = Math.Max(1, expected.Max(Math.Abs));
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5 * scale);
            Assert.Contains(Enumerable.Range(0, expected.Length), i => Math.Abs(expected[i] - asWas[i]) > 1e-2); // it does change something
        }
    }
}
