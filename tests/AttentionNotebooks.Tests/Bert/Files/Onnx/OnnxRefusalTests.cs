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
        Assert.Contains("\"bert\"", error.Remedy, StringComparison.Ordinal);
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
