using AttentionNotebooks.Tests.Bert;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions;

public sealed class AgreementByAttractorsTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void Changes_are_those_of_the_items_with_so_many_attractors()
    {
        AgreementItem[] items = [.. Enumerable.Range(0, 120).Select(i => new AgreementItem($"{i}", "[MASK]", "is", "are", i % 4))];
        var before = new TaskScores([.. items.Select(_ => 0.5)], [.. items.Select(_ => 1)], [.. items.Select(_ => 1)]);
        // Without the heads nothing happens to plain sentences; with n attractors the loss rises by n and every other answer turns wrong.
        var after = before with
        {
            Losses = [.. items.Select(i => 0.5 + i.Attractors)],
            Correct = [.. items.Select((item, i) => item.Attractors > 0 && i / 4 % 2 == 0 ? 0 : 1)]
        };
        var effects = AgreementByAttractors.Compare(items, "some heads", before, after, [before, after, before]);
        Assert.Equal(["0", "1", "2", "3", "1 or more"], effects.Select(e => e.Attractors.ToString()));
        Assert.Equal([30, 30, 30, 30, 90], effects.Select(e => e.After.Count));
        Assert.Equal([0, 1, 2, 3, 2.0], effects.Select(e => e.Loss.Value));
        Assert.Equal((30, 15), (effects[2].Before.Correct, effects[2].After.Correct));
        Assert.Equal([0, -0.5, -0.5, -0.5, -0.5], effects.Select(e => e.Accuracy.Value));
        Assert.Equal((0.0, 0.0), (effects[0].Accuracy.Low, effects[0].Accuracy.High));
        Assert.Equal(-0.5 - 1.96 * 0.5 / Math.Sqrt(30), effects[1].Accuracy.Low, 0.04);
        Assert.Null(effects[0].BeyondPlain);
        Assert.Equal((3, 3, 3), effects[3].BeyondPlain is { } d ? (d.Value, d.Low, d.High) : default);
        Assert.Equal(2, effects[4].BeyondPlain!.Value.Value, 1e-12);
        Assert.InRange(effects[4].BeyondPlain!.Value.Low, 1.7, 1.95); // a third each of 1, 2 and 3
        // of three random groups one, or at 0 attractors all, does as much
        Assert.Equal([1, 0.5, 0.5, 0.5, 0.5], effects.Select(e => e.PMore));
        Assert.Equal([1, 1, 1, 1, 1.0], AgreementByAttractors.Compare(items, "", before, after, [before, after, before], onlyKept: true)
            .Select(e => e.PMore));
    }

    [Fact]
    public void A_model_is_asked_without_each_group_and_without_random_ones()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        var grid = new HeadGrid(3, 4);
        var task = new VerbNumber(checkpoint, [new("a", "the cat [MASK] the dog", "sat", "play", 0),
            new("b", "the cat [MASK] a dog", "play", "sat", 1), new("c", "dog [MASK]", "sat", "play", 1),
                new("x", "dog [MASK]", "sat", "plays", 9)]);
        HeadGroup[] groups = [new("layer 1", [.. grid.All().Where(h => h.Layer == 1)]), new("two", [new(0, 1), new(2, 3)])];
        var effects = AgreementByAttractors.Measure(task, groups, new AblationOptions { Mode = AblationMode.Zero, RandomGroups = 7 });
        Assert.Equal([("layer 1", "0"), ("layer 1", "1"), ("two", "0"), ("two", "1")],
            effects.Select(e => (e.Group, e.Attractors.ToString())));
        // By hand: the layer's heads say nothing.
        var silent = new AttentionHooks { EditHeads = (layer, heads) => layer == 1 ? zeros_like(heads) : heads };
        var (before, after) = (TaskScores.Evaluate(task), TaskScores.Evaluate(task, silent));
        Assert.Equal(after.Losses[0] - before.Losses[0], effects[0].Loss.Value, 1e-6);
        Assert.Equal((after.Losses[1] + after.Losses[2] - before.Losses[1] - before.Losses[2]) / 2, effects[1].Loss.Value, 1e-6);
        Assert.NotEqual(0, effects[1].Loss.Value);
        Assert.All(effects.Take(2), e => Assert.True(double.IsNaN(e.PMore))); // a whole layer is the only one of its make
        // The ranks are those of the same random groups, asked one by one.
        var draws = RandomGroups.Like(grid, groups[1].Heads, 7, seed: 0)
            .Select(h => TaskScores.Evaluate(task, new Ablation(grid, h, AblationMode.Zero).Hooks())).ToArray();
        Assert.Equal((1 + draws.Count(d => d.Losses[0] - before.Losses[0] >= effects[2].Loss.Value - 1e-7)) / 8.0, effects[2].PMore, 1e-12);
        var kept = AgreementByAttractors.Measure(task, [groups[1]],
            new AblationOptions { Mode = AblationMode.Zero, OnlyKept = true, RandomGroups = 0 });
        Assert.NotEqual(effects[2].Loss.Value, kept[0].Loss.Value);
    }

    [Fact]
    public void Scores_of_other_items_are_refused()
    {
        var scores = new TaskScores([1], [1], [1]);
        Assert.Throws<ArgumentException>(() => AgreementByAttractors.Compare([], "x", scores, scores));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
