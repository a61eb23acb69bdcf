using AttentionNotebooks.Tests.Training;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Several passes at once.</summary>
[Collection(TrainingCollection.Name)]
public class AblationThreadsTests
{
    [Theory]
    [InlineData(AblationMode.Uniform), InlineData(AblationMode.Mean)]
    public void Passes_on_several_threads_give_the_scores_of_one_after_the_other(AblationMode mode)
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model);
        var means = HeadMeans.Compute(model.Model.Bert, 0, task.Texts);
        Ablation[] ablations = [.. PlantedBert.Grid.All().Select(h => new Ablation(PlantedBert.Grid, [h], mode, means)),
            new(PlantedBert.Grid, [], mode, means)];
        int threads = get_num_threads();
        var (_, one) = AblationScores.Run(task, ablations);
        var (before, three) = AblationScores.Run(task, ablations, threads: 3);
        var (_, whole) = AblationScores.Run(task, ablations, threads: 3, wholePasses: true);
        Assert.Equal(threads, get_num_threads());
        Assert.Equal(before.Losses, three[^1].Losses); // nothing taken out
        for (int a = 0; a < ablations.Length; a++)
        {
            Assert.Equal(whole[a].Losses, three[a].Losses);
            Assert.All(one[a].Losses.Zip(three[a].Losses), l => Assert.Equal(l.First, l.Second, 1e-5)); // sums in another order
        }
    }

    [Fact]
    public void What_goes_wrong_on_a_thread_is_told_to_who_asked()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            AblationScores.Run(PlantedBert.Task(model), [new Ablation(PlantedBert.Grid, [PlantedBert.Planted], AblationMode.Zero)],
                threads: 2, cancellation: stop.Token));
    }
}
