using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>A BERT with a classifier as a Hugging Face folder: names, numbers, and what is refused.</summary>
public sealed class ClassifierCheckpointTests : IDisposable
{
    private static readonly string[] Labels = ["bad", "good", "so-so"];
    private readonly string folder = BertFixtures.TemporaryFolder();

    private string Target => Path.Combine(folder, "tuned");

    [Fact]
    public void What_is_saved_is_loaded_to_the_last_bit()
    {
        using var scope = NewDisposeScope();
        using var model = Tuned();
        model.Save(Target);
        using var loaded = ClassifierCheckpoint.Load(Target);
        Assert.Equal(Labels, loaded.Labels);
        Assert.Empty(loaded.UnusedKeys);
        Assert.Equal(model.Config, loaded.Config);
        var (ids, mask) = (BertFixtures.Batch([2, 5, 6, 9, 3], [2, 7, 3]), BertFixtures.Mask([1, 1, 1, 1, 1], [1, 1, 1]));
        Assert.Equal(model.Model.forward(ids, null, mask).Floats(), loaded.Model.forward(ids, null, mask).Floats());
        model.Save(Target, halfPrecision: true);
        using var half = ClassifierCheckpoint.Load(Target);
        Assert.True(half.Model.forward(ids, null, mask).sub(loaded.Model.forward(ids, null, mask)).abs().max().Value<float>() < 0.05);
    }

