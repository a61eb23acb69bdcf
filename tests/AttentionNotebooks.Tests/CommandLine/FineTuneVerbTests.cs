using AttentionNotebooks.Cli;
using AttentionNotebooks.Tests.Training;
using AttentionNotebooks.Tests.Training.FineTuning;
using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.CommandLine;

[Collection(TrainingCollection.Name)]
public sealed class FineTuneVerbTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task It_writes_a_model_and_a_card_with_the_controls()
    {
        ToyTask.Model(_folder["start"]).Dispose();
        var test = ToyTask.Texts(100, 3);
        var (code, output, error) = await Shell.Attn("fine-tune", "--model", _folder["start"], "--train", ToyTask.Texts(400, 1)
            .Write(_folder["train.tsv"]), "--dev", ToyTask.Texts(100, 2).Write(_folder["dev.tsv"]),
            "--test", test.Write(_folder["test.tsv"]), "--text-column", "words", "--label-column", "order", "--epochs", "10", "--rate",
                "0.003", "--batch-tokens", "128", "--limit", "300", "--out", _folder["tuned"]);
        Assert.True(code == Attn.Done, error);
        Assert.Contains("epoch 10: loss", error, StringComparison.Ordinal);
        Assert.Contains("shuffled labels, epoch 10: loss", error, StringComparison.Ordinal);
        Assert.Contains("300 texts", output, StringComparison.Ordinal);
        string card = File.ReadAllText(_folder["tuned", "README.md"]);
        foreach (string expected in new[] { "# start, fine-tuned on train.tsv", "`dev.tsv`, 100 items of 2 classes",
            "`test.tsv`, 100 items", "| this model, as saved | ", "the commonest class | 0.", "| the same learnt from shuffled labels | 0.",
                "300 texts" })
            Assert.Contains(expected, card, StringComparison.Ordinal);
        // What the card says of the test texts is what the folder's model does.
        using var model = ClassifierCheckpoint.Load(_folder["tuned"]);
        Assert.Equal(["cat first", "dog first"], model.Labels);
        var read = LabelledTexts.Read(_folder["test.tsv"], SentenceTask.OfColumns("x", ["words"], "order"), model.Labels);
        var figures = ClassifierFigures.Of("", ClassificationMetric.Accuracy, read, new SentenceLabels(model, read).Predict());
        Assert.True(figures.Value.Value > 0.9);
        Assert.Contains($"| this model, as saved | {figures.Value} |", card[card.IndexOf("`test.tsv`", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_of_a_classifier_are_taken_out_and_weighed_by_the_classes_it_tells()
    {
        using (var start = ToyTask.Model(_folder["start"]))
        using (var model = ClassifierCheckpoint.Create(start, ToyTask.Labels, seed: 2)) model.Save(_folder["tuned"]);
        string items = ToyTask.Texts(60, 3).Write(_folder["test.tsv"]);
        string[] labels = ["--task", "labels", "--items", items, "--text-column", "words", "--label-column", "order"];
        var (code, output, error) = await Shell.Attn(
            ["ablate", "--model", _folder["tuned"], .. labels, "--by", "layer", "--out", _folder["a.csv"]]);
        Assert.True(code == Attn.Done, error);
        using (var model = ClassifierCheckpoint.Load(_folder["tuned"]))
        {
            var task = new SentenceLabels(model, LabelledTexts.Read(items, SentenceTask.OfColumns("x", ["words"], "order"), model.Labels));
            Assert.Contains(FormattableString.Invariant(
                $"sentence labels, 60 items; before: loss {TaskScores.Evaluate(task).Loss:0.000}, accuracy"), output,
                    StringComparison.Ordinal);
        }
        Assert.Equal(3, File.ReadAllLines(_folder["a.csv"]).Length); // a header and two layers
        Assert.Equal(Attn.Done,
            (await Shell.Attn(["importance", "--model", _folder["tuned"], .. labels, "--precision", "bf16", "--out",
                _folder["i.csv"]])).Code);
        Assert.Equal(Attn.WrongUsage, (await Shell.Attn("ablate", "--model", _folder["tuned"], "--task", "labels", "--out", "x")).Code);
        Assert.Equal(Attn.WrongUsage, (await Shell.Attn("ablate", "--model", _folder["tuned"], "--task", "cola", "--items", items,
            "--text-column", "words", "--out", "x")).Code);
        Assert.Contains("which the texts that were learnt from do not have",
            (await Shell.Attn(["ablate", "--model", _folder["tuned"], "--task", "labels", "--items", items, "--text-column", "words",
                "--label-column", "words", "--out", "x"])).Error, StringComparison.Ordinal);
        Assert.Contains("Take a model that was fine-tuned to predict classes",
            (await Shell.Attn(["ablate", "--model", _folder["start"], .. labels, "--out", "x"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_are_named_or_the_task_is()
    {
        ToyTask.Model(_folder["start"]).Dispose();
        string file = ToyTask.Texts(20, 1).Write(_folder["train.tsv"]);
        string[] start = ["fine-tune", "--model", _folder["start"], "--train", file, "--dev", file, "--out", _folder["tuned"], "--epochs",
            "1", "--no-control"];
        Assert.Equal(Attn.WrongUsage, (await Shell.Attn([.. start, "--task", "cola", "--text-column", "words"])).Code);
        Assert.Equal(Attn.WrongUsage, (await Shell.Attn([.. start, "--limit", "0"])).Code);
        Assert.Equal(Attn.WrongUsage, (await Shell.Attn([.. start, "--metric", "bleu"])).Code);
        var (code, _, error) = await Shell.Attn([.. start, "--text-column", "word", "--label-column", "order"]);
        Assert.Equal(Attn.Failed, code);
        Assert.Contains("line 1: has no column word. Name one of its columns: words, order.", error, StringComparison.Ordinal);
        Assert.Contains("is unknown", (await Shell.Attn([.. start, "--task", "qqp"])).Error, StringComparison.Ordinal);
        Assert.Contains("epochs",
            (await Shell.Attn([.. start, "--text-column", "words", "--label-column", "order", "--epochs", "0"])).Error,
                StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["tuned"]));
        Assert.Equal(Attn.Done,
            (await Shell.Attn([.. start, "--text-column", "words", "--label-column", "order", "--metric", "matthews"])).Code);
        string card = File.ReadAllText(_folder["tuned", "README.md"]);
        Assert.Contains("Matthews' correlation (95 %) | accuracy |", card, StringComparison.Ordinal);
        Assert.DoesNotContain("shuffled", card, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
