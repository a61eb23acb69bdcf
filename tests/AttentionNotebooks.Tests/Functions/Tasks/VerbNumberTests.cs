using AttentionNotebooks.Tests.Bert;

namespace AttentionNotebooks.Tests.Functions.Tasks;

public sealed class VerbNumberTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void The_loss_is_that_of_a_choice_between_two_forms()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        // The same question the other way round: p and 1 − p.
        var task = new VerbNumber(checkpoint, [new("a", "the cat [MASK] the dog", "sat", "play", 0),
            new("b", "the cat [MASK] the dog", "play", "sat", 0)]);
        var scores = TaskScores.Evaluate(task);
        Assert.Equal(1, Math.Exp(-scores.Losses[0]) + Math.Exp(-scores.Losses[1]), 1e-5);
        Assert.Equal(scores.Losses[0] < scores.Losses[1], scores.Correct[0] == 1);
        Assert.Equal(1, scores.Correct.Sum());
        Assert.Same(checkpoint.Model, task.Weights);
    }

    [Fact]
    public void Items_that_cannot_be_asked_are_left_out()
    {
        using var checkpoint = BertFixtures.RandomCheckpoint(folder);
        // plays is two pieces here
        var task = new VerbNumber(checkpoint, [new("a", "the dog [MASK]", "sat", "plays", 2), new("b", "the dog [MASK]", "sat", "cat", 1)]);
        Assert.Equal([1], task.Asked);
        Assert.Equal("b", task.Items.Single().Id);
        Assert.Throws<InputException>(() => new VerbNumber(checkpoint, [new("a", "the dog [MASK]", "sat", "plays", 2)]));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
