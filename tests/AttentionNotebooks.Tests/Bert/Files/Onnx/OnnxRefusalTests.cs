namespace AttentionNotebooks.Tests.Bert;

/// <summary>ONNX files that the kit cannot read as they are: one error each, which names the file, the place and a remedy.</summary>
public sealed class OnnxRefusalTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("bert-quant-dynamic-qint8", "DynamicQuantizeLinear")]
    [InlineData("bert-quant-dynamic-quint8", "DynamicQuantizeLinear")]
    [InlineData("bert-quant-fused", "QEmbedLayerNormalization")]
    [InlineData("bert-quant-qdq", "QuantizeLinear")]
    [InlineData("bert-quant-matmul4bits", "MatMulNBits")]
    public void A_quantised_file_is_refused(string name, string by)
    {
        var error = Refused(name);
        Assert.StartsWith("node ", error.Place, StringComparison.Ordinal);
        Assert.Equal($"is {by}: the model is quantised, its weights are rounded to a few bits", error.Problem);
        Assert.StartsWith("Take the file before quantisation", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_layers_are_refused_as_ALBERT()
    {
        var error = Refused("albert-ts");
        Assert.Contains("Softmax", error.Place, StringComparison.Ordinal);
        Assert.Contains("uses the weights of layer 0 again", error.Problem, StringComparison.Ordinal);
        Assert.Contains("as ALBERT does", error.Problem, StringComparison.Ordinal);
        Assert.Equal("Take a model of a family that is read from ONNX: BERT, RoBERTa, DistilBERT, ELECTRA", error.Remedy);
    }

    [Theory]
    [InlineData("model_fp16.onnx")]
    [InlineData("onnx", "encoder.onnx")]
    public void A_file_of_another_name_is_pointed_at(params string[] name)
    {
        OnnxGolden.Copy(folder, "bert-ts");
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.Move(folder["model.onnx"], folder[name]);
        Assert.StartsWith($"Rename {Path.Combine(name)} to model.onnx if it holds the model in float32", Load().Remedy,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_external_data_are_named()
    {
        OnnxGolden.Copy(folder, "bert-dynamo-external");
        File.Delete(folder["model.onnx.data"]);
        var error = Load();
        Assert.Equal("lies in model.onnx.data, which is not beside the model", error.Problem);
        Assert.StartsWith("tensor ", error.Place, StringComparison.Ordinal);
        Assert.StartsWith("Copy or download the external data too", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_that_are_cut_off_are_refused()
    {
        OnnxGolden.Copy(folder, "bert-dynamo-external");
        using (var data = new FileStream(folder["model.onnx.data"], FileMode.Open)) data.SetLength(data.Length / 2);
        var error = Load();
        Assert.Contains("of model.onnx.data, which has", error.Problem, StringComparison.Ordinal);
        Assert.Equal("Copy or download model.onnx.data again", error.Remedy);
    }

    [Fact]
    public void External_data_behind_a_link_that_leaves_the_folder_are_refused()
    {
        OnnxGolden.Copy(folder, "bert-dynamo-external");
        using var other = new TestFolder();
        File.Move(folder["model.onnx.data"], other["elsewhere"]);
        File.CreateSymbolicLink(folder["model.onnx.data"], other["elsewhere"]);
        var error = Load();
        Assert.Equal("lies in \"model.onnx.data\", a link that leaves the model's own folder", error.Problem);
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused()
    {
        OnnxGolden.Copy(folder, "bert-ts");
        byte[] whole = File.ReadAllBytes(folder["model.onnx"]);
        foreach (int length in new[] { 0, 1, 7, 20, 300, whole.Length / 3, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(folder["model.onnx"], whole[..length]);
            var error = Load();
            Assert.Equal("Copy or download the file again", error.Remedy);
        }
    }

    [Fact]
    public void Settings_of_another_model_are_refused()
    {
        OnnxGolden.Copy(folder, "bert-ts");
        string config = File.ReadAllText(Path.Combine(OnnxGolden.Folder("reference-bert"), "config.json"));
        folder.Write("config.json", config.Replace("num_attention_heads\": 4", "num_attention_heads\": 8", StringComparison.Ordinal));
        var error = Load();
        Assert.Equal((folder["config.json"], "num_attention_heads"), (error.InputSource, error.Place));
        Assert.Equal("is 8, but the graph of model.onnx has 4", error.Problem);
        Assert.Contains("or remove config.json", error.Remedy, StringComparison.Ordinal);
        folder.Write("config.json", config);
        Checkpoint.Load(folder.Root).Dispose();
    }

    [Theory]
    [InlineData("causal", "hides later tokens")]
    [InlineData("triangle", "hides later tokens")]
    [InlineData("distance", "lets attention depend on the distance of tokens")]
    [InlineData("bias", "adds learnt numbers to the scores of attention")]
    [InlineData("unidirectional", "hides later tokens (unidirectional)")]
    [InlineData("activation", "the activation is not gelu, gelu_new or relu")]
    [InlineData("last", "the activation is not gelu, gelu_new or relu; 1 layers were found")]
    [InlineData("scrambled", "is attention in a layer of a structure that is not read")]
    [InlineData("shifted", "does not count positions from 0")]
    [InlineData("crossed", "queries, keys and values read different states")]
    [InlineData("untransposed", "the scores are not queries times transposed keys")]
    [InlineData("unbiased", "has no bias")]
    [InlineData("prenorm", "is attention in a layer of a structure that is not read")]
    [InlineData("static", "an export for texts of one length")]
    [InlineData("past", "is what a decoder is given")]
    [InlineData("If", "is If, which runs a graph of its own")]
    [InlineData("none", "holds no attention")]
    [InlineData("a mask of many steps", "is a step of a mask that takes more than 500")]
    [InlineData("sides of sides", "the product of queries and keys was expected")]
    public void A_model_of_another_structure_is_refused(string kind, string problem)
    {
        using var model = BertFixtures.Model(BertFixtures.Config(layers: 2));
        File.WriteAllBytes(folder["model.onnx"], new OnnxOtherModels(model, kind).File());
        OnnxGolden.Vocabulary(folder, 14);
        var error = Load();
        Assert.Equal(folder["model.onnx"], error.InputSource);
        Assert.NotNull(error.Place);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(error.Remedy);
    }

    [Theory]
    [InlineData("/etc/passwd", null, null, "which is no file below the model's own folder")]
    [InlineData("../weights", null, null, "which is no file below the model's own folder")]
    [InlineData("a/../../weights", null, null, "which is no file below the model's own folder")]
    [InlineData("C:weights", null, null, "which is no file below the model's own folder")]
    [InlineData("", null, null, "which is no file below the model's own folder")]
    [InlineData("weights", "-4", null, "has the offset \"-4\", which is no whole number")]
    [InlineData("weights", "9223372036854775807", "896", "of weights, which has 896")]
    [InlineData("weights", "0", "9223372036854775807", "of weights, which has 896")]
    [InlineData("weights", "4", "896", "of weights, which has 896")]
    [InlineData("weights", "0", "892", "but weights has 892 for it")]
    [InlineData("nothing", null, null, "which is not beside the model")]
    public void External_data_are_read_from_where_they_may_lie_and_fit(string location, string? offset, string? length, string problem)
    {
        using var model = BertFixtures.Model(BertFixtures.Config(layers: 1));
        File.WriteAllBytes(folder["weights"], new byte[14 * 16 * 4]);
        File.WriteAllBytes(folder["model.onnx"], new OnnxExternalWords(model, location, offset, length).File());
        OnnxGolden.Vocabulary(folder, 14);
        var error = Load();
        Assert.Equal((folder["model.onnx"], "tensor words"), (error.InputSource, error.Place));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(error.Remedy);
    }

    public void Dispose() => folder.Dispose();

    private InputException Refused(string name)
    {
        string path = OnnxGolden.Copy(folder, name);
        var error = Load();
        Assert.Equal(Path.Combine(path, "model.onnx"), error.InputSource);
        return error;
    }

    private InputException Load() => Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root));
}
