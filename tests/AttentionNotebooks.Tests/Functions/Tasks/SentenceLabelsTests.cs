using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Training.FineTuning;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Functions.Tasks;

public sealed class SentenceLabelsTests : IDisposable
{
    private static readonly LabelledTexts Texts =
        new([new("the cat sat", null, 0), new("a dog", "the dog , a cat", 1), new("play", null, 2),
            new("the dog sat , the cat sat", null, 1)], ["x", "y", "z"]);
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void A_loss_is_the_cross_entropy_of_the_true_class_alone_or_in_a_batch()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        var task = new SentenceLabels(model, Texts);
        var scores = TaskScores.Evaluate(task);
        int[] predicted = task.Predict();
        for (int i = 0; i < Texts.Items.Count; i++)
        {
            var item = Texts.Items[i];
            var text = item.Second is null ? model.Tokenizer.Encode(item.Text) : model.Tokenizer.Encode(item.Text, item.Second);
            float[] logits = model.Model.forward(BertFixtures.Batch(text.Ids), BertFixtures.Batch(text.Segments)).Floats();
            Assert.Equal(Math.Log(logits.Sum(x => Math.Exp(x))) - logits[item.Label], scores.Losses[i], 1e-5);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), predicted[i]);
            Assert.Equal(predicted[i] == item.Label ? 1 : 0, scores.Correct[i]);
            Assert.Equal(1, scores.Targets[i]);
            Assert.Equal(text.Ids, task.Texts[i].Ids);
        }
        Assert.Equal(scores.Accuracy, task.Confusion(predicted).Accuracy);
        Assert.Same(model.Model, task.Weights); // the head with them
        Assert.True(task.Batches.Count < Texts.Items.Count); // so texts of unlike length were padded
    }

    [Fact]
    public void Hooks_change_what_is_predicted_and_gradients_flow_to_them()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        var task = new SentenceLabels(model, Texts);
        var gate = ones(model.Config.NumAttentionHeads).requires_grad_();
        task.Evaluate([0, 1, 2, 3], new AttentionHooks { EditHeads = (_, heads) => heads.mul(gate.view(1, -1, 1, 1)) }).Loss.sum()
            .backward();
        Assert.Contains(gate.grad!.Floats(), g => g != 0);
        var silent = new AttentionHooks { EditHeads = (_, heads) => zeros_like(heads) };
        Assert.NotEqual(TaskScores.Evaluate(task).Losses, TaskScores.Evaluate(task, silent).Losses);
        Assert.NotEqual(task.Logits([0, 1, 2, 3]).Floats(), task.Logits([0, 1, 2, 3], silent).Floats());
    }

    [Fact]
    public void Ablations_that_set_out_from_the_layer_they_change_give_the_same()
    {
        using var model = Model();
        var task = new SentenceLabels(model, Texts);
        var ablation = new Ablation(new HeadGrid(2, 4), [new Head(1, 0), new Head(1, 2)], AblationMode.Zero);
        var (before, after) = AblationScores.Run(task, [ablation]);
        Assert.Equal(TaskScores.Evaluate(task).Losses, before.Losses);
        Assert.Equal(TaskScores.Evaluate(task, ablation.Hooks()).Losses, after[0].Losses);
        Assert.NotEqual(before.Losses, after[0].Losses);
    }

    [Fact]
    public void Some_items_can_be_asked_and_long_ones_are_cut()
    {
        using var model = Model();
        var task = new SentenceLabels(model, Texts, maxLength: 6);
        Assert.Equal(2, task.Cut);
        Assert.Equal([false, true, true, false], task.Predict(batches: [[0], [3]]).Select(c => c == -1));
        Assert.DoesNotContain(-1, task.Predict());
    }

    [Fact]
    public void Texts_of_other_classes_are_refused()
    {
        using var model = Model();
        Assert.Contains("the model's are x, y, z",
            Assert.Throws<InputException>(() => new SentenceLabels(model, Texts with { Labels = ["x", "z", "y"] })).Message,
                StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new SentenceLabels(model, Texts with { Items = [] }));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ClassifierCheckpoint Model()
    {
        using var start = ToyTask.Model(folder);
        return ClassifierCheckpoint.Create(start, Texts.Labels, seed: 2);
    }
}