    [Fact]
    public void The_names_are_Hugging_Faces()
    {
        using var model = Tuned();
        model.Save(Target);
        string[] names = File.ReadAllLines(Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Names",
            "bert-for-sequence-classification.txt"));
        using (var file = SafetensorsFile.Open(Path.Combine(Target, "model.safetensors")))
            Assert.Equal(names, file.Entries.OrderBy(e => e.Key, StringComparer.Ordinal)
                .Select(e => $"{e.Key} [{string.Join(", ", e.Value.Shape)}]"));
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Target, "config.json")));
        var root = config.RootElement;
        Assert.Equal("BertForSequenceClassification", root.GetProperty("architectures")[0].GetString());
        Assert.Equal(["0=bad", "1=good", "2=so-so"], root.GetProperty("id2label").EnumerateObject()
            .Select(p => $"{p.Name}={p.Value.GetString()}"));
        Assert.Equal(["bad=0", "good=1", "so-so=2"], root.GetProperty("label2id").EnumerateObject()
            .Select(p => $"{p.Name}={p.Value.GetInt32()}"));
        Assert.Equal(3, root.GetProperty("num_labels").GetInt32());
        Assert.Equal("single_label_classification", root.GetProperty("problem_type").GetString());
    }

    [Fact]
    public void Logits_are_those_of_plain_arrays()
    {
        using var scope = NewDisposeScope();
        using var model = Tuned();
        var weights = model.Model.named_parameters().ToDictionary(p => p.name, p => Array.ConvertAll(p.parameter.Floats(), x => (double)x));
        int[] ids = [2, 5, 6, 3, 9, 3], segments = [0, 0, 0, 0, 1, 1];
        var reference = new ReferenceBert(weights, layers: 3, heads: 4, size: 16);
        double[] pooled = reference.Pool(reference.Run(ids, segments).Hidden[^1]);
        float[] logits = model.Model.forward(BertFixtures.Batch(ids), BertFixtures.Batch(segments)).Floats();
        for (int c = 0; c < 3; c++)
            Assert.Equal(weights["classifier.bias"][c] + Enumerable.Range(0, 16)
                .Sum(d => weights["classifier.weight"][c * 16 + d] * pooled[d]), logits[c], 1e-4);
    }

    [Fact]
    public void As_a_plain_checkpoint_it_is_the_encoder_and_the_head_is_left_over()
    {
        using var scope = NewDisposeScope();
        using var model = Tuned();
        model.Save(Target);
        using var plain = Checkpoint.Load(Target);
        Assert.Equal(["classifier.bias", "classifier.weight"], plain.UnusedKeys);
        var ids = BertFixtures.Batch([2, 5, 6, 3]);
        Assert.Equal(model.Encoder.Model.Bert.forward(ids).Floats(), plain.Model.Bert.forward(ids).Floats());
    }

    [Fact]
    public void A_new_head_leaves_the_model_it_is_made_from_alone()
    {
        using var scope = NewDisposeScope();
        using var start = Start(withPooler: false);
        var before = BertFixtures.Weights(start.Model);
        using var one = ClassifierCheckpoint.Create(start, Labels, seed: 5);
        using var other = ClassifierCheckpoint.Create(start, Labels, seed: 6);
        using var same = ClassifierCheckpoint.Create(start, Labels, seed: 5);
        string[] head = ["bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"];
        var parameters = new[] { one, other, same }
            .Select(m => m.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter.Floats())).ToArray();
        foreach (string name in head)
        {
            Assert.Equal(parameters[0][name], parameters[2][name]);
            if (name.EndsWith("bias", StringComparison.Ordinal)) Assert.All(parameters[0][name], b => Assert.Equal(0, b));
            else Assert.NotEqual(parameters[0][name], parameters[1][name]);
        }
        // 256 weights of the pooler: deviation 0.02 ± 4.4 %.
        Assert.Equal(0.02, Math.Sqrt(parameters[0][head[0]].Average(w => (double)w * w)), 0.003);
        Assert.All(parameters[0].Where(p => !head.Contains(p.Key)),
            p => Assert.Equal(before[p.Key], Array.ConvertAll(p.Value, x => (double)x)));
        Assert.Equal(before.Count, BertFixtures.Weights(start.Model).Count(p => before[p.Key].SequenceEqual(p.Value)));
    }

    [Fact]
    public void A_loaded_head_keeps_the_pooler_that_was_trained_with_it()
    {
        using var start = Start(withPooler: true);
        using var model = ClassifierCheckpoint.Create(start, Labels);
        Assert.Equal(start.Model.Bert.Pooler!.parameters().First().Floats(), model.Model.Bert.Pooler!.parameters().First().Floats());
    }

    [Theory]
    [InlineData("\"BertForSequenceClassification\"", "\"BertForTokenClassification\"", "BertForTokenClassification")]
    [InlineData("\"2\": \"so-so\"", "\"3\": \"so-so\"", "does not number the classes")]
    [InlineData("\"2\": \"so-so\"", "\"two\": \"so-so\"", "id2label, two")]
    [InlineData(",\n    \"2\": \"so-so\"", "", "names 2 classes, but the classifier has 3")]
    public void A_configuration_that_does_not_fit_is_refused(string from, string to, string expected)
    {
        using (var model = Tuned()) model.Save(Target);
        string path = Path.Combine(Target, "config.json"), text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(expected, Assert.Throws<InputException>(() => ClassifierCheckpoint.Load(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_without_names_are_called_as_Hugging_Face_calls_them()
    {
        using (var model = Tuned()) model.Save(Target);
        string path = Path.Combine(Target, "config.json");
        BertConfig.Read(path).Write(path, architecture: "BertForSequenceClassification");
        using var loaded = ClassifierCheckpoint.Load(Target);
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2"], loaded.Labels);
    }

    [Fact]
    public void Heads_that_are_missing_misshapen_or_broken_are_refused()
    {
        using var scope = NewDisposeScope();
        using (var model = Tuned()) model.Save(Target);
        string Refused(Func<string, Tensor, Tensor?> change)
        {
            string file = Path.Combine(Target, "model.safetensors");
            byte[] whole = File.ReadAllBytes(file);
            BertFixtures.ChangeTensors(Target, change);
            string message = Assert.Throws<InputException>(() => ClassifierCheckpoint.Load(Target)).Message;
            File.WriteAllBytes(file, whole);
            return message;
        }
        Assert.Contains("has no classifier.bias, so it cannot predict classes", Refused((k, t) => k == "classifier.bias" ? null : t),
            StringComparison.Ordinal);
        Assert.Contains("has no bert.pooler.*", Refused((k, t) => k.StartsWith("bert.pooler.", StringComparison.Ordinal) ? null : t),
            StringComparison.Ordinal);
        Assert.Contains("not [C, 16] and [C]", Refused((k, t) => k == "classifier.weight" ? zeros(3, 8) : t), StringComparison.Ordinal);
        Assert.Contains("a number is predicted",
            Refused((k, t) => k == "classifier.weight" ? zeros(1, 16) : k == "classifier.bias" ? zeros(1) : t), StringComparison.Ordinal);
        Assert.Contains("not finite", Refused((k, t) => k == "classifier.bias" ? full(3, float.NaN) : t), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dense.weight", 8, 16, "classifier.dense.weight is [8, 16] and classifier.dense.bias [16], not [16, 16] and [16]")]
    [InlineData("dense.bias", 8, 0, "classifier.dense.weight is [16, 16] and classifier.dense.bias [8], not [16, 16] and [16]")]
    public void A_first_map_that_does_not_fit_is_named_with_its_bias(string part, int rows, int columns, string problem)
    {
        using (var model = Tuned("electra")) model.Save(Target);
        BertFixtures.ChangeTensors(Target, (k, t) => k != $"classifier.{part}" ? t : columns == 0 ? zeros(rows) : zeros(rows, columns));
        Assert.Equal(problem, Assert.Throws<InputException>(() => ClassifierCheckpoint.Load(Target)).Problem);
    }

    [Fact]
    public void Labels_that_are_no_labels_are_refused()
    {
        using var start = Start(withPooler: true);
        Assert.Throws<InputException>(() => ClassifierCheckpoint.Create(start, ["one"]));
        Assert.Throws<InputException>(() => ClassifierCheckpoint.Create(start, ["one", "one"]));
    }

    [Theory]
    [InlineData("distilbert", "DistilBertForSequenceClassification", "pre_classifier.weight", "classifier.weight")]
    [InlineData("electra", "ElectraForSequenceClassification", "classifier.dense.weight", "classifier.out_proj.weight")]
    public void Other_families_keep_their_own_names_and_come_back_the_same(string type, string architecture, string dense, string output)
    {
        using var made = Tuned(type);
        made.Save(Target);
        Assert.Contains($"\"{architecture}\"", File.ReadAllText(Path.Combine(Target, "config.json")), StringComparison.Ordinal);
        using (var file = SafetensorsFile.Open(Path.Combine(Target, "model.safetensors")))
            Assert.Subset(file.Entries.Keys.ToHashSet(), new HashSet<string> { dense, output });
        using var loaded = ClassifierCheckpoint.Load(Target);
        Assert.Empty(loaded.UnusedKeys);
        Assert.Equal(Labels, loaded.Labels);
        using var scope = NewDisposeScope();
        var ids = BertFixtures.Batch([2, 5, 6, 3]);
        Assert.Equal(made.Model.forward(ids).Floats(), loaded.Model.forward(ids).Floats());
        Assert.True(made.Model.forward(ids).Floats().Distinct().Count() == Labels.Length);
    }

    [Fact]
    public void A_head_can_stand_upon_a_model_that_is_loaded_and_leaves_it_when_it_goes()
    {
        using (var model = Tuned()) model.Save(Target);
        using var encoder = Checkpoint.Load(Target);
        Assert.True(ClassifierCheckpoint.IsIn(encoder));
        using var scope = NewDisposeScope();
        var ids = BertFixtures.Batch([2, 5, 6, 3]);
        using (var whole = ClassifierCheckpoint.Load(Target))
        using (var upon = ClassifierCheckpoint.Of(encoder))
            Assert.Equal(whole.Model.forward(ids).Floats(), upon.Model.forward(ids).Floats());
        Assert.NotEmpty(encoder.Model.Bert.forward(ids).Floats());
    }

    [Fact]
    public void A_model_without_a_head_says_what_it_can_do()
    {
        using var start = Start(withPooler: true);
        Assert.False(ClassifierCheckpoint.IsIn(start));
        Assert.Contains("--task masked (MaskedWords), agreement (VerbNumber), pairs (PairSimilarity), retrieval (Retrieval)",
            Assert.Throws<InputException>(() => ClassifierCheckpoint.Of(start)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Checkpoint Start(bool withPooler)
    {
        string path = Path.Combine(folder, "start");
        using (var model = BertFixtures.Model(BertFixtures.Config(), withPooler: withPooler)) Checkpoint.Save(path, model,
            WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        return Checkpoint.Load(path);
    }

    private ClassifierCheckpoint Tuned(string family)
    {
        string path = Path.Combine(folder, family);
        var config = BertFixtures.Config() with { ModelType = family };
        config = family == "electra" ? config with { EmbeddingSize = config.HiddenSize } : config with { TypeVocabSize = 0 };
        using (var model = BertFixtures.Model(config))
            Checkpoint.Save(path, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        using var start = Checkpoint.Load(path);
        return ClassifierCheckpoint.Create(start, Labels, seed: 3);
    }

    private ClassifierCheckpoint Tuned()
    {
        using var start = Start(withPooler: true);
        var model = ClassifierCheckpoint.Create(start, Labels, seed: 3);
        // Biases too, so that a forgotten one shows.
        using var noGradients = no_grad();
        using var bias = tensor(new[] { 0.5f, -0.25f, 0.125f });
        model.Model.named_parameters().Single(p => p.name == "classifier.bias").parameter.copy_(bias);
        return model;
    }
}
