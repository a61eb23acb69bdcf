using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>A checkpoint from an ONNX file, with its heads, and written as a plain one.</summary>
public sealed class CheckpointExportTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("bert-fused")]
    [InlineData("bert-fp16")]
    [InlineData("bert-optimum-o3")]
    [InlineData("bert-mlm")]
    [InlineData("distilbert-ts")]
    [InlineData("roberta-ts")]
    public void A_written_checkpoint_is_read_again_bit_for_bit(string name)
    {
        using var scope = NewDisposeScope();
        OnnxGolden.Copy(folder, name);
        using var target = new TestFolder();
        Assert.Empty(CheckpointExport.Write(folder.Root, target["plain"]));
        Assert.Equal([target["plain"]], Directory.GetFileSystemEntries(target.Root));
        using var first = Checkpoint.Load(folder.Root);
        using var second = Checkpoint.Load(target["plain"]);
        Assert.Equal(first.Config, second.Config);
        Assert.Equal(first.Tokenizer.Encode("w1 w2 w3").Ids, second.Tokenizer.Encode("w1 w2 w3").Ids);
        var parameters = second.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.Equal(first.Model.named_parameters().Select(p => p.name).Order(), parameters.Keys.Order());
        foreach (var (key, parameter) in first.Model.named_parameters())
            Assert.True(parameter.eq(parameters[key]).all().Value<bool>(), key);
    }

    [Fact]
    public void The_weights_of_an_export_are_those_that_were_exported()
    {
        using var scope = NewDisposeScope();
        OnnxGolden.Copy(folder, "bert-ts");
        CheckpointExport.Write(folder.Root, folder["plain"]);
        using var written = SafetensorsFile.Open(folder["plain", "model.safetensors"]);
        using var original = SafetensorsFile.Open(Path.Combine(OnnxGolden.Folder("reference-bert"), "model.safetensors"));
        Assert.Equal(original.Entries.Keys.Select(k => "bert." + k).Order(), written.Entries.Keys.Order());
        foreach (string key in original.Entries.Keys)
            Assert.True(original.Read(key).eq(written.Read("bert." + key)).all().Value<bool>(), key);
    }

    [Fact]
    public void A_written_checkpoint_is_pooled_as_the_one_that_was_read()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        Directory.CreateDirectory(Path.Combine(model.Folder, "1_Pooling"));
        File.WriteAllText(Path.Combine(model.Folder, "1_Pooling", "config.json"), """{"pooling_mode_cls_token": true}""");
        CheckpointExport.Write(model.Folder, folder["plain"]);
        CalibrationExport.Export(model.Folder, ModelCalibration.Identity(model.Config.Grid), folder["folded"]);
        using (var classifier = ClassifierCheckpoint.Create(model, ["no", "yes"])) classifier.Save(folder["tuned"]);
        CheckpointExport.Write(folder["tuned"], folder["exported"]);
        foreach (string written in new[] { "plain", "folded", "tuned", "exported" })
        {
            Assert.Equal(Pooling.Cls, SentenceEmbedding.PoolingOf(folder[written]));
            Assert.Equal(["config.json"], Directory.GetFiles(folder[written, "1_Pooling"]).Select(Path.GetFileName));
        }
    }

    // Without the map, the written model would be pooled in silence, though what it was tuned with is gone.
    [Fact]
    public void A_learnt_map_behind_the_pooling_stays_and_is_refused_as_before()
    {
        using var model = BertFixtures.RandomCheckpoint(folder.Root);
        foreach (string part in new[] { "1_Pooling", "2_Dense" }) Directory.CreateDirectory(Path.Combine(model.Folder, part));
        File.WriteAllText(Path.Combine(model.Folder, "1_Pooling", "config.json"), """{"pooling_mode_mean_tokens": true}""");
        File.WriteAllText(Path.Combine(model.Folder, "2_Dense", "config.json"), """{"in_features": 8}""");
        CheckpointExport.Write(model.Folder, folder["plain"]);
        Assert.Equal("""{"in_features": 8}""", File.ReadAllText(folder["plain", "2_Dense", "config.json"]));
        Assert.Contains("learnt map", Assert.Throws<InputException>(() => SentenceEmbedding.PoolingOf(folder["plain"])).Message);
    }

    // Cross-encoders, and models whose head reads a pooler that the file lacks.
    [Theory]
    [InlineData(false, "has one output: a number is predicted, not a class")]
    [InlineData(true, "has no bert.pooler.*, which the classifier reads")]
    public void A_model_whose_head_predicts_no_class_is_written_without_it(bool withoutPooler, string problem)
    {
        using (var model = BertFixtures.RandomCheckpoint(folder.Root)) BertFixtures.SaveOneOutput(model, folder["number"]);
        if (withoutPooler)
            BertFixtures.ChangeTensors(folder["number"], (k, t) => k.StartsWith("bert.pooler.", StringComparison.Ordinal) ? null : t);
        using var number = Checkpoint.Load(folder["number"]);
        Assert.False(ClassifierCheckpoint.IsIn(number));
        var error = Assert.Throws<InputException>(() => ClassifierCheckpoint.Of(number));
        Assert.Equal(problem, error.Problem);
        Assert.StartsWith("Ask this model for one of --task pairs (PairSimilarity), retrieval (Retrieval). ", error.Remedy,
            StringComparison.Ordinal);
        Assert.Equal(["classifier.bias", "classifier.weight"], CheckpointExport.Write(folder["number"], folder["plain"]));
        CalibrationExport.Export(folder["number"], ModelCalibration.Identity(number.Config.Grid), folder["folded"]);
        foreach (string written in new[] { "plain", "folded" })
        {
            using var plain = Checkpoint.Load(folder[written]);
            Assert.Empty(plain.UnusedKeys);
            Assert.Equal(!withoutPooler, plain.Model.Bert.Pooler is not null);
        }
    }

    [Fact]
    public void A_folder_that_is_there_is_left_alone()
    {
        OnnxGolden.Copy(folder, "bert-ts");
        Directory.CreateDirectory(folder["plain"]);
        folder.Write(Path.Combine("plain", "mine.txt"), "mine");
        var error = Assert.Throws<InputException>(() => CheckpointExport.Write(folder.Root, folder["plain"]));
        Assert.Equal("exists already", error.Problem);
        Assert.Equal([folder["plain", "mine.txt"]], Directory.GetFiles(folder["plain"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_as_it_was_given()
    {
        OnnxGolden.Copy(folder, "bert-ts");
        string target = folder["vocab.txt", "plain"]; // below a file
        var error = Assert.Throws<InputException>(() => CheckpointExport.Write(folder.Root, target));
        Assert.Equal(target, error.InputSource);
        Assert.StartsWith("cannot be written", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_of_hidden_words_are_those_of_PyTorch()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = Checkpoint.Load(OnnxGolden.Copy(folder, "bert-mlm"));
        Assert.True(checkpoint.HasMaskedLmHead);
        var mask = OnnxGolden.Ids("bert-mlm", "attention_mask");
        var logits = checkpoint.Model.forward(OnnxGolden.Ids("bert-mlm", "input_ids"), OnnxGolden.Ids("bert-mlm", "token_type_ids"), mask);
        OnnxGolden.Close(OnnxGolden.Floats("bert-mlm", "torch_logits")!, logits, mask.unsqueeze(-1));
    }

    [Fact]
    public void Logits_of_classes_are_those_of_PyTorch()
    {
        using var scope = NewDisposeScope();
        using var classifier = ClassifierCheckpoint.Load(OnnxGolden.Copy(folder, "bert-seqcls"));
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2"], classifier.Labels);
        Assert.Empty(classifier.UnusedKeys);
        var logits = classifier.Model.forward(OnnxGolden.Ids("bert-seqcls", "input_ids"), OnnxGolden.Ids("bert-seqcls", "token_type_ids"),
            OnnxGolden.Ids("bert-seqcls", "attention_mask"));
        OnnxGolden.Close(OnnxGolden.Floats("bert-seqcls", "torch_logits")!, logits, ones(1, dtype: ScalarType.Int64));
        CheckpointExport.Write(folder.Root, folder["plain"]);
        using var again = ClassifierCheckpoint.Load(folder["plain"]);
        Assert.Equal(classifier.Labels, again.Labels);
    }

    public void Dispose() => folder.Dispose();
}
