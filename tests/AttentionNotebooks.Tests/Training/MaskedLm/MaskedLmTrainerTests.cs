using AttentionNotebooks.Cli;
using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Training;
using TorchSharp;

namespace AttentionNotebooks.Tests.Training;

[Collection(TrainingCollection.Name)]
public sealed class MaskedLmTrainerTests : IDisposable
{
    private static readonly TrainingOptions Tiny = new()
    {
        Layers = 2,
        Heads = 2,
        HiddenSize = 16,
        IntermediateSize = 32,
        Positions = 24,
        VocabularySize = 120,
        Steps = 60,
        TokensPerBatch = 96,
        LearningRate = 0.01,
        EvaluateEvery = 30,
        ReportEvery = 10,
        EvaluationTokens = 2000,
        HoldOutEvery = 4,
        Seed = 3,
        HalfPrecision = false,
    };

    private readonly string folder = BertFixtures.TemporaryFolder();

    [Fact]
    public void A_short_run_beats_the_word_frequencies()
    {
        var reports = new List<TrainingProgress>();
        var report = Train("a", Tiny, new Collect(reports));
        Assert.Equal(Tiny.Steps, report.StepsDone);
        Assert.True(reports[^1].Loss < reports[0].Loss - 0.5, $"{reports[0].Loss} to {reports[^1].Loss}");
        Assert.True(report.HeldOut.Loss < report.Baselines.Unigram.Loss, $"{report.HeldOut.Loss} against {report.Baselines.Unigram.Loss}");
        Assert.True(report.Baselines.BothNeighbours.Loss < report.Baselines.Bigram.Loss
            && report.Baselines.Bigram.Loss < report.Baselines.Unigram.Loss);
        Assert.Equal(report.Baselines.Unigram.HiddenTokens, report.HeldOut.HiddenTokens);
        Assert.True(report.HeldOut.Pairs > 0);
        Assert.Equal([30], reports.Where(r => r.HeldOut is not null).Select(r => r.Step));
        Assert.Equal([30], report.Course.Select(c => c.Step));
        using var loaded = Checkpoint.Load(Path.Combine(folder, "a"));
        Assert.True(loaded.HasMaskedLmHead && loaded.Model.HasPairHead);
        Assert.Empty(loaded.UnusedKeys);
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

    [Theory]
    [InlineData(Precision.Fp32, 7)]
    [InlineData(Precision.Bf16, 5)]
    [InlineData(Precision.Bf16, 11)]
    public void A_stopped_run_goes_on_as_if_nothing_had_happened(Precision precision, int stopAfter)
    {
        var brief = Tiny with
        {
            Steps = 12,
            EvaluateEvery = 5,
            ReportEvery = 1,
            Precision = precision,
            QueryKeyRate = 3,
            SpeakingCost = 0.1,
            HeadDropout = 0.2
        };
        Train("whole", brief);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Train("parts", brief, new Collect([], p => { if (p.Step == stopAfter) stop.Cancel(); }), stop));
        Assert.True(File.Exists(State("parts")));
        var resumed = new List<TrainingProgress>();
        Train("parts", brief, new Collect(resumed), resume: true);
        Assert.Equal(stopAfter + 1, resumed[0].Step);
        Assert.Equal(Bytes("whole"), Bytes("parts"));
        Assert.False(File.Exists(State("parts")));
    }

    [Theory]
    [InlineData(5), InlineData(7)] // with an evaluation, and between two
    public void A_run_left_at_a_step_holds_that_steps_model_and_goes_on_as_if_nothing_had_happened(int stopAt)
    {
        var brief = Tiny with { Steps = 12, EvaluateEvery = 5, ReportEvery = 1 };
        Train("whole", brief);
        var left = Train("parts", brief, stopAt: stopAt);
        Assert.Equal(stopAt, left.StepsDone);
        Assert.True(File.Exists(State("parts")));
        using (var loaded = Checkpoint.Load(Path.Combine(folder, "parts"))) Assert.Equal(2, loaded.Config.NumHiddenLayers);
        byte[] there = Bytes("parts");
        Assert.Equal(stopAt, Train("parts", brief, resume: true, stopAt: stopAt).StepsDone); // nothing left to do
        Assert.Equal(there, Bytes("parts"));
        Train("parts", brief, resume: true);
        Assert.Equal(Bytes("whole"), Bytes("parts"));
        Assert.False(File.Exists(State("parts")));
    }

