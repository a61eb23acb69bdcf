using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

public sealed class CheckpointTests : IDisposable
{
    private readonly string folder = BertFixtures.TemporaryFolder();

    private string Weights => Path.Combine(folder, "model.safetensors");

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2e-3)]
    public void What_is_saved_is_loaded(bool halfPrecision, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = Save(halfPrecision: halfPrecision);
        using var loaded = Checkpoint.Load(folder);
        Assert.Equal(model.Config, loaded.Config);
        Assert.True(loaded.HasMaskedLmHead);
        Assert.Empty(loaded.UnusedKeys);
        Assert.NotNull(loaded.Model.Bert.Pooler);
        var ids = tensor(loaded.Tokenizer.Encode("the cat played").Ids.Select(i => (long)i).ToArray()).view(1, -1);
        Assert.True(model.forward(ids).sub(loaded.Model.forward(ids)).abs().max().Value<float>() <= tolerance * 20);
        Assert.True(model.named_parameters().Zip(loaded.Model.named_parameters())
            .All(p => p.First.name == p.Second.name && p.First.parameter.sub(p.Second.parameter).abs().max().Value<float>() <= tolerance));
    }

    [Fact]
    public void The_reference_loads_the_same_folder()
    {
        using var scope = NewDisposeScope();
        Save().Dispose();
        using var loaded = Checkpoint.Load(folder);
        int[] ids = loaded.Tokenizer.Encode("a dog sat").Ids;
        var expected = ReferenceBert.Load(folder).Run(ids);
        loaded.Model.Bert.Visit(BertFixtures.Batch(ids), null, null,
            (layer, p) => Assert.Equal(expected.Attention[layer][3][1, 2], p[0, 3, 1, 2].Value<float>(), 1e-5));
        Assert.Equal(expected.Logits![2][5], loaded.Model.forward(BertFixtures.Batch(ids))[0, 2, 5].Value<float>(), 1e-4);
    }

    [Fact]
    public void Keys_without_prefix_with_gamma_and_beta_and_with_other_heads_are_read()
    {
        using var scope = NewDisposeScope();
        using var model = Save();
        Rewrite(t => t.Where(p => !p.Key.StartsWith("cls.", StringComparison.Ordinal))
            .Select(p => KeyValuePair.Create(p.Key["bert.".Length..]
                .Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal), p.Value))
            .Append(KeyValuePair.Create("embeddings.position_ids", arange(16).view(1, 16)))
            .Append(KeyValuePair.Create("classifier.weight", zeros(2, 16))));
        using var loaded = Checkpoint.Load(folder);
        Assert.False(loaded.HasMaskedLmHead);
        Assert.Equal(["classifier.weight"], loaded.UnusedKeys);
        var ids = BertFixtures.Batch([2, 5, 6, 3]);
        Assert.Equal(0f, model.Bert.forward(ids).sub(loaded.Model.Bert.forward(ids)).abs().max().Value<float>());
    }

    [Fact]
    public void An_explicit_decoder_is_the_tied_one_and_a_pair_head_without_pooler_is_reported()
    {
        using var scope = NewDisposeScope();
        Save().Dispose();
        Rewrite(t => t.Where(p => !p.Key.StartsWith("bert.pooler.", StringComparison.Ordinal))
            .Select(p => KeyValuePair.Create(p.Key.Replace("cls.predictions.bias", "cls.predictions.decoder.bias",
                StringComparison.Ordinal), p.Value))
            .Append(KeyValuePair.Create("cls.predictions.decoder.weight", zeros(14, 16)))
            .Append(KeyValuePair.Create("cls.seq_relationship.weight", zeros(2, 16)))
            .Append(KeyValuePair.Create("cls.seq_relationship.bias", zeros(2))));
        using var loaded = Checkpoint.Load(folder);
        Assert.True(loaded.HasMaskedLmHead);
        Assert.False(loaded.Model.HasPairHead);
        Assert.Equal(["cls.seq_relationship.bias", "cls.seq_relationship.weight"], loaded.UnusedKeys);
        Assert.Contains("no head for pairs", Assert.Throws<InvalidOperationException>(() =>
            loaded.Model.PairLogits(zeros(1, 3, 16))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pair_head_reads_the_pooled_first_token()
    {
        using var scope = NewDisposeScope();
        using var model = new BertForMaskedLM(BertFixtures.Config(), withPooler: true, withPairHead: true);
        Checkpoint.Save(folder, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        Assert.Contains("BertForPreTraining", File.ReadAllText(Path.Combine(folder, "config.json")), StringComparison.Ordinal);
        using var loaded = Checkpoint.Load(folder);
        Assert.Empty(loaded.UnusedKeys);
        var hidden = loaded.Model.Bert.forward(BertFixtures.Batch([2, 5, 6, 3], [2, 7, 3, 3]));
        var scores = loaded.Model.PairLogits(hidden);                          // [2, 2]
        var weights = BertFixtures.Weights(loaded.Model);
        double[] w = weights["bert.pooler.dense.weight"], c = weights["bert.pooler.dense.bias"], v = weights["cls.seq_relationship.weight"],
            d = weights["cls.seq_relationship.bias"];
        for (int b = 0; b < 2; b++)
        {
            float[] first = hidden[b, 0].contiguous().data<float>().ToArray();
            double[] pooled = [.. Enumerable.Range(0, 16)
                .Select(o => Math.Tanh(c[o] + Enumerable.Range(0, 16).Sum(i => w[o * 16 + i] * first[i])))];
            for (int k = 0; k < 2; k++)
                Assert.Equal(d[k] + Enumerable.Range(0, 16).Sum(i => v[k * 16 + i] * pooled[i]), scores[b, k].Value<float>(), 1e-5);
        }
    }

    [Fact]
    public void Missing_and_misshapen_tensors_are_listed_in_one_error()
    {
        using var scope = NewDisposeScope();
        Save().Dispose();
        Rewrite(t => t.Where(p => !p.Key.Contains("layer.1.attention.self", StringComparison.Ordinal))
            .Select(p => p.Key == "bert.encoder.layer.0.intermediate.dense.weight" ? KeyValuePair.Create(p.Key, zeros(3, 16)) : p));
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(folder));
        Assert.Contains("6 of", error.Problem, StringComparison.Ordinal);
        Assert.Contains("bert.encoder.layer.1.attention.self.query.weight", error.Problem, StringComparison.Ordinal);
        Assert.Contains("bert.encoder.layer.0.intermediate.dense.weight is [3, 16], not [24, 16]", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused()
    {
        using var scope = NewDisposeScope();
        Save().Dispose();
        Rewrite(t => t.Select(p => p.Key == "cls.predictions.bias" ? KeyValuePair.Create(p.Key, full(14, float.NaN)) : p));
        Assert.Equal("tensor cls.predictions.bias", Assert.Throws<InputException>(() => Checkpoint.Load(folder)).Place);
    }

    [Fact]
    public void A_folder_that_is_no_model_is_refused()
    {
        Assert.Contains("config.json", Assert.Throws<InputException>(() => Checkpoint.Load(folder)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Checkpoint.Load(Path.Combine(folder, "nowhere")));
        Save().Dispose();
        File.Delete(Weights);
        Assert.Contains("holds no model.safetensors", Assert.Throws<InputException>(() => Checkpoint.Load(folder)).Message,
            StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, "vocab.txt"));
        Assert.Contains("vocab.txt", Assert.Throws<InputException>(() => Checkpoint.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Theory] // 400 ids: up to half of them may be reserved
    [InlineData(400, true), InlineData(200, true), InlineData(199, false), InlineData(14, false)]
    public void A_vocabulary_that_is_cut_off_is_refused(int entries, bool read)
    {
        string[] pieces = [.. BertFixtures.Vocabulary, .. Enumerable.Range(0, 386).Select(i => $"w{i}")];
        string folder = BertFixtures.TemporaryFolder();
        try
        {
            using (var model = BertFixtures.Model(BertFixtures.Config(vocabulary: 400)))
                Checkpoint.Save(folder, model, WordPieceTokenizer.Create(pieces, maxLength: 16));
            File.WriteAllLines(Path.Combine(folder, "vocab.txt"), pieces.Take(entries).ToArray());
            if (read) Checkpoint.Load(folder).Dispose();
            else
                Assert.Contains($"has {entries} entries, but the model's vocab_size is 400: it is cut off",
                    Assert.Throws<InputException>(() => Checkpoint.Load(folder)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_vocabulary_larger_than_the_model_is_refused()
    {
        Save().Dispose();
        File.AppendAllText(Path.Combine(folder, "vocab.txt"), "extra\n");
        Assert.Contains("15 entries, but the model's vocab_size is 14",
            Assert.Throws<InputException>(() => Checkpoint.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"num_attention_heads\": 4", "\"num_attention_heads\": 5", "num_attention_heads", "do not divide")]
    [InlineData("\"hidden_size\": 16", "\"hidden_size\": 0", "hidden_size", "is 0")]
    [InlineData("\"hidden_size\": 16", "\"hidden_size\": \"16\"", "hidden_size", "not a whole number")]
    [InlineData("\"hidden_size\": 16", "\"hidden_sizes\": 16", "hidden_size", "is missing")]
    [InlineData("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"swish\"", "hidden_act", "unknown")]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": \"gpt2\"", "model_type", "gpt2")]
    [InlineData("\"position_embedding_type\": \"absolute\"", "\"position_embedding_type\": \"relative_key\"", "position_embedding_type",
        "relative_key")]
    [InlineData("\"vocab_size\": 14", "\"vocab_size\": 14, \"is_decoder\": true", "is_decoder", "true")]
    [InlineData("\"vocab_size\": 14", "\"vocab_size\": 14,", "line", "not valid JSON")]
    public void A_configuration_that_cannot_be_built_is_refused(string from, string to, string place, string problem)
    {
        Save().Dispose();
        string path = Path.Combine(folder, "config.json"), text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(folder));
        Assert.Equal(path, error.InputSource);
        Assert.StartsWith(place, error.Place, StringComparison.Ordinal);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.bert-tiny.json", 2, 2, 128)]
    [InlineData("config.minilm-l6.json", 6, 12, 384)]
    public void Real_configurations_are_read(string name, int layers, int heads, int size)
    {
        string? path = BertFixtures.SharedData("bert-vocab/" + name);
        if (path is null) Assert.Skip($"{name} is not at ../shared/data/bert-vocab");
        var config = BertConfig.Read(path);
        Assert.Equal((layers, heads, size, 30522), (config.NumHiddenLayers, config.NumAttentionHeads, config.HiddenSize, config.VocabSize));
    }

    [Fact]
    public void The_shipped_model_loads_is_small_and_agrees_with_the_reference()
    {
        string? root = BertFixtures.Root();
        if (root is null) Assert.Skip("the tests run outside the repository, which holds data/demo-bert");
        string shipped = Path.Combine(root, "data", "demo-bert");
        Assert.True(Directory.EnumerateFiles(shipped).Sum(f => new FileInfo(f).Length) <= 16 << 20);
        using var scope = NewDisposeScope();
        using var loaded = Checkpoint.Load(shipped);
        Assert.Equal((12, 12), (loaded.Config.NumHiddenLayers, loaded.Config.NumAttentionHeads));
        var text = loaded.Tokenizer.Encode("The old man gave her a book.");
        Assert.DoesNotContain("[UNK]", text.Tokens);
        var expected = ReferenceBert.Load(shipped).Run(text.Ids).Attention;
        loaded.Model.Bert.Visit(BertFixtures.Batch(text.Ids), null, null, (layer, p) =>
        {
            var actual = p.data<float>().ToArray();
            int n = text.Length;
            for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[layer][i / (n * n)][i / n % n, i % n], actual[i], 1e-4);
        });
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private BertForMaskedLM Save(bool halfPrecision = false)
    {
        var model = BertFixtures.Model(BertFixtures.Config(), withPooler: true);
        Checkpoint.Save(folder, model, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16), halfPrecision);
        return model;
    }

    private void Rewrite(Func<IEnumerable<KeyValuePair<string, Tensor>>, IEnumerable<KeyValuePair<string, Tensor>>> change)
    {
        List<KeyValuePair<string, Tensor>> tensors;
        using (var file = SafetensorsFile.Open(Weights)) tensors = [.. file.Entries.Keys.Select(k => KeyValuePair.Create(k, file.Read(k)))];
        SafetensorsFile.Write(Weights, change(tensors));
    }
}
