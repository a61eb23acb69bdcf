using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>The weights of a folder in every form: safetensors and pickles, whole and in shards.</summary>
public sealed class WeightFolderTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pickled_model_is_the_model(bool legacy)
    {
        using var model = Save();
        File.WriteAllBytes(folder["pytorch_model.bin"], PickleWriter.StateDict(Tensors(model), legacy));
        Same(model).Dispose();
    }

    [Theory]
    [InlineData("safetensors")]
    [InlineData("bin")]
    public void Shards_are_the_model(string kind)
    {
        using var model = Save();
        Shard(model, kind);
        Same(model).Dispose();
    }

    [Theory]
    [InlineData("F16", 2e-3)]
    [InlineData("BF16", 2e-2)]
    [InlineData("F64", 0)]
    public void Weights_of_every_width_are_read(string type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = Save();
        var target = type switch { "F16" => ScalarType.Float16, "BF16" => ScalarType.BFloat16, _ => ScalarType.Float64 };
        SafetensorsFile.Write(folder["model.safetensors"], model.named_parameters()
            .Select(p => KeyValuePair.Create(p.name, p.parameter.to_type(target))));
        Same(model, tolerance).Dispose();
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("sub/model.safetensors")]
    [InlineData("..\\\\model.safetensors")]
    [InlineData("C:model.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    public void A_shard_outside_the_folder_is_refused(string name)
    {
        Save().Dispose();
        folder.Write("model.safetensors.index.json", "{\"weight_map\": {\"bert.x\": \"" + name + "\"}}");
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root));
        Assert.Equal("weight_map, bert.x", error.Place);
        Assert.Contains("no file in the index's own folder", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map": {"x": "model-1.safetensors"}}""", "names the shard model-1.safetensors, which is not in the folder")]
    [InlineData("""{"weight_map": {"x": 1}}""", "does not name a file")]
    [InlineData("""{"weight_map": {}}""", "is empty")]
    [InlineData("""{"weight_map": []}""", "is missing or no object")]
    [InlineData("""{}""", "is missing or no object")]
    [InlineData("""{""", "not valid JSON")]
    public void A_broken_index_is_refused(string index, string problem)
    {
        Save().Dispose();
        folder.Write("model.safetensors.index.json", index);
        Assert.Contains(problem, Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_that_lacks_what_the_index_promises_is_refused()
    {
        using var model = Save();
        Shard(model, "safetensors");
        string index = folder["model.safetensors.index.json"];
        File.WriteAllText(index, File.ReadAllText(index).Replace("model-00002", "model-00001", StringComparison.Ordinal));
        Assert.Contains("does not hold this tensor", Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NaN_in_a_shard_names_the_shard()
    {
        using var model = Save();
        model.named_parameters().First(p => p.name == "cls.predictions.bias").parameter.detach().fill_(float.NaN);
        Shard(model, "safetensors");
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root));
        Assert.Equal(("tensor cls.predictions.bias", true),
            (error.Place, error.InputSource.Contains("-of-00002", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_config_that_claims_a_giant_takes_no_memory()
    {
        using var model = Save();
        SafetensorsFile.Write(folder["model.safetensors"], model.named_parameters()
            .Select(p => KeyValuePair.Create(p.name, (Tensor)p.parameter)));
        string config = File.ReadAllText(folder["config.json"]);
        folder.Write("config.json", config.Replace("\"intermediate_size\": 24", "\"intermediate_size\": 16000000",
            StringComparison.Ordinal));
        Assert.Contains("wrong shape", Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root)).Problem, StringComparison.Ordinal);
        folder.Write("config.json", config.Replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2000000000",
            StringComparison.Ordinal));
        Assert.Contains("more than any model has", Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root)).Problem,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 24, 16, 32, 7)]
    [InlineData(3, 2, 3, 12, 40)]
    public void Any_grid_of_heads_and_any_number_of_segments_and_positions(int segments, int layers, int heads, int size, int positions)
    {
        using var scope = NewDisposeScope();
        var config = BertFixtures.Config(layers, heads, size, positions: positions) with { TypeVocabSize = segments };
        using var model = Save(config);
        File.WriteAllBytes(folder["pytorch_model.bin"], PickleWriter.StateDict(Tensors(model), legacy: false));
        using var loaded = Same(model);
        Assert.Equal(positions, loaded.Tokenizer.MaxLength);
        var texts = new[] { loaded.Tokenizer.Encode("a", "b") };
        if (segments == 1)
            Assert.Contains("has the segment 1, but the model knows 1",
                Assert.Throws<InputException>(() => new AttentionNotebooks.LiveAttention(loaded, texts)).Message, StringComparison.Ordinal);
        else Assert.Equal(layers * heads, new AttentionNotebooks.LiveAttention(loaded, texts).Grid.Count);
    }

    public void Dispose() => folder.Dispose();

    private static List<(string, long[], float[])> Tensors(BertForMaskedLM model) =>
        [.. model.named_parameters().Select(p => (p.name, p.parameter.shape, p.parameter.detach().data<float>().ToArray()))];

    // Everything but the weights.
    private BertForMaskedLM Save(BertConfig? config = null)
    {
        var model = BertFixtures.Model(config ?? BertFixtures.Config(), withPooler: true);
        Checkpoint.Save(folder.Root, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary));
        File.Delete(folder["model.safetensors"]);
        return model;
    }

    private void Shard(BertForMaskedLM model, string kind)
    {
        string Name(int shard) => kind == "bin" ? $"pytorch_model-0000{shard}-of-00002.bin" : $"model-0000{shard}-of-00002.safetensors";
        var halves = Tensors(model).Select((t, i) => (Shard: i % 2 + 1, Tensor: t)).ToLookup(t => t.Shard, t => t.Tensor);
        foreach (var half in halves)
        {
            using var scope = NewDisposeScope();
            if (kind == "bin") File.WriteAllBytes(folder[Name(half.Key)], PickleWriter.StateDict([.. half], legacy: half.Key == 2));
            else SafetensorsFile.Write(folder[Name(half.Key)],
                half.Select(t => KeyValuePair.Create(t.Item1, tensor(t.Item3).view(t.Item2))));
        }
        var map = halves.SelectMany(h => h.Select(t => (t.Item1, Name(h.Key)))).ToDictionary(t => t.Item1, t => t.Item2);
        folder.Write(kind == "bin" ? "pytorch_model.bin.index.json"
            : "model.safetensors.index.json", JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));
    }

    private Checkpoint Same(BertForMaskedLM model, double tolerance = 0)
    {
        using var scope = NewDisposeScope();
        var loaded = Checkpoint.Load(folder.Root);
        Assert.Empty(loaded.UnusedKeys);
        foreach (var (a, b) in model.named_parameters().Zip(loaded.Model.named_parameters()))
        {
            Assert.Equal(a.name, b.name);
            Assert.True(a.parameter.sub(b.parameter).abs().max().Value<float>() <= tolerance, a.name);
        }
        return loaded;
    }
}
