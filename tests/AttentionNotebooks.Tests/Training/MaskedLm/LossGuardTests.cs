using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Calibration;
using AttentionNotebooks.Tests.Training.FineTuning;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training;

/// <summary>A loss that is no number ends whatever learns by it, with the step and what to do, and leaves nothing behind.</summary>
[Collection(TrainingCollection.Name)]
public sealed class LossGuardTests : IDisposable
{
    private const string Embeddings = "bert.embeddings.word_embeddings.weight";
    private readonly TestFolder _folder = new();

    [Fact]
    public void A_calibration_whose_model_gives_no_number_ends_before_its_first_step()
    {
        using var bert = new RandomBert();
        Plant(bert.Model.Model, "bert.encoder.layer.0.attention.self.query.bias", 3, float.NaN);
        var part = TaskPart.All(new MaskedWords(bert.Model, RandomBert.Texts));
        var error = Assert.Throws<InputException>(() => CalibrationTrainer.Fit(bert.Model, part, part, Tying.OneSet(bert.Grid)));
        Assert.Equal(("calibration \"one set\"", "before the first step"), (error.InputSource, error.Place));
        Assert.Contains("Check the model", error.Message, StringComparison.Ordinal);
        Assert.Contains("before the first step",
            Assert.Throws<InputException>(() => FullTuning.Run(bert.Model.Model, part, part, part, new CalibrationOptions())).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "after step 1")] // one batch a pass: the next loss is that of dev
    [InlineData(2, "step 2")]       // two: the second batch is met first
    public void A_calibration_that_learns_too_fast_ends_at_its_step(int batches, string place)
    {
        using var bert = new RandomBert();
        var task = new MaskedWords(bert.Model, [.. RandomBert.Texts.Take(batches == 1 ? 1 : int.MaxValue)],
            options: new(TokensPerBatch: 60));
        var part = TaskPart.All(task);
        Assert.Equal(batches, part.Batches.Count);
        var error = Assert.Throws<InputException>(() =>
            CalibrationTrainer.Fit(bert.Model, part, part, Tying.PerHead(bert.Grid), new CalibrationOptions(Rate: 1e6)));
        Assert.Equal(place, error.Place);
        Assert.EndsWith("the loss is NaN or infinite. Learn with a smaller rate.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_weights_that_learn_too_fast_are_put_back()
    {
        using var bert = new RandomBert();
        float[][] before = [.. bert.Model.Model.parameters().Select(p => p.Floats())];
        var part = TaskPart.All(new MaskedWords(bert.Model, [RandomBert.Texts[0]]));
        var error = Assert.Throws<InputException>(() =>
            FullTuning.Run(bert.Model.Model, part, part, part, new CalibrationOptions(Rate: 1e30)));
        Assert.Equal(("training of all weights", "after step 1"), (error.InputSource, error.Place));
        Assert.Equal(before, bert.Model.Model.parameters().Select(p => p.Floats()));
    }

    [Fact]
    public void Fine_tuning_ends_at_the_step_that_meets_the_planted_word()
    {
        using var start = ToyTask.Model(_folder["start"]);
        int sat = Array.IndexOf(BertFixtures.Vocabulary, "sat");
        Plant(start.Model, Embeddings, sat * start.Config.HiddenSize, float.NaN);
        LabelledTexts Texts(params string[] texts) => new([.. texts.Select((t, i) => new LabelledText(t, null, i % 2))], ToyTask.Labels);
        var (without, with) = (Texts("the cat", "the dog", "a cat", "a dog"), Texts("cat sat", "dog sat"));
        var trainer = new ClassifierTrainer(start, new FineTuningOptions { Epochs = 1, Replicas = 1 });
        var error = Assert.Throws<InputException>(() => trainer.Run(with, without, ClassificationMetric.Accuracy));
        Assert.Equal(("fine-tuning", "step 1"), (error.InputSource, error.Place));
        Assert.Equal("after step 1", Assert.Throws<InputException>(() => trainer.Run(without, with, ClassificationMetric.Accuracy)).Place);
        trainer.Run(without, without, ClassificationMetric.Accuracy).Model.Dispose(); // the word that nobody says harms nobody
    }

    [Fact]
    public void Training_ends_before_anything_is_saved()
    {
        Assert.Contains("step 1: the loss is NaN or infinite. Train with a smaller learning rate", Trained(float.NaN, halfPrecision: false),
            StringComparison.Ordinal);
        // A bias that float32 holds and float16 does not: the loss is a number, the saved model would be none.
        Assert.Contains("step 2: the largest weight in float16 is NaN or infinite", Trained(-1e5f, halfPrecision: true),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // What training says that begins with a planted bias of a word piece that the texts do not have.
    private string Trained(float planted, bool halfPrecision)
    {
        string[] vocabulary = [.. BertFixtures.Vocabulary, .. "abcdefghijklmnopqrstuvwxyz".Select(c => $"##{c}")];
        using (var model = BertFixtures.Model(BertFixtures.Config(vocabulary: vocabulary.Length))) Checkpoint.Save(_folder["start"], model,
            WordPieceTokenizer.Create(vocabulary, maxLength: 16));
        using var start = Checkpoint.Load(_folder["start"]);
        Plant(start.Model, "cls.predictions.bias", vocabulary.Length - 1, planted);
        string text = _folder.Write("text.txt",
            string.Concat(Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? "The cat sat. A dog played.\n"
                : "A dog sat. The cat played.\n")));
        var options = new TrainingOptions
        {
            Steps = 2,
            TokensPerBatch = 64,
            Replicas = 1,
            EvaluateEvery = 10,
            HoldOutEvery = 2,
            LearningRate = 1e-4,
            HalfPrecision = halfPrecision
        }.Sized(start.Config);
        var corpus = TrainingCorpus.Read([text], options, start.Tokenizer as WordPieceTokenizer, TestContext.Current.CancellationToken);
        var error = Assert.Throws<InputException>(() => new MaskedLmTrainer(corpus, options, start)
            .Run(_folder["out"], cancellation: TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_folder["out", "model.safetensors"]));
        return error.Message;
    }

    private static void Plant(nn.Module model, string name, int at, float value)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var parameter = model.named_parameters().Single(p => p.name == name).parameter;
        float[] values = parameter.Floats();
        values[at] = value;
        parameter.copy_(tensor(values).view(parameter.shape));
    }
}
