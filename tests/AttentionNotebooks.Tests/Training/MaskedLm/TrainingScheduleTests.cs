using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training;

/// <summary>What a run does at which step.</summary>
public class TrainingScheduleTests
{
    private static readonly TrainingOptions Options = new() { Steps = 100, LearningRate = 0.5, Warmup = 0.1 };

    [Theory]
    [InlineData(0, 1, 0.05)]
    [InlineData(0, 10, 0.5)]
    [InlineData(0, 55, 0.5 * (0.02 + 0.98 * 0.5))] // falls from the end of the warm-up
    [InlineData(0, 100, 0.01)]
    [InlineData(0.5, 5, 0.25)]
    [InlineData(0.5, 50, 0.5)]
    [InlineData(0.5, 75, 0.5 * (0.02 + 0.98 * 0.5))] // half of the way down
    [InlineData(0.5, 100, 0.01)]
    public void The_rate_climbs_stays_and_falls(double fallFrom, int step, double rate) =>
        Assert.Equal(rate, (Options with { FallFrom = fallFrom }).RateAt(step), 1e-12);

    [Fact]
    public void The_late_phase_and_the_pairs_begin_where_they_are_told_to()
    {
        var options = Options with { LateFrom = 0.6, SpeakingCost = 0.2, QueryKeyRate = 3, PairWeight = 0.5, PairsFrom = 0.4 };
        Assert.Equal([0, 0, 0.1, 0.2, 0.2], new[] { 1, 60, 65, 70, 100 }.Select(options.SpeakingCostAt), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([1, 1, 2, 3, 3], new[] { 1, 60, 65, 70, 100 }.Select(options.QueryKeyRateAt), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([0, 0, 0.5, 0.5], new[] { 1, 40, 41, 100 }.Select(options.PairWeightAt));
    }

    [Fact]
    public void The_late_phase_touches_the_layers_it_is_told_to()
    {
        var some = Options with { LateLayers = (3, 5) };
        Assert.Equal([false, true, true, false], new[] { 2, 3, 5, 6 }.Select(some.IsLate));
        Assert.True(Options.IsLate(0) && Options.IsLate(11));
        Assert.Equal([true, false, false, false],
            new[] { "bert.encoder.layer.4.attention.self.query.weight", "bert.encoder.layer.4.attention.self.value.weight",
                "bert.encoder.layer.10.attention.self.key.bias", "bert.embeddings.word_embeddings.weight" }
            .Select(name => some.IsFaster(new WeightVector.Region(name, 0, 1, IsMatrix: true))));
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 12)]
    [InlineData(-1, 2)]
    public void Layers_that_do_not_exist_are_refused(int first, int last) =>
        Assert.Contains("layers of the late phase",
            Assert.Throws<InputException>((Options with { LateLayers = (first, last) }).Check).Message, StringComparison.Ordinal);
}
