using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Training;
using AttentionNotebooks.Tests.Training.FineTuning;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>Every verb that asks a model something, with models that cannot name words: bare encoders and classifiers.</summary>
[Collection(TrainingCollection.Name)]
public sealed class HeadlessTaskTests : IDisposable
{
    private const int Layers = 5; // 20 heads: the fewest that importance can be explained of
    private static readonly HeadGrid Grid = new(Layers, 4);
    private readonly TestFolder _folder = new();

    public static TheoryData<string, string> Tasks => new()
    {
        { "pairs", "sentence pairs, 12 items" }, { "retrieval", "paraphrase among 2, 6 items" },
        { "sets", "paraphrase among 3, 12 items" },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public async Task A_bare_encoder_goes_through_every_verb(string kind, string said)
    {
        string model = Encoder();
        string[] task = kind switch
        {
            "pairs" => ["--task", "pairs", "--items", Pairs()],
            "retrieval" => ["--task", "retrieval", "--items", Pairs(), "--candidates", "2"],
            _ => ["--task", "retrieval", "--items", Sets(), "--wrong", "other,more", "--limit", "12"],
        };
        Assert.Contains(said, await EveryVerb(model, task));
        using var folded = Checkpoint.Load(_folder["folded"]);
        Assert.False(folded.HasMaskedLmHead);
    }

    [Theory]
    [InlineData("bert"), InlineData("distilbert")]
    public async Task A_classifier_goes_through_every_verb_and_stays_one(string family)
    {
        string model = Encoder(family);
        using (var start = Checkpoint.Load(model))
        using (var made = ClassifierCheckpoint.Create(start, ToyTask.Labels, seed: 2)) made.Save(_folder["tuned"]);
        string items = ToyTask.Texts(12, 3).Write(_folder["t.tsv"]);
        Assert.Contains("sentence labels, 12 items", await EveryVerb(_folder["tuned"],
            ["--task", "labels", "--items", items, "--text-column", "words", "--label-column", "order"]));
        using var folded = ClassifierCheckpoint.Load(_folder["folded"]);
        Assert.Equal(ToyTask.Labels, folded.Labels);
    }

    [Fact]
    public async Task A_classifier_of_pairs_is_asked_about_pairs()
    {
        using (var start = Checkpoint.Load(Encoder()))
        using (var made = ClassifierCheckpoint.Create(start, ["entailment", "not_entailment"], seed: 2)) made.Save(_folder["tuned"]);
        var (code, output, error) = await Shell.Attn("ablate", "--model", _folder["tuned"], "--task", "rte", "--items", Pairs(), "--by",
            "layer", "--out", _folder["a.csv"]);
        Assert.True(code == 0, error);
        Assert.Contains("sentence labels, 24 items", output);
    }

    [Theory]
    [InlineData("ablate"), InlineData("importance"), InlineData("prune"), InlineData("calibrate")]
    public async Task What_a_model_cannot_do_is_one_line_with_what_it_can(string verb)
    {
        string target = _folder[verb == "calibrate" ? "out.json" : "out.csv"];
        string[] rest = ["--model", Encoder(), "--out", target, .. verb == "calibrate" ? ["--clusters", Clusters()]
            : Array.Empty<string>()];
        async Task<string> Refused(params string[] task)
        {
            var (code, _, error) = await Shell.Attn([verb, .. task, .. rest]);
            Assert.Equal(Cli.Attn.Failed, code);
            Assert.Single(error.Trim().Split('\n'));
            return error;
        }
        const string Able = "Ask this model for one of --task pairs (PairSimilarity), retrieval (Retrieval)";
        Assert.Contains($"has no masked-LM head (cls.predictions.*), so it cannot name hidden words. {Able}",
            await Refused("--task", "masked", "--text", _folder.Write("t.txt", "the cat\na dog\n")));
        Assert.Contains(Able, await Refused("--task", "agreement", "--items", Pairs()));
        Assert.Contains($"architectures: is BertModel, which does not predict classes. {Able}",
            await Refused("--task", "rte", "--items", Pairs()));
        Assert.False(File.Exists(target));
    }

    [Theory]
    [InlineData("--task masked --text t --pooling cls", "--positive and --pooling go with --task pairs and retrieval.")]
    [InlineData("--task cola --items t --positive 1", "--positive and --pooling go with --task pairs and retrieval.")]
    [InlineData("--task pairs --items t --candidates 4", "--candidates and --wrong go with --task retrieval.")]
    [InlineData("--task retrieval --items t --candidates 1", "--candidates takes 2 to 1000.")]
    [InlineData("--task pairs", "--task pairs needs --items.")]
    public async Task Options_that_a_task_has_no_use_for_are_wrong_usage(string options, string problem)
    {
        var (code, _, error) = await Shell.Attn(["ablate", "--model", "m", "--out", "o.csv", .. options.Split(' ')]);
        Assert.Equal(Cli.Attn.WrongUsage, code);
        Assert.Contains(problem, error);
    }

    [Theory]
    [InlineData("ablate"), InlineData("importance"), InlineData("prune"), InlineData("calibrate")]
    public async Task One_set_alone_and_options_that_a_file_has_no_use_for_are_refused(string verb)
    {
        async Task<string> Refused(string items, params string[] more)
        {
            var (code, _, error) = await Shell.Attn([verb, "--model", Encoder(), "--task", "retrieval", "--items", items, "--out",
                _folder[verb == "calibrate" ? "o.json" : "o.csv"], .. verb == "calibrate" ? ["--clusters", Clusters()]
                : Array.Empty<string>(), .. more]);
            Assert.Equal(Cli.Attn.Failed, code);
            return Assert.Single(error.Trim().Split('\n'));
        }
        Assert.Contains("gives one set, and an interval needs two. Ask for fewer candidates (--candidates), or give more texts (--limit)",
            await Refused(Pairs(), "--candidates", "7"));
        string one = _folder.Write("one.tsv", string.Join('\n', File.ReadLines(Sets()).Take(2)));
        Assert.Contains("gives one set, and an interval needs two. Write a second line at least", await Refused(one));
        Assert.Contains("has columns of wrong sentences. Leave out --candidates", await Refused(Sets(), "--candidates", "4"));
        Assert.Contains("has columns of wrong sentences. Leave out --positive", await Refused(Sets(), "--positive", "1"));
        Assert.Contains("no columns of wrong sentences. Leave out --wrong", await Refused(Pairs(), "--wrong", "other"));
    }

    [Fact]
    public async Task A_file_of_pairs_is_read_as_users_have_it()
    {
        string Rows(string header, string yes, string no) => header + "\n" + string.Concat(Enumerable.Range(0, 8)
            .Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, i % 2 == 0 ? yes : no, i) + "\n"));
        async Task<(int Code, string Error)> Asked(string file, params string[] more)
        {
            var (code, _, error) = await Shell.Attn(["importance", "--measure", "gradient", "--model", Encoder(), "--task", "pairs",
                "--items", file, "--out", _folder["i.csv"], .. more]);
            return (code, error);
        }
        // GLUE's MRPC: a byte-order mark, quotes that are characters.
        string mrpc = _folder.Write("mrpc.tsv", Rows("\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String",
            "1\t1\t2\tthe \" cat {0}\ta cat", "0\t1\t2\tthe dog {0}\t\" play \"\""));
        var (code, error) = await Asked(mrpc);
        Assert.Equal(0, code);
        Assert.Matches(@"\(with so many pairs an area above \d\.\d{3} is told from 0\.5 four times in five\); loss \d\.\d{3}, of the share",
            error);
        string own = _folder.Write("own.tsv", Rows("a\tb\tsame", "the cat {0}\ta cat\tgleich", "the dog {0}\tplay\tanders"));
        (code, error) = await Asked(own, "--text-column", "a,b", "--label-column", "same");
        Assert.Equal(1, code);
        Assert.Contains("has the labels anders, gleich, of which it is not known which is of pairs that say the same. Name the label",
            error);
        Assert.Equal(0, (await Asked(own, "--text-column", "a,b", "--label-column", "same", "--positive", "gleich")).Code);
        Assert.Contains("and no equal", (await Asked(own, "--text-column", "a,b", "--label-column", "same", "--positive", "equal")).Error);
        (code, error) = await Asked(own);
        Assert.Contains("has no column sentence1. Name one of its columns: a, b, same", error);
        Assert.Contains("was to be read as single texts", (await Asked(own, "--text-column", "a", "--label-column", "same")).Error);
    }

    public void Dispose() => _folder.Dispose();

    // Ablation, importance, explanation, pruning, calibration, folding, description; what ablation said.
    private async Task<string> EveryVerb(string model, string[] task)
    {
        async Task<string> Done(params string[] command)
        {
            var (code, output, error) = await Shell.Attn(command);
            Assert.True(code == 0, $"{string.Join(' ', command)}: {error}");
            return output;
        }
        string said = await Done(["ablate", "--model", model, .. task, "--clusters", Clusters(), "--random-groups", "3", "--out",
            _folder["a.csv"]]);
        Assert.Equal(4, File.ReadAllLines(_folder["a.csv"]).Length);
        await Done(["importance", "--model", model, .. task, "--agreement", _folder["g.csv"], "--out", _folder["i.csv"]]);
        Assert.Contains("ablation (zero)", File.ReadAllText(_folder["g.csv"]));
        string text = _folder.Write("t.txt", "the cat sat\na dog\nthe dog sat , the cat sat\n");
        await Done("features", "--model", model, "--text", text, "--out", _folder["h.csv"]);
        await Done("explain", "--heads", _folder["h.csv"], "--importance", _folder["i.csv"], "--permutations", "19", "--draws", "100",
            "--out", _folder["e.json"]);
        await Done(["prune", "--model", model, .. task, "--steps", "2", "--random-orders", "2", "--out", _folder["p.csv"]]);
        await Done(["calibrate", "--model", model, .. task, "--clusters", Clusters(), "--seeds", "1", "--epochs", "2", "--rate", "0.1",
            "--parts", "temperature,gate", "--tying", "head", "--report", _folder["r.csv"], "--out", _folder["c.json"]]);
        Assert.Contains("all weights", File.ReadAllText(_folder["r.csv"]));
        await Done("fold", "--model", model, "--calibration", _folder["c.json"], "--out", _folder["folded"]);
        Assert.Contains("## Heads", await Done("describe", "--model", model, "--text", text));
        return said;
    }

    private string Encoder(string family = "bert")
    {
        string path = _folder[family];
        if (Directory.Exists(path)) return path;
        var config = BertFixtures.Config(layers: Layers) with { ModelType = family };
        if (family != "bert") config = config with { TypeVocabSize = 0 };
        using var model = BertFixtures.Model(config, withHead: false);
        Checkpoint.Save(path, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        return path;
    }

    private string Clusters() => _folder.Write("clusters.csv", "layer,head,cluster,name\n"
        + string.Concat(Grid.All().Select((h, i) => $"{h.Layer},{h.Index},{i % 3},broad\n")));

    private string Pairs() => _folder.Write("pairs.tsv", "id\tsentence1\tsentence2\tlabel\n" + string.Concat(Enumerable.Range(0, 24)
        .Select(i => i % 2 == 0 ? $"{i}\t{Words(i)} cat\ta cat , {Words(i)}\tentailment\n"
            : $"{i}\t{Words(i)}\t{Words(23 - i)} play\tnot_entailment\n")));

    private string Sets() => _folder.Write("sets.tsv", "id\tsentence\tparaphrase\tother\tmore\n" + string.Concat(Enumerable.Range(0, 15)
        .Select(i => $"{i}\t{Words(i)} cat\ta {Words(i)} cat\tdog {Words(i + 1)}\tsat\n")));

    // Another row of words for every number.
    private static string Words(int number) =>
        string.Join(' ', Enumerable.Range(0, 5).Select(bit => (number >> bit & 1) == 0 ? "the" : "dog"));
}
