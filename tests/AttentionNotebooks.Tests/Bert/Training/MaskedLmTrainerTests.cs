using AttentionNotebooks.Bert;
using AttentionNotebooks.Bert.Training;
using AttentionNotebooks.Cli;
using TorchSharp;

namespace AttentionNotebooks.Tests.Bert.Training;

public sealed class MaskedLmTrainerTests : IDisposable
{
    private static readonly TrainingOptions Tiny = new()
    {
        Layers = 2, Heads = 2, HiddenSize = 16, IntermediateSize = 32, Positions = 24, VocabularySize = 120, Steps = 60, TokensPerBatch = 96,
        LearningRate = 0.01, EvaluateEvery = 30, ReportEvery = 10, EvaluationTokens = 2000, HoldOutEvery = 4, Seed = 3, HalfPrecision = false,
    };

    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void A_short_run_beats_the_word_frequencies()
    {
        var reports = new List<TrainingProgress>();
        var report = Train("a", Tiny, new Collect(reports));
        Assert.Equal(Tiny.Steps, report.StepsDone);
        Assert.True(reports[^1].Loss < reports[0].Loss - 0.5, $"{reports[0].Loss} to {reports[^1].Loss}");
        Assert.True(report.HeldOut.Loss < report.Unigram.Loss, $"{report.HeldOut.Loss} against {report.Unigram.Loss}");
        Assert.Equal(report.Unigram.HiddenTokens, report.HeldOut.HiddenTokens);
        Assert.Equal([30, 60], reports.Where(r => r.HeldOut is not null).Select(r => r.Step));
        using var loaded = Checkpoint.Load(Path.Combine(folder, "a"));
        Assert.True(loaded.HasMaskedLmHead);
        Assert.Equal(report.Parameters, loaded.Model.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var brief = Tiny with { Steps = 12, EvaluateEvery = 5 };
        Train("b", brief);
        Train("c", brief);
        Train("d", brief with { Seed = 4 });
        Assert.Equal(Bytes("b"), Bytes("c"));
        Assert.NotEqual(Bytes("b"), Bytes("d"));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "b", "vocab.txt")), File.ReadAllText(Path.Combine(folder, "d", "vocab.txt")));
    }

    [Fact]
    public void Stopping_keeps_what_was_saved()
    {
        using var stop = new CancellationTokenSource();
        var options = Tiny with { EvaluateEvery = 5 };
        Assert.Throws<OperationCanceledException>(() => Train("e", options, new Collect([], _ => stop.Cancel()), stop));
        using var loaded = Checkpoint.Load(Path.Combine(folder, "e"));
        Assert.Equal(2, loaded.Config.NumHiddenLayers);
    }

    [Fact]
    public async Task The_verb_writes_a_model_with_its_card()
    {
        string text = WriteText(), target = Path.Combine(folder, "verb"), note = Path.Combine(folder, "note.md");
        File.WriteAllText(note, "Made up for this test.\n");
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await Attn.Run(["train-demo", "--text", text, "--out", target, "--data-note", note, "--layers", "1", "--heads", "2", "--hidden", "8", "--intermediate", "8", "--positions", "16", "--vocabulary", "80", "--steps", "3", "--batch-tokens", "64"], output, error, TestContext.Current.CancellationToken);
        Assert.True(code == Attn.Done, error.ToString());
        string card = File.ReadAllText(Path.Combine(target, "README.md"));
        Assert.Contains("1 layers × 2 heads", card, StringComparison.Ordinal);
        Assert.Contains("Made up for this test.", card, StringComparison.Ordinal);
        Assert.Contains("- text.txt", card, StringComparison.Ordinal);
        Assert.DoesNotContain(folder, card, StringComparison.Ordinal);
        Assert.Contains("held-out loss", output.ToString(), StringComparison.Ordinal);
        using var loaded = Checkpoint.Load(target);
        Assert.Equal(16, loaded.Tokenizer.MaxLength);
    }

    [Fact]
    public async Task Too_little_text_or_impossible_sizes_are_refused()
    {
        string text = Path.Combine(folder, "short.txt");
        File.WriteAllText(text, "One line.\n");
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(Attn.Failed, await Attn.Run(["train-demo", "--text", text, "--out", Path.Combine(folder, "x")], output, error, TestContext.Current.CancellationToken));
        Assert.Contains("nothing can be held out", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(Attn.Failed, await Attn.Run(["train-demo", "--text", text, "--out", Path.Combine(folder, "x"), "--heads", "5"], output, error, TestContext.Current.CancellationToken));
        Assert.Contains("do not divide", error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "x")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private TrainingReport Train(string name, TrainingOptions options, IProgress<TrainingProgress>? progress = null, CancellationTokenSource? stop = null) =>
        new MaskedLmTrainer(TrainingCorpus.Read([WriteText()], options, TestContext.Current.CancellationToken), options)
            .Run(Path.Combine(folder, name), progress, cancellation: stop?.Token ?? TestContext.Current.CancellationToken);

    private byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder, name, "model.safetensors"));

    // Sentences of a fixed pattern: what is hidden follows from what stands beside it.
    private string WriteText()
    {
        string path = Path.Combine(folder, "text.txt");
        if (File.Exists(path)) return path;
        var random = new Random(9);
        (string, string)[] pairs = [("dog", "barks"), ("cat", "purrs"), ("bird", "sings"), ("horse", "runs"), ("fish", "swims"), ("child", "laughs")];
        File.WriteAllLines(path, Enumerable.Range(0, 1050).Select(_ =>
        {
            var (noun, verb) = pairs[random.Next(pairs.Length)];
            return $"The {noun} {verb} in the garden. A {noun} {verb} too.";
        }));
        return path;
    }

    private sealed class Collect(List<TrainingProgress> reports, Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            reports.Add(value);
            then?.Invoke(value);
        }
    }
}
