using AttentionNotebooks.Tests.Training;
using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.FineTuning;

/// <summary>The shipped model on real reviews: few of them, two passes, and yet better than chance by more than chance.</summary>
[Collection(TrainingCollection.Name)]
public class RealFineTuningTests
{
    [Fact]
    public void The_demo_model_learns_SST_2_and_not_its_shuffled_labels()
    {
        var train = LabelledTexts.Read(Repository.SharedData("glue", "SST-2", "train.tsv"), SentenceTask.Sst2).Sample(1500, seed: 1);
        var dev = LabelledTexts.Read(Repository.SharedData("glue", "SST-2", "dev.tsv"), SentenceTask.Sst2, train.Labels);
        using var demo = Checkpoint.Load(Repository.Path("data", "demo-bert"));
        var options = new FineTuningOptions { Epochs = 2, LearningRate = 5e-4, TokensPerBatch = 512, Precision = Precision.Bf16 };
        ClassifierFigures Learnt(LabelledTexts texts, FineTuningOptions how)
        {
            var (model, _) = new ClassifierTrainer(demo, how).Run(texts, dev, ClassificationMetric.Accuracy);
            using (model) return ClassifierFigures.Of("", ClassificationMetric.Accuracy, dev, new SentenceLabels(model, dev).Predict());
        }
        var (tuned, majority) = (Learnt(train, options), ClassifierFigures.Majority(ClassificationMetric.Accuracy, train, dev));
        Assert.True(tuned.Value.Low > majority.Value.High, $"{tuned.Value} against {majority.Value}");
        // 872 texts: chance is 0.5 ± 0.033, and the better of two epochs is taken.
        Assert.InRange(Learnt(train.ShuffledLabels(1), options with { Epochs = 1 }).Value.Value, 0.43, 0.57);
    }
}
