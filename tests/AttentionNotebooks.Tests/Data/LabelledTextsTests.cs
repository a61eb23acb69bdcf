using AttentionNotebooks.Training;
namespace AttentionNotebooks.Tests.Data;

/// <summary>Labelled texts as GLUE ships them, and as anybody writes them.</summary>
public sealed class LabelledTextsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void CoLA_has_no_header_and_four_columns()
    {
        var texts = LabelledTexts.Read(_folder.Write("train.tsv",
            "gj04\t1\t\tOur friends won't buy this.\ncj99\t0\t*\tThe more you would want, the \"less.\n"), SentenceTask.Cola);
        Assert.Equal(["0", "1"], texts.Labels);
        Assert.Equal([new("Our friends won't buy this.", null, 1), new("The more you would want, the \"less.", null, 0)], texts.Items);
    }

    [Fact]
    public void Quotes_are_characters_and_a_byte_order_mark_is_none()
    {
        var texts = LabelledTexts.Read(_folder.Write("train.tsv",
            "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\t\" The pie\tHe said \" so\n0\t3\t4\ta\tb\n"), SentenceTask.Mrpc);
        Assert.Equal(new LabelledText("\" The pie", "He said \" so", 1), texts.Items[0]);
    }

    [Fact]
    public void Words_are_numbered_in_alphabetical_order_and_numbers_in_theirs()
    {
        var task = SentenceTask.OfColumns("x", ["a", "b"], "y");
        Assert.Equal(["entailment", "not_entailment"],
            LabelledTexts.Read(_folder.Write("w.tsv", "a\ty\tb\n1\tnot_entailment\t2\n3\tentailment\t4\n"), task).Labels);
        Assert.Equal(["-1", "2", "10"], LabelledTexts.Read(_folder.Write("n.tsv", "a\ty\tb\n1\t10\t2\n3\t2\t4\n5\t-1\t6\n"), task).Labels);
        Assert.Equal(["1", "10", "9x"], LabelledTexts.Read(_folder.Write("m.tsv", "a\ty\tb\n1\t10\t2\n3\t9x\t4\n5\t1\t6\n"), task).Labels);
    }

    [Fact]
    public void Labels_of_other_texts_must_be_known()
    {
        string file = _folder.Write("dev.tsv", "sentence\tlabel\nfine\tgood\nso\tmixed\n");
        var task = SentenceTask.OfColumns("x", ["sentence"], "label");
        var error = Assert.Throws<InputException>(() => LabelledTexts.Read(file, task, ["bad", "good"]));
        Assert.Equal("line 3, column label", error.Place);
        Assert.Contains("\"mixed\"", error.Problem, StringComparison.Ordinal);
        // Texts of one class alone can be measured on.
        Assert.Equal([1], LabelledTexts.Read(_folder.Write("one.tsv", "sentence\tlabel\nfine\tgood\n"), task, ["bad", "good"]).Gold);
    }

    [Theory]
    [InlineData("", null, "holds no text")]
    [InlineData("sentence\tlabel\n", null, "holds no text")]
    [InlineData("text\tlabel\na\t1\n", "line 1", "no column sentence")]
    [InlineData("sentence\tlabel\na\t1\nb\n", "line 3", "has 1 columns, not 2")]
    [InlineData("sentence\tlabel\na\t1\nb\t0\tc\n", "line 3", "has 3 columns, not 2")]
    [InlineData("sentence\tlabel\na\t1\n \t0\n", "line 3, column sentence", "is empty")]
    [InlineData("sentence\tlabel\na\t1\nb\t\n", "line 3, column label", "is empty")]
    [InlineData("sentence\tlabel\na\t1\n\u200B\u0301\t0\n", "line 3, column sentence", "cannot be seen (U+200B, U+0301)")]
    [InlineData("sentence\tlabel\na\t1\nb\t1\n", "column label", "has 1 different labels")]
    public void A_broken_file_is_named_with_its_place(string content, string? place, string problem)
    {
        var error = Assert.Throws<InputException>(() => LabelledTexts.Read(_folder.Write("t.tsv", content), SentenceTask.Sst2));
        Assert.Equal(place, error.Place);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Equal(_folder["t.tsv"], error.InputSource);
    }

    [Fact]
    public void A_number_to_predict_is_no_class()
    {
        string file = _folder.Write("t.tsv", "sentence\tlabel\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"a\t{i}.5\n")));
        Assert.Contains("120 different labels", Assert.Throws<InputException>(() => LabelledTexts.Read(file, SentenceTask.Sst2)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tasks_by_name()
    {
        Assert.Same(SentenceTask.Sst2, SentenceTask.Named("SST-2"));
        Assert.Same(SentenceTask.Cola, SentenceTask.Named("cola"));
        Assert.Contains("cola, sst2, mrpc, rte", Assert.Throws<InputException>(() => SentenceTask.Named("sst5")).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => SentenceTask.OfColumns("x", ["a", "b", "c"], "y"));
    }

    [Fact]
    public void A_sample_keeps_the_order_and_shuffled_labels_keep_the_classes()
    {
        var all = new LabelledTexts([.. Enumerable.Range(0, 100).Select(i => new LabelledText($"{i}", null, i % 3 == 0 ? 1 : 0))],
            ["no", "yes"]);
        int[] sample = [.. all.Sample(30, seed: 2).Items.Select(i => int.Parse(i.Text, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(30, sample.Distinct().Count());
        Assert.Equal(sample.Order(), sample);
        Assert.Equal(all.Sample(30, seed: 2).Items, all.Sample(30, seed: 2).Items);
        Assert.NotEqual(all.Sample(30, seed: 2).Items, all.Sample(30, seed: 3).Items);
        Assert.Same(all, all.Sample(100, seed: 2));
        var shuffled = all.ShuffledLabels(1);
        Assert.Equal(all.Items.Select(i => i.Text), shuffled.Items.Select(i => i.Text));
        Assert.Equal(34, shuffled.Gold.Sum());
        Assert.InRange(all.Gold.Zip(shuffled.Gold).Count(p => p.First == p.Second), 40, 70); // 0.66² + 0.34² = 0.55
        Assert.Equal(0, all.Majority);
    }

    [Fact]
    public void Every_class_keeps_its_share_where_texts_are_taken_evenly_though_the_file_alternates()
    {
        LabelledTexts Of(params int[] labels) => new([.. labels.Select((l, i) => new LabelledText($"{i}", null, l))], ["a", "b", "c"]);
        string[] Taken(LabelledTexts all, int count) => [.. all.Evenly(count).Items.Select(i => i.Text)];
        var alternating = Of([.. Enumerable.Range(0, 16).Select(i => i % 2)]);
        Assert.Equal(["0", "1", "8", "9"], Taken(alternating, 4));         // of 0, 2, … 14 the first and the fifth, so of 1, 3, … 15
        Assert.Equal([0, 1, 0, 1], alternating.Evenly(4).Gold);
        // Shares of 5 in 6 : 3 : 1 are 3, 1.5 and 0.5: the largest remainder is a tie, and no class is left out.
        var three = Of(0, 0, 0, 0, 0, 0, 1, 1, 1, 2);
        Assert.Equal(["0", "2", "4", "6", "9"], Taken(three, 5));
        Assert.Equal(["0", "6", "9"], Taken(three, 3));
        Assert.Equal(["0", "1", "3", "4", "6", "7", "9"], Taken(three, 7)); // 4.2, 2.1, 0.7
        Assert.Equal(three.Items, three.Evenly(10).Items);
        Assert.Contains("is 2, but the items are of 3 classes. Take 3 or more",
            Assert.Throws<InputException>(() => three.Evenly(2)).Message);
    }

    [Fact]
    public void Any_number_of_the_kits_own_sentences_has_both_classes_in_half()
    {
        var all = LabelledTexts.Read(Repository.Path("data", "tasks", "sentiment.train.tsv"),
            SentenceTask.OfColumns("sentiment", ["sentence"], "label"));
        foreach (int count in new[] { 2, 100, 200, 201, 1599 })
        {
            var some = all.Evenly(count);
            Assert.Equal(count, some.Items.Count);
            Assert.InRange(some.Gold.Count(l => l == 1), count / 2, (count + 1) / 2);
        }
    }

    [Fact]
    public void The_kits_own_tasks()
    {
        foreach (string name in new[] { "acceptability", "sentiment", "pairs" })
        {
            var task = SentenceTask.OfColumns(name, name == "pairs" ? ["sentence1", "sentence2"] : ["sentence"], "label");
            var train = LabelledTexts.Read(Repository.Path("data", "tasks", $"{name}.train.tsv"), task);
            Assert.Equal(1600, train.Items.Count);
            foreach (string part in new[] { "dev", "test" })
                Assert.Equal(200, LabelledTexts.Read(Repository.Path("data", "tasks", $"{name}.{part}.tsv"), task,
                    train.Labels).Items.Count);
        }
    }

    [Theory] // counted with awk
    [InlineData("CoLA", 8551, 1043, 721)]
    [InlineData("SST-2", 67349, 872, 444)]
    [InlineData("MRPC", 3667, 408, 279)]
    [InlineData("RTE", 2490, 277, 131)]
    public void GLUE_as_it_is_shipped(string name, int trainCount, int devCount, int devOnes)
    {
        var task = SentenceTask.Named(name);
        var train = LabelledTexts.Read(Repository.SharedData("glue", name, "train.tsv"), task);
        var dev = LabelledTexts.Read(Repository.SharedData("glue", name, "dev.tsv"), task, train.Labels);
        Assert.Equal((trainCount, devCount, devOnes), (train.Items.Count, dev.Items.Count, dev.Gold.Count(l => l == 1)));
        Assert.Equal(task.IsPairs, train.Items.All(i => i.Second is not null));
        if (name == "MRPC") Assert.Contains(train.Items, i => i.Text.Contains("\" the witness \"", StringComparison.Ordinal));
        if (name == "RTE") Assert.Equal(["entailment", "not_entailment"], train.Labels);
        // Whoever always says 1 has no correlation, and F1 = 2·279 / (2·279 + 129).
        double majority = ClassifierFigures.Majority(task.Metric, train, dev).Value.Value;
        if (name == "CoLA") Assert.Equal(0, majority);
        if (name == "MRPC") Assert.Equal(558 / 687.0, majority, 1e-12);
    }

    public void Dispose() => _folder.Dispose();
}