    [Fact]
    public void A_killed_run_goes_on_from_its_last_evaluation()
    {
        var brief = Tiny with { Steps = 12, EvaluateEvery = 5, ReportEvery = 1 };
        Train("whole", brief);
        Assert.Throws<InvalidDataException>(() =>
            Train("parts", brief, new Collect([], p => { if (p.Step == 8) throw new InvalidDataException(); })));
        // what an evaluation saved is a model
        using (var loaded = Checkpoint.Load(Path.Combine(folder, "parts"))) Assert.Equal(2, loaded.Config.NumHiddenLayers);
        var resumed = new List<TrainingProgress>();
        Train("parts", brief, new Collect(resumed), resume: true);
        Assert.Equal(6, resumed[0].Step);
        Assert.Equal(Bytes("whole"), Bytes("parts"));
    }

    [Fact]
    public void A_run_that_went_on_tells_of_all_its_way()
    {
        var brief = Tiny with { Steps = 14, EvaluateEvery = 4, ReportEvery = 3 };
        var (whole, stopped, resumed) = (new List<TrainingProgress>(), new List<TrainingProgress>(), new List<TrainingProgress>());
        var expected = Train("whole", brief, new Collect(whole));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Train("parts", brief, new Collect(stopped, p => { if (p.Step == 9) stop.Cancel(); }), stop));
        var report = Train("parts", brief, new Collect(resumed), resume: true);
        Assert.Equal([4, 8, 12], report.Course.Select(c => c.Step));
        Assert.Equal(expected.Course, report.Course);
        Assert.Equal(expected.HeldOut, report.HeldOut);
        Assert.Equal(whole.Select(p => (p.Step, p.Loss, p.PairLoss)), stopped.Concat(resumed).Select(p => (p.Step, p.Loss, p.PairLoss)));
    }

    [Fact]
    public void A_run_that_was_stopped_while_its_results_were_written_goes_on_from_its_last_step()
    {
        var brief = Tiny with { Steps = 6, EvaluateEvery = 5 };
        var trainer = new MaskedLmTrainer(TrainingCorpus.Read([WriteText()], brief, cancellation: TestContext.Current.CancellationToken),
            brief);
        string target = Path.Combine(folder, "late");
        Assert.Throws<InvalidDataException>(() =>
            trainer.Run(target, saved: r => { if (r.StepsDone == 6) throw new InvalidDataException(); },
                cancellation: TestContext.Current.CancellationToken));
        byte[] weights = Bytes("late");
        var told = new List<TrainingReport>();
        var steps = new List<TrainingProgress>();
        trainer.Run(target, resume: true, new Collect(steps), told.Add, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(steps);
        Assert.Equal(6, Assert.Single(told).StepsDone);
        Assert.Equal(weights, Bytes("late"));
        Assert.False(File.Exists(State("late")));
    }

    [Fact]
    public void Only_the_same_run_can_be_gone_on_with()
    {
        var brief = Tiny with { Steps = 12, EvaluateEvery = 5, ReportEvery = 1 };
        Assert.Contains("no run to go on with", Assert.Throws<InputException>(() => Train("none", brief, resume: true)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() =>
            Train("f", brief, new Collect([], p => { if (p.Step == 6) throw new InvalidDataException(); })));
        Assert.Contains("other texts or options",
            Assert.Throws<InputException>(() => Train("f", brief with { LearningRate = 0.02 }, resume: true)).Message,
                StringComparison.Ordinal);
        byte[] state = File.ReadAllBytes(State("f"));
        File.WriteAllBytes(State("f"), state[..(state.Length / 2)]);
        Assert.Throws<InputException>(() => Train("f", brief, resume: true));
        File.WriteAllBytes(State("f"), state);
        Train("f", brief with { EvaluateEvery = 4 }, resume: true); // how often to look does not change what is learnt
    }

    [Fact]
    public void The_late_phase_makes_heads_quieter()
    {
        var options = Tiny with { Steps = 120, EvaluateEvery = 1000, ReportEvery = 20, SpeakingCost = 1e-9 };
        double Spoken(string name, double cost)
        {
            var reports = new List<TrainingProgress>();
            Train(name, options with { SpeakingCost = cost }, new Collect(reports));
            Assert.True(double.IsNaN(reports[0].Speaking)); // no price yet
            return reports[^1].Speaking;
        }
        Assert.True(Spoken("quiet", 1) < 0.8 * Spoken("loud", 1e-9));
    }

    [Fact]
    public void Pairs_count_from_where_they_are_told_to()
    {
        var reports = new List<TrainingProgress>();
        Train("pairs", Tiny with { PairsFrom = 0.5 }, new Collect(reports));
        Assert.Equal([true, true, true, false, false, false], reports.Select(r => double.IsNaN(r.PairLoss)));
    }

    [Fact]
    public async Task The_verb_writes_a_model_with_its_card()
    {
        string text = WriteText(), target = Path.Combine(folder, "verb"), note = Path.Combine(folder, "note.md"),
            treebank = Path.Combine(folder, "trees.conllu"), items = Path.Combine(folder, "items.tsv");
        File.WriteAllText(treebank, string.Concat(
            Enumerable.Repeat(
                "1\tthe\t_\tDET\t_\t_\t2\tdet\t_\t_\n2\tdog\t_\tNOUN\t_\t_\t3\tnsubj\t_\t_\n3\tbarks\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n",
                    110)));
        File.WriteAllText(items, "id\tsentence\tright\twrong\tattractors\n1\t[MASK] dog barks\tthe\ta\t0\n");
        File.WriteAllText(note, "Made up for this test.\n");
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await Attn.Run(["train-demo", "--text", text, "--out", target, "--data-note", note, "--layers", "2", "--heads", "3",
            "--hidden", "12", "--intermediate", "8", "--positions", "16", "--vocabulary", "80", "--steps", "3", "--batch-tokens", "64",
                "--precision", "bf16", "--speaking-cost", "0.1", "--late-layers", "1-1", "--head-dropout", "0.2", "--fall-from", "0.4",
                    "--pairs-from", "0.2", "--short-until", "0.34", "--query-key-start", "1.5", "--conllu", treebank, "--agreement", items],
                        output, error, TestContext.Current.CancellationToken);
        Assert.True(code == Attn.Done, error.ToString());
        string card = File.ReadAllText(Path.Combine(target, "README.md"));
        Assert.Contains("2 layers × 3 heads", card, StringComparison.Ordinal);
        Assert.Contains("Made up for this test.", card, StringComparison.Ordinal);
        Assert.Contains("- text.txt", card, StringComparison.Ordinal);
        Assert.Contains("it changes only the layers 1 to 1", card, StringComparison.Ordinal);
        Assert.Contains("each head of each example left out with probability 0.2", card, StringComparison.Ordinal);
        Assert.Contains("held to 40 % of the steps", card, StringComparison.Ordinal);
        Assert.Contains("They count after 20 % of the steps", card, StringComparison.Ordinal);
        Assert.Contains("none above 8 in the first 34 % of the steps", card, StringComparison.Ordinal);
        Assert.Contains("queries and keys began 1.5 times larger", card, StringComparison.Ordinal);
        Assert.Contains("| both neighbouring pieces", card, StringComparison.Ordinal);
        Assert.Contains("K-means with k = 4", card, StringComparison.Ordinal);
        Assert.Contains("of 2 relations with 100 dependents", card, StringComparison.Ordinal);
        Assert.Contains("(1 of 1 items can be asked", card, StringComparison.Ordinal);
        string described = Path.Combine(folder, "page.md");
        Assert.Equal(Attn.Done, await Attn.Run(["describe", "--model", target, "--text", text, "--limit", "20", "--conllu", treebank,
            "--out", described], output, error, TestContext.Current.CancellationToken));
        Assert.Contains("On 20 texts of `text.txt`", File.ReadAllText(described), StringComparison.Ordinal);
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
        Assert.Equal(Attn.Failed, await Attn.Run(["train-demo", "--text", text, "--out", Path.Combine(folder, "x")], output, error,
            TestContext.Current.CancellationToken));
        Assert.Contains("nothing can be held out", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(Attn.Failed, await Attn.Run(["train-demo", "--text", text, "--out", Path.Combine(folder, "x"), "--heads", "5"], output,
            error, TestContext.Current.CancellationToken));
        Assert.Equal(Attn.Failed, await Attn.Run(["train-demo", "--text", text, "--out", Path.Combine(folder, "x"), "--stop-at", "0"],
            output, error, TestContext.Current.CancellationToken));
        Assert.Contains("--stop-at", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("do not divide", error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "x")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private TrainingReport Train(string name, TrainingOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationTokenSource? stop = null, bool resume = false, int? stopAt = null) =>
        new MaskedLmTrainer(TrainingCorpus.Read([WriteText()], options, cancellation: TestContext.Current.CancellationToken), options)
            .Run(Path.Combine(folder, name), resume, progress, stopAt: stopAt, cancellation: stop?.Token
                ?? TestContext.Current.CancellationToken);

    private string State(string name) => Path.Combine(folder, name, "training-state.safetensors");

    private byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder, name, "model.safetensors"));

    // Sentences of a fixed pattern: what is hidden follows from what stands beside it.
    private string WriteText()
    {
        string path = Path.Combine(folder, "text.txt");
        if (File.Exists(path)) return path;
        var random = new Random(9);
        (string, string)[] pairs = [("dog", "barks"), ("cat", "purrs"), ("bird", "sings"), ("horse", "runs"), ("fish", "swims"),
            ("child", "laughs")];
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
