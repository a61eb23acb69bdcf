using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>Every stage on a ModernBERT: features, norms, hooks, calibration, files, and the settings that are refused.</summary>
public sealed class ModernBertStageTests
{
    private const double Tolerance = 1e-5;

    private static readonly int[] Long = [2, .. Enumerable.Range(0, 18).Select(i => 5 + i * 37 % 115), 3], Short = [2, 40, 41, 3];

    // The same weights are another model by other settings; by a window of 0 or 1 a token sees itself alone.
    [Theory]
    [InlineData("", "")]
    [InlineData("\"local_attention\": 6", "\"local_attention\": 7")]
    [InlineData("\"local_attention\": 6", "\"local_attention\": 1")]
    [InlineData("\"local_attention\": 6", "\"local_attention\": 0")]
    [InlineData("\"local_attention\": 6", "\"local_attention\": 128")]
    [InlineData("\"global_attn_every_n_layers\": 2", "\"global_attn_every_n_layers\": 3")]
    [InlineData("\"local_rope_theta\": 50.0", "\"local_rope_theta\": 10000.0")]
    [InlineData("\"global_attn_every_n_layers\": 2",
        "\"layer_types\": [\"sliding_attention\", \"sliding_attention\", \"full_attention\", \"full_attention\"]")]
    public void Maps_values_messages_states_and_logits_are_those_of_plain_loops(string setting, string other)
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(ModernBertFolder.Own, setting.Length == 0 ? null : Changed(setting, other));
        using var checkpoint = golden.Load();
        var slow = new SlowModernBert(golden.Root);
        var (ids, mask) = (BertFixtures.Batch(Long, Short), BertFixtures.Mask(Long, Short));
        Tensor[] maps = new Tensor[4], values = new Tensor[4];
        checkpoint.Encoder.Visit(ids, null, mask, (l, p) => maps[l] = p.clone().MoveToOtherDisposeScope(scope),
            new AttentionHooks { OnValues = (l, v) => values[l] = v.clone().MoveToOtherDisposeScope(scope) });
        var last = checkpoint.Encoder.forward(ids, mask: mask);
        var logits = checkpoint.Model.forward(ids, mask: mask);
        foreach (var (text, b) in new[] { (Long, 0), (Short, 1) })
        {
            var expected = slow.Run(text);
            int n = text.Length;
            foreach (var head in checkpoint.Config.Grid.All())
            {
                var own = expected.Heads[head.Layer][head.Index];
                var map = maps[head.Layer][b, head.Index];
                Close(own.Map.Cast<double>(), map.narrow(0, 0, n).narrow(1, 0, n));
                // Padded keys have exactly 0, in the rows of padded queries too.
                if (n < Long.Length) Assert.Equal(0, map.narrow(1, n, Long.Length - n).abs().max().item<float>());
                var v = values[head.Layer][b, head.Index].narrow(0, 0, n);
                Close(own.Values.SelectMany(r => r), v);
                var output = checkpoint.Encoder.OutputWeight(head.Layer).narrow(1, head.Index * 8, 8); // [D, d]
                Close(own.Message.SelectMany(r => r), map.narrow(0, 0, n).narrow(1, 0, n).matmul(v).matmul(output.t()));
            }
            Close(expected.Last.SelectMany(r => r), last[b].narrow(0, 0, n));
            Close(expected.Logits!.SelectMany(r => r), logits[b].narrow(0, 0, n));
        }
    }

    [Fact]
    public void Features_of_texts_in_a_batch_are_those_of_plain_maps_and_norms()
    {
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var checkpoint = golden.Load();
        var slow = new SlowModernBert(golden.Root);
        var source = new LiveAttention(checkpoint, [ModernBertFolder.Text(Long), ModernBertFolder.Text(Short)]);
        var carriedFromSep = NormFeatures.Norm(KeyType.Sep);
        var table = source.Extract([DistanceFeatures.MeanDistance, carriedFromSep]);
        var texts = new[] { Long, Short }.Select(t => slow.Run(t)).ToList();
        foreach (var head in checkpoint.Config.Grid.All())
        {
            var own = texts.Select(t => t.Heads[head.Layer][head.Index]).ToList();
            Assert.Equal(own.Average(h => Distance(h.Map)), table[head, "mean_distance"], Tolerance);
            Assert.Equal(own.Average(h => ShareOfLast(Carried(h, checkpoint.Encoder.OutputWeight(head.Layer), head.Index))),
                table[head, carriedFromSep.Name], Tolerance);
        }
    }

    [Fact]
    public void A_calibration_in_the_weights_gives_the_logits_of_the_calibrated_model()
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var checkpoint = golden.Load();
        var grid = checkpoint.Config.Grid;
        var random = new Random(5);
        var calibration = new ModelCalibration(grid,
            [.. grid.All().Select(_ => new HeadCalibration(1 / (0.5 + random.NextDouble()), 0, random.NextDouble()))]);
        var ids = BertFixtures.Batch(Long);
        var plain = checkpoint.Model.forward(ids);
        var expected = checkpoint.Model.forward(ids, hooks: checkpoint.With(calibration).Hooks);
        CalibrationExport.Export(golden.Root, calibration, golden["folded"]);
        using var folded = Checkpoint.Load(golden["folded"]);
        var logits = folded.Model.forward(ids);
        Assert.True(plain.sub(logits).abs().max().item<float>() > 1);
        Close(expected.Floats().Select(x => (double)x), logits);
    }

    [Fact]
    public void A_pass_may_begin_at_an_upper_layer()
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var checkpoint = golden.Load();
        Tensor ids = BertFixtures.Batch(Long), entering = ids;
        var whole = checkpoint.Encoder.forward(ids, hooks: new AttentionHooks
        {
            OnStates = (layer, states) => entering = layer == 3 ? states.detach().MoveToOtherDisposeScope(scope) : entering,
        });
        var resumed = checkpoint.Encoder.forward(ids, hooks: new AttentionHooks { Resume = (3, entering) });
        Assert.Equal(whole.Floats(), resumed.Floats());
    }

    // The random weights are sharper than real ones, so the limit is wide.
    [Fact]
    public void In_bfloat16_maps_are_near_those_in_float32_and_rows_sum_to_1()
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var checkpoint = golden.Load();
        var (ids, mask) = (golden.Array("input_ids"), golden.Array("attention_mask"));
        var lengths = mask.sum(1).data<long>().ToArray();
        var exact = new Tensor[4];
        checkpoint.Encoder.Visit(ids, null, mask, (l, p) => exact[l] = p.clone().MoveToOtherDisposeScope(scope));
        checkpoint.To(Precision.Bf16);
        double furthest = 0;
        checkpoint.Encoder.Visit(ids, null, mask, (l, p) =>
        {
            Assert.Equal(ScalarType.Float32, p.dtype);
            Assert.All(p.sum(-1).Floats(), s => Assert.Equal(1, s, 1e-5));
            for (int b = 0; b < lengths.Length; b++)
                furthest = Math.Max(furthest, p[b].sub(exact[l][b]).narrow(1, 0, lengths[b]).abs().max().item<float>());
        });
        Assert.InRange(furthest, 1e-4, 0.2);
    }

    [Fact]
    public void A_saved_ModernBERT_is_read_again_as_it_was_under_the_names_of_both_versions()
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var first = golden.Load();
        Checkpoint.Save(golden["saved"], first.Model, first.Tokenizer);
        using var second = Checkpoint.Load(golden["saved"]);
        Assert.Equal(first.Config, second.Config);
        string config = File.ReadAllText(golden["saved/config.json"]);
        Assert.All(["layer_types", "global_attn_every_n_layers\": 2", "rope_parameters", "local_rope_theta\": 50", "ModernBertForMaskedLM"],
            key => Assert.Contains(key, config, StringComparison.Ordinal));
        using SafetensorsFile before = SafetensorsFile.Open(golden["model.safetensors"]),
            after = SafetensorsFile.Open(golden["saved/model.safetensors"]);
        Assert.Equal(before.Entries.Keys.Order(StringComparer.Ordinal), after.Entries.Keys.Order(StringComparer.Ordinal));
        var ids = BertFixtures.Batch(Long);
        Assert.Equal(first.Model.forward(ids).Floats(), second.Model.forward(ids).Floats());
    }

    [Fact]
    public void A_new_head_for_classes_reads_the_mean_of_the_tokens_where_the_settings_say_so()
    {
        using var scope = NewDisposeScope();
        using var golden = new ModernBertFolder(ModernBertFolder.Own, c => c.Replace("\"cls\"", "\"mean\"", StringComparison.Ordinal));
        using var start = golden.Load();
        using (var made = ClassifierCheckpoint.Create(start, ["no", "yes"], seed: 3)) made.Save(golden["tuned"]);
        using var tuned = ClassifierCheckpoint.Load(golden["tuned"]);
        Assert.Empty(tuned.UnusedKeys);
        Assert.False(tuned.Encoder.HasMaskedLmHead);
        var padded = tuned.Model.forward(BertFixtures.Batch(Long, Short), mask: BertFixtures.Mask(Long, Short));
        Close(tuned.Model.forward(BertFixtures.Batch(Short))[0].Floats().Select(x => (double)x), padded[1]);
        var last = tuned.Encoder.Encoder.forward(BertFixtures.Batch(Short))[0];
        using var file = SafetensorsFile.Open(golden["tuned/model.safetensors"]);
        var inner = nn.functional.gelu(last.mean([0]).matmul(file.Read("head.dense.weight").t()));
        var normed = nn.functional.layer_norm(inner, [32], file.Read("head.norm.weight"), null, 1e-5);
        var expected = normed.matmul(file.Read("classifier.weight").t()).add(file.Read("classifier.bias"));
        Assert.All(file.Read("head.norm.weight").Floats(), w => Assert.Equal(1, w));
        Close(expected.Floats().Select(x => (double)x), padded[1]);
    }

    [Fact]
    public void A_model_with_random_weights_normalises_by_1()
    {
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var checkpoint = golden.Load();
        using var random = RandomWeights.Like(checkpoint);
        var norms = random.Model.named_parameters().Where(p => p.name.EndsWith("norm.weight", StringComparison.Ordinal)).ToList();
        Assert.Equal(3 + 4 + 1, norms.Count); // in front of attentions but the first, of feed-forward halves, and at the end
        Assert.All(norms, p => Assert.All(p.parameter.Floats(), w => Assert.Equal(1, w)));
    }

    [Fact]
    public void A_text_longer_than_the_positions_is_refused()
    {
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using var checkpoint = golden.Load();
        Assert.Equal(64, checkpoint.Tokenizer.MaxLength);
        var error = Assert.Throws<ArgumentException>(() => checkpoint.Encoder.forward(zeros(1, 65, ScalarType.Int64)));
        Assert.Contains("65 tokens, but the model has 64 positions", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"global_attn_every_n_layers\": 2", "\"global_attn_every_n_layers\": 0", "global_attn_every_n_layers: is 0")]
    [InlineData("\"global_rope_theta\": 500.0", "\"global_rope_theta\": -1", "global_rope_theta: is not a number above 0")]
    [InlineData("\"global_rope_theta\": 500.0",
        "\"global_rope_theta\": 500.0, \"rope_parameters\": {\"full_attention\": {\"rope_theta\": 10.0, \"rope_type\": \"default\"}}",
        "global_rope_theta: gives another base than rope_parameters")]
    [InlineData("\"global_rope_theta\": 500.0",
        "\"rope_parameters\": {\"full_attention\": {\"rope_theta\": 10.0, \"rope_type\": \"yarn\"}}", "rope_type: is \"yarn\"")]
    [InlineData("\"global_rope_theta\": 500.0", "\"rope_parameters\": 10000.0", "rope_parameters: is no object")]
    [InlineData("\"global_rope_theta\": 500.0", "\"rope_parameters\": {\"full_attention\": 5}",
        "rope_parameters, full_attention: is no object")]
    [InlineData("\"global_rope_theta\": 500.0", "\"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling, rope_type: is \"linear\"")]
    [InlineData("\"global_rope_theta\": 500.0", "\"rope_parameters\": {\"full_attention\": {\"rope_theta\": -1}}",
        "rope_parameters, full_attention: is not a number above 0")]
    [InlineData("\"hidden_activation\": \"gelu\"", "\"hidden_activation\": \"silu\"",
        "hidden_activation: the activation \"silu\" is unknown")]
    [InlineData("\"norm_eps\": 1e-05", "\"norm_eps\": -1", "norm_eps: is not a number of 0 or more")]
    [InlineData("\"local_attention\": 6", "\"local_attention\": -6", "local_attention: is -6")]
    [InlineData("\"local_attention\": 6", "\"local_attention\": 6, \"layer_types\": [\"full_attention\"]",
        "layer_types: is no list of 4 kinds")]
    [InlineData("\"local_attention\": 6",
        "\"layer_types\": [\"full_attention\", \"full_attention\", \"full_attention\", \"full_attention\"]",
        "gives other layers than layer_types")]
    [InlineData("\"cls\"", "\"max\"", "classifier_pooling: is \"max\"")]
    [InlineData("\"num_attention_heads\": 4", "\"num_attention_heads\": 32", "heads are 1 wide, which is odd")]
    [InlineData("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 2000000000", "more than any model has")]
    public void A_setting_that_is_no_ModernBERTs_is_refused(string setting, string other, string problem)
    {
        using var golden = new ModernBertFolder(ModernBertFolder.Own, Changed(setting, other));
        var error = Assert.Throws<InputException>(() => BertConfig.Read(golden["config.json"]));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_own_keys_it_has_the_published_models_layers()
    {
        string[] keys = ["global_attn_every_n_layers", "global_rope_theta", "local_rope_theta", "local_attention"];
        using var golden = new ModernBertFolder(ModernBertFolder.Own,
            c => string.Join('\n', c.Split('\n').Where(line => !keys.Any(k => line.Contains(k, StringComparison.Ordinal)))));
        var own = (ModernBertSettings)BertConfig.Read(golden["config.json"]).Own!;
        Assert.Equal("full_attention sliding_attention sliding_attention full_attention", own.LayerTypes);
        Assert.Equal((128, 160_000.0, 10_000.0), (own.LocalAttention, own.GlobalRopeTheta, own.LocalRopeTheta));
    }

    [Fact]
    public void A_position_embedding_type_means_nothing_here()
    {
        using ModernBertFolder plain = new(ModernBertFolder.Own),
            said = new(ModernBertFolder.Own, Changed("\"cls\"", "\"cls\", \"position_embedding_type\": \"sans_pos\""));
        Assert.Equal(BertConfig.Read(plain["config.json"]), BertConfig.Read(said["config.json"]));
    }

    [Fact]
    public void Biases_that_config_json_does_not_state_are_not_dropped_in_silence()
    {
        using var golden = new ModernBertFolder(ModernBertFolder.Own);
        using (var file = SafetensorsFile.Open(golden["model.safetensors"]))
        {
            var tensors = file.Entries.Keys.Select(k => KeyValuePair.Create(k, file.Read(k)))
                .Append(KeyValuePair.Create("model.layers.1.attn.Wo.bias", zeros(32))).ToArray();
            SafetensorsFile.Write(golden["other.safetensors"], tensors);
        }
        File.Move(golden["other.safetensors"], golden["model.safetensors"], overwrite: true);
        var error = Assert.Throws<InputException>(() => golden.Load().Dispose());
        Assert.Contains("model.layers.1.attn.Wo.bias", error.Message, StringComparison.Ordinal);
        Assert.Contains("by config.json this map has no bias", error.Message, StringComparison.Ordinal);
    }

    // A text that is not there would leave the settings as they are, and the test without a case.
    private static Func<string, string> Changed(string setting, string other) => config =>
    {
        string changed = config.Replace(setting, other, StringComparison.Ordinal);
        Assert.NotEqual(config, changed);
        return changed;
    };

    private static double Distance(double[,] map)
    {
        double sum = 0;
        int n = map.GetLength(0);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) sum += map[i, j] * Math.Abs(i - j);
        return sum / n;
    }

    // [SEP] is the last token.
    private static double ShareOfLast(double[,] map)
    {
        int n = map.GetLength(0);
        return Enumerable.Range(0, n).Average(i => map[i, n - 1]);
    }

    // Kobayashi et al. 2020: α_ij·‖v_j·W^O‖, each row to sum 1.
    private static double[,] Carried(SlowModernBert.Head head, Tensor output, int index)
    {
        using var scope = NewDisposeScope();
        double[] weight = [.. output.narrow(1, index * 8, 8).contiguous().Floats().Select(x => (double)x)]; // [D, d]
        double[] lengths = [.. head.Values.Select(v => Math.Sqrt(Enumerable.Range(0, weight.Length / v.Length)
            .Sum(o => Math.Pow(v.Select((x, n) => x * weight[o * v.Length + n]).Sum(), 2))))];
        var carried = (double[,])head.Map.Clone();
        for (int i = 0; i < lengths.Length; i++)
        {
            double sum = lengths.Select((f, j) => head.Map[i, j] * f).Sum();
            for (int j = 0; j < lengths.Length; j++) carried[i, j] *= lengths[j] / sum;
        }
        return carried;
    }

    private static void Close(IEnumerable<double> expected, Tensor actual)
    {
        double[] wanted = [.. expected];
        float[] values = actual.detach().contiguous().Floats();
        Assert.Equal(wanted.Length, values.Length);
        double scale = Math.Max(1, wanted.Max(Math.Abs));
        for (int i = 0; i < values.Length; i++) Assert.Equal(wanted[i], values[i], Tolerance * scale);
    }
}
