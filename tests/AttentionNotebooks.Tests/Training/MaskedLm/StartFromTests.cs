using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Training;

/// <summary>A model that goes on learning instead of a new one.</summary>
[Collection(TrainingCollection.Name)]
public sealed class StartFromTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_unfolded_model_computes_what_the_ordinary_one_computes(int layers)
    {
        using var scope = NewDisposeScope();
        using var plain = BertFixtures.Model(BertFixtures.Config(layers));
        using var target = BertFixtures.Model(BertFixtures.Config(layers), seed: 2, residualScale: DeepNorm.ResidualScale(layers));
        var ids = BertFixtures.Batch([2, 5, 6, 7, 3], [2, 9, 10, 11, 3]);
        Assert.True(plain.forward(ids).sub(target.forward(ids)).abs().max().Value<float>() > 0.01);
        DeepNorm.Unfold(plain, target);
        Assert.True(plain.forward(ids).sub(target.forward(ids)).abs().max().Value<float>() < 1e-4); // logits reach 10
    }

    [Fact]
    public void It_keeps_vocabulary_and_sizes_and_begins_where_it_was()
    {
        using var start = Start();
        string text = Path.Combine(folder, "text.txt");
        File.WriteAllLines(text, Enumerable.Range(0, 400)
            .Select(i => i % 2 == 0 ? "The cat sat. A dog played." : "A dog sat. The cat played."));
        var options = new TrainingOptions
        {
            Steps = 2,
            TokensPerBatch = 64,
            Replicas = 1,
            EvaluateEvery = 10,
            HoldOutEvery = 2,
            LearningRate = 1e-9,
            HalfPrecision = false
        }.Sized(start.Config);
        var corpus = TrainingCorpus.Read([text], options, start.Tokenizer as WordPieceTokenizer, TestContext.Current.CancellationToken);
        Assert.Same(start.Tokenizer, corpus.Tokenizer);
        string target = Path.Combine(folder, "more");
        new MaskedLmTrainer(corpus, options, start).Run(target, cancellation: TestContext.Current.CancellationToken);
        using var more = Checkpoint.Load(target);
        Assert.True(more.Model.HasPairHead); // it was new
        var trained = more.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.All(start.Model.named_parameters(),
            p => Assert.True(p.parameter.sub(trained[p.name]).abs().max().Value<float>() < 1e-5, p.name));
    }

    [Fact]
    public void Other_sizes_are_refused()
    {
        using var start = Start();
        string text = Path.Combine(folder, "text.txt");
        File.WriteAllLines(text, Enumerable.Repeat("The cat sat.", 200));
        var options = new TrainingOptions { HoldOutEvery = 2 }.Sized(start.Config) with { Layers = 2 };
        var corpus = TrainingCorpus.Read([text], options, start.Tokenizer as WordPieceTokenizer, TestContext.Current.CancellationToken);
        Assert.Contains("other sizes", Assert.Throws<InputException>(() => new MaskedLmTrainer(corpus, options, start)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Checkpoint Start()
    {
        string path = Path.Combine(folder, "start");
        string[] vocabulary = [.. BertFixtures.Vocabulary, .. "abcdefghijklmnopqrstuvwxyz".Select(c => $"##{c}")];
        using (var model = BertFixtures.Model(BertFixtures.Config(vocabulary: vocabulary.Length))) Checkpoint.Save(path, model,
            WordPieceTokenizer.Create(vocabulary, maxLength: 16));
        return Checkpoint.Load(path);
    }
}
