using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Training;

namespace AttentionNotebooks.Tests.Interactive;

/// <summary>The task that suits a model, whatever head it has.</summary>
[Collection(TrainingCollection.Name)]
public sealed class KitTaskTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void A_model_with_a_masked_LM_head_names_hidden_words_of_the_sentences()
    {
        using var model = Encoder(withHead: true);
        var task = Kit.Task(model, 16, seed: 3);
        Assert.Equal(("masked words", "hidden words", 16), (task.Name, task.Questions, task.Count));
        Assert.Equal(Math.Log(14), task.GuessLoss, 1e-12);
        var same = new MaskedWords(model, Kit.Sentences(16), seed: 3);
        Assert.Equal(TaskScores.Evaluate(same).Losses, TaskScores.Evaluate(task).Losses);
        // Behind the kit's sentences come those of the treebank, and no item is in two tasks.
        Assert.Equal(80, Kit.Task(model, 80, skip: 24).Count);
        Assert.NotEqual(task.Texts[0].Ids, Kit.Task(model, 16, skip: 16, seed: 3).Texts[0].Ids);
    }

    [Fact]
    public void A_bare_encoder_finds_paraphrases()
    {
        using var model = Encoder(withHead: false);
        var task = Assert.IsType<Retrieval>(Kit.Task(model, 12, skip: 20));
        Assert.Equal((12, 4, 1, "sentences"), (task.Count, task.Candidates, task.QuestionsPerSet, task.Questions));
        string[] asked = [.. task.Sets.SelectMany(s => s.Questions)];
        Assert.Empty(Assert.IsType<Retrieval>(Kit.Task(model, 20)).Sets.SelectMany(s => s.Questions).Intersect(asked));
        Assert.Equal(asked, Assert.IsType<Retrieval>(Kit.Task(model, 32)).Sets.Skip(20).SelectMany(s => s.Questions));
        Assert.Contains("cannot give 20 items after 390",
            Assert.Throws<InputException>(() => Kit.Task(model, 20, skip: 390)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_predicts_a_number_finds_paraphrases_as_one_without_a_head_does()
    {
        using (var start = Encoder(withHead: false)) BertFixtures.SaveOneOutput(start, _folder["number"]);
        using var model = Checkpoint.Load(_folder["number"]);
        Assert.IsType<Retrieval>(Kit.Task(model, 4));
    }

    [Fact]
    public void A_classifier_tells_its_own_classes_and_one_of_pairs_those_of_pairs()
    {
        using var start = Encoder(withHead: false);
        using (var made = ClassifierCheckpoint.Create(start, ["bad", "good"], seed: 1)) made.Save(_folder["classes"]);
        using (var made = ClassifierCheckpoint.Create(start, ["entailment", "not_entailment"], seed: 1)) made.Save(_folder["pairs"]);
        using var one = Checkpoint.Load(_folder["classes"]);
        var own = Kit.Task(one, 16);
        Assert.Equal(("its own answers", "texts", 16, Math.Log(2)), (own.Name, own.Questions, own.Count, own.GuessLoss));
        Assert.Equal(1, TaskScores.Evaluate(own).Accuracy.Value);
        Assert.False(own.HasTruth);
        Assert.False(TaskPart.All(own).AsTask().HasTruth);
        using var pairs = Checkpoint.Load(_folder["pairs"]);
        var told = Assert.IsType<SentenceLabels>(Kit.Task(pairs, 10, skip: 5));
        Assert.Equal("sentence labels", told.Name);
        Assert.True(told.HasTruth && TaskPart.All(told).AsTask().HasTruth);
        Assert.Contains(1, told.Texts[0].Segments);
        Assert.Equal([1, 0], told.Gold.Distinct());
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void What_the_notebooks_do_with_it_runs_on_every_model(bool withHead)
    {
        using var model = Encoder(withHead);
        int threads = TorchSharp.torch.get_num_threads();
        var task = Kit.Task(model, 8);
        // Notebook 06.
        var single = AblationStudy.Run(task, HeadGroups.Single(task.Grid),
            new AblationOptions { Mode = AblationMode.Zero, RandomGroups = 2 });
        var importance = HeadImportance.Compute(model, task);
        MeasureAgreement.Compute([HeadAblation.Change(single), HeadAblation.Size(single), .. importance.Measures], draws: 20);
        Assert.All(new[] { "attention_sep", "norm_sep", "attention_cls", "norm_cls" }, c => importance.Table.Column(c));
        // Notebook 07.
        Assert.True(double.IsFinite(new CalibrationBench(model, Kit.Sentences(4), task).Loss));
        int[] clusters = [.. Enumerable.Range(0, task.Grid.Count).Select(i => i % 2)];
        var table = new LiveAttention(model, Kit.Sentences(8)).Extract();
        var experiment = CalibrationExperiment.Run(model, s => CalibrationData.Of(Kit.Task(model, 12, skip: 8, seed: s), s), table,
            clusters, new ExperimentOptions(new CalibrationOptions(Epochs: 1), Seeds: 1));
        Assert.Equal(8, experiment.Arms.Count);
        var pruned = PruningStudy.Run(model, TaskPart.All(Kit.Task(model, 6, skip: 20)),
            [PruningOrders.By("ablation", model, TaskPart.Of(task, [0, 1, 2, 3]))], new PruningOptions(Steps: 2, RandomOrders: 2));
        Assert.Single(pruned.Curves);
        TorchSharp.torch.set_num_threads(threads);
    }

    public void Dispose() => _folder.Dispose();

    private Checkpoint Encoder(bool withHead)
    {
        string path = _folder[$"model-{withHead}"];
        using (var model = BertFixtures.Model(BertFixtures.Config(layers: 2, positions: 64), withPooler: true, withHead: withHead))
            Checkpoint.Save(path, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 64));
        return Checkpoint.Load(path);
    }
}
