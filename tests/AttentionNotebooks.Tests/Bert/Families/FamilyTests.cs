using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>The families: their tensors' names, and their numbers against the reference.</summary>
public sealed class FamilyTests : IDisposable
{
    private static readonly Dictionary<string, BertConfig> Real = new()
    {
        ["bert-base-uncased"] = Base("bert") with { VocabSize = 30522 },
        ["distilbert-base-uncased"] = Base("distilbert") with { VocabSize = 30522, NumHiddenLayers = 6, TypeVocabSize = 0 },
        ["roberta-base"] = Base("roberta") with
        {
            VocabSize = 50265,
            MaxPositionEmbeddings = 514,
            TypeVocabSize = 1,
            LayerNormEps = 1e-5,
            PositionPaddingId = 1,
            HeadAct = "gelu"
        },
        ["electra-small-discriminator"] = ElectraSmall(),
        ["electra-small-generator"] = ElectraSmall(),
        ["modernbert-base"] = Base("modernbert") with
        {
            VocabSize = 50368,
            NumHiddenLayers = 22,
            IntermediateSize = 1152,
            MaxPositionEmbeddings = 8192,
            TypeVocabSize = 0,
            LayerNormEps = 1e-5,
            HeadAct = "gelu",
            NormBias = false,
            HeadBias = false,
            Own = new ModernBertSettings(string.Join(' ', Enumerable.Range(0, 22).Select(l => l % 3 == 0 ? "full_attention"
                : "sliding_attention")), 128, 160_000, 10_000, false, false, "mean", 50283),
        },
    };

    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("bert-base-uncased", true, true, 110_106_428)]
    [InlineData("distilbert-base-uncased", false, true, 66_985_530)]
    [InlineData("roberta-base", true, true, 125_288_025)]
    [InlineData("electra-small-discriminator", false, false, 13_483_008)]
    [InlineData("electra-small-generator", false, true, 13_546_682)]
    [InlineData("modernbert-base", false, true, 149_655_232)]
    public void Every_tensor_of_the_real_checkpoint_has_its_place(string name, bool pooler, bool head, long weights)
    {
        var approved = Approved(name);
        var file = new Outline(approved.ToDictionary(a => a.Key, a => a.Shape));
        var names = WeightNames.Match(file, Real[name]);
        Assert.Equal((pooler, head), (names.WithPooler, names.WithHead));
        Assert.Equal(name == "bert-base-uncased", names.WithPairHead);
        Assert.Equal(approved.Where(a => a.Mark == "").Select(a => a.Key).Order(StringComparer.Ordinal),
            names.ByParameter.Values.Order(StringComparer.Ordinal));
        Assert.Equal(approved.Where(a => a.Mark == "unused").Select(a => a.Key).Order(StringComparer.Ordinal), names.Unused);
        using var model = new BertForMaskedLM(Real[name], pooler, head, META, withPairHead: names.WithPairHead);
        Assert.Equal(weights, model.parameters().Sum(p => p.numel()));
    }

    [Theory]
    [InlineData("bert", 1)]
    [InlineData("bert", 2)]
    [InlineData("distilbert", 3)]
    [InlineData("electra", 4)]
    [InlineData("roberta", 5)]
    public void Hidden_states_attention_pooled_output_and_logits_agree_with_the_reference(string family, int seed)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = Small(family, seed);
        var reference = ReferenceBert.Load(folder.Root);
        var random = new Random(seed);
        int[][] rows = [.. new[] { 2, 9, 5, 14 }.Select(n => Ids(random, n))];
        int[][] segments = [.. rows.Select(r => r.Select((_, i) => checkpoint.Config.TypeVocabSize > 1 && i > r.Length / 2 ? 1 : 0)
            .ToArray())];
        var model = checkpoint.Model;
        int pad = checkpoint.Tokenizer.PadId;
        var (ids, mask) = (Padded(rows, pad), BertFixtures.Mask(rows));
        var states = model.Bert.HiddenStates(ids, BertFixtures.Batch(segments), mask);
        var logits = model.forward(ids, BertFixtures.Batch(segments), mask);
        var maps = new List<Tensor>();
        model.Bert.Visit(ids, BertFixtures.Batch(segments), mask, (_, p) => maps.Add(p.clone().DetachFromDisposeScope()));
        var pooled = model.Bert.Pooler?.forward(states[^1]);
        Assert.Equal(family is "bert" or "roberta", pooled is not null);
        for (int b = 0; b < rows.Length; b++)
        {
            var expected = reference.Run(rows[b], segments[b]);
            int n = rows[b].Length;
            for (int l = 0; l < states.Length; l++) Close(expected.Hidden[l].SelectMany(r => r), states[l][b].narrow(0, 0, n));
            for (int l = 0; l < maps.Count; l++)
            {
                for (int h = 0; h < expected.Attention[l].Length; h++)
                    Close(expected.Attention[l][h].Cast<double>(), maps[l][b, h].narrow(0, 0, n).narrow(1, 0, n));
            }
            Close(expected.Logits!.SelectMany(r => r), logits[b].narrow(0, 0, n));
            if (pooled is not null) Close(reference.Pool(expected.Hidden[^1]), pooled[b]);
        }
        maps.ForEach(m => m.Dispose());
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    [InlineData("electra")]
    [InlineData("roberta")]
    public void A_live_source_gives_each_text_of_a_padded_batch_the_map_it_has_alone(string family)
    {
        using var checkpoint = Small(family, 7);
        string[] texts = ["the cat sat", "a dog", "the dog played, a cat"];
        var source = new LiveAttention(checkpoint, texts);
        var reference = ReferenceBert.Load(folder.Root);
        source.Visit(new Each((batch, layer, p) =>
        {
            for (int b = 0; b < batch.Count; b++)
            {
                var ids = checkpoint.Tokenizer.Encode(texts[batch.Indices[b]]).Ids;
                var expected = reference.Run(ids).Attention[layer];
                for (int h = 0; h < expected.Length; h++)
                    Close(expected[h].Cast<double>(), p[b, h].narrow(0, 0, ids.Length).narrow(1, 0, ids.Length));
            }
        }), new VisitOptions(TokensPerBatch: 1000));
        Assert.All(source.Texts, t => Assert.Equal(([0], [t.Length - 1]), (t.ClsPositions.ToArray(), t.SepPositions.ToArray()), Same));
    }

    [Fact]
    public void A_pair_for_RoBERTa_has_one_segment_and_two_end_tokens_between()
    {
        using var checkpoint = Small("roberta", 8);
        var pair = checkpoint.Tokenizer.Encode("the cat", "a dog");
        Assert.Equal(["<s>", "the", "Ġcat", "</s>", "</s>", "a", "Ġdog", "</s>"], pair.Tokens);
        Assert.All(pair.Segments, s => Assert.Equal(0, s));
        Assert.Equal([-1, 0, 0, -1, -1, 1, 1, -1], pair.Sources);
        Assert.Equal([3, 4, 7], new LiveAttention(checkpoint, [pair]).Texts[0].SepPositions);
    }

    [Fact]
    public void A_mask_of_ones_changes_nothing_and_a_masked_head_contributes_exactly_zero()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = Small("bert", 9);
        var (model, ids) = (checkpoint.Model, BertFixtures.Batch([2, 5, 6, 7, 3]));
        var plain = model.Bert.forward(ids);
        var ones = torch.ones(1, 4, 1, 1);
        Assert.True(plain.eq(model.Bert.forward(ids, hooks: new AttentionHooks { EditHeads = (_, h) => h.mul(ones) })).all().Value<bool>());

        var gate = torch.ones(1, 4, 1, 1);
        gate[0, 1, 0, 0] = 0;
        var masked = model.Bert.forward(ids, hooks: new AttentionHooks
        {
            EditHeads = (layer, heads) =>
            {
                if (layer != 0) return heads;
                var gated = heads.mul(gate);
                Assert.Equal(0f, gated[0, 1].abs().max().Value<float>());
                return gated;
            },
        });
        // What the head would have given is not looked at: whatever its values are, the result is the same, bit for bit.
        using (no_grad()) model.named_parameters()
            .First(p => p.name == "bert.encoder.layer.0.attention.self.value.weight").parameter.narrow(0, 4, 4).mul_(17);
        var other = model.Bert.forward(ids, hooks: new AttentionHooks
        { EditHeads = (layer, heads) => layer == 0 ? heads.mul(gate) : heads });
        Assert.True(masked.eq(other).all().Value<bool>());
        Assert.False(masked.eq(plain).all().Value<bool>());
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("xlm-roberta")]
    [InlineData("camembert")]
    [InlineData("deberta-v2")]
    [InlineData("albert")]
    public void Another_family_is_refused_with_a_list_of_those_that_are_read(string family)
    {
        Small("bert", 1).Dispose();
        folder.Write("config.json", File.ReadAllText(folder["config.json"])
            .Replace("\"model_type\": \"bert\"", $"\"model_type\": \"{family}\"", StringComparison.Ordinal));
        var error = Assert.Throws<InputException>(() => Checkpoint.Load(folder.Root));
        Assert.Contains(family, error.Problem, StringComparison.Ordinal);
        Assert.Contains("\"bert\", \"distilbert\", \"electra\", \"roberta\"", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ELECTRA_of_one_width_has_no_projection_and_reports_one_that_the_file_holds()
    {
        var config = SmallConfig("electra") with { EmbeddingSize = 16 };
        using var model = BertFixtures.Model(config);
        var shapes = model.named_parameters().ToDictionary(p => ModelFamily.Of("electra")!.FileKey(p.name), p => p.parameter.shape);
        Assert.DoesNotContain(shapes.Keys, k => k.Contains("embeddings_project", StringComparison.Ordinal));
        shapes["electra.embeddings_project.weight"] = [16, 16];
        Assert.Equal(["electra.embeddings_project.weight"], WeightNames.Match(new Outline(shapes), config).Unused);
    }

    [Theory]
    [InlineData("distilbert")]
    [InlineData("electra")]
    [InlineData("roberta")]
    [InlineData("mpnet")]
    public void A_bare_encoder_has_no_prefix(string family)
    {
        var config = SmallConfig(family);
        using var model = new BertForMaskedLM(config, withHead: false);
        var own = ModelFamily.Of(family)!;
        var shapes = model.named_parameters().ToDictionary(p => own.FileKey(p.name)[own.Prefix.Length..], p => p.parameter.shape);
        shapes["classifier.weight"] = [2, 16];
        var names = WeightNames.Match(new Outline(shapes), config);
        Assert.Equal(["classifier.weight"], names.Unused);
        Assert.False(names.WithHead);
    }

    public void Dispose() => folder.Dispose();

    private static bool Same((int[] A, int[] B) x, (int[] A, int[] B) y) => x.A.SequenceEqual(y.A) && x.B.SequenceEqual(y.B);

    private static BertConfig Base(string family) =>
        new()
        {
            ModelType = family,
            VocabSize = 0,
            HiddenSize = 768,
            NumHiddenLayers = 12,
            NumAttentionHeads = 12,
            IntermediateSize = 3072
        };

    private static BertConfig ElectraSmall() => new()
    {
        ModelType = "electra",
        VocabSize = 30522,
        EmbeddingSize = 128,
        HiddenSize = 256,
        NumHiddenLayers = 12,
        NumAttentionHeads = 4,
        IntermediateSize = 1024,
        HeadAct = "gelu",
    };

    private static BertConfig SmallConfig(string family)
    {
        var config = BertFixtures.Config(activation: family == "roberta" ? "relu" : "gelu", positions: 18) with { ModelType = family };
        return family switch
        {
            "distilbert" => config with { TypeVocabSize = 0 },
            "electra" => config with { EmbeddingSize = 12, HeadAct = "gelu", HiddenAct = "gelu_new" },
            "roberta" => config with
            {
                TypeVocabSize = 1,
                PositionPaddingId = 1,
                HeadAct = "gelu",
                VocabSize = ByteLevelTests.Small.VocabularySize
            },
            _ => config,
        };
    }

    /// <summary>A small random model of a family, saved under the family's names and loaded again.</summary>
    internal static Checkpoint Small(string family, int seed, string folder)
    {
        var config = SmallConfig(family);
        using var model = BertFixtures.Model(config, seed, withPooler: family is "bert" or "roberta");
        Checkpoint.Save(folder, model, family == "roberta" ? ByteLevelTests.Small : WordPieceTokenizer.Create(BertFixtures.Vocabulary));
        var loaded = Checkpoint.Load(folder);
        Assert.Equal(config, loaded.Config);
        Assert.Empty(loaded.UnusedKeys);
        return loaded;
    }

    private Checkpoint Small(string family, int seed) => Small(family, seed, folder.Root);

    // Ids of words only: neither special nor padding.
    private static int[] Ids(Random random, int length) => BertFixtures.Ids(random, length);

    private static Tensor Padded(int[][] rows, int pad)
    {
        int width = rows.Max(r => r.Length);
        return tensor(rows.SelectMany(r => r.Concat(Enumerable.Repeat(pad, width - r.Length))).Select(i => (long)i).ToArray())
            .view(rows.Length, width);
    }

    // Within 1e-5 of the value's scale: float32 keeps seven digits, and states and logits here reach 10.
    private static void Close(IEnumerable<double> expected, Tensor actual)
    {
        var values = actual.contiguous().data<float>().ToArray();
        var wanted = expected.ToArray();
        Assert.Equal(wanted.Length, values.Length);
        for (int i = 0; i < values.Length; i++) Assert.Equal(wanted[i], values[i], 1e-5 * Math.Max(1, Math.Abs(wanted[i])));
    }

    private static List<(string Key, long[] Shape, string Mark)> Approved(string name) =>
        [.. File.ReadLines(Repository.Path("tests", "AttentionNotebooks.Tests", "Bert", "Names", name + ".txt")).Select(line =>
        {
            int open = line.IndexOf('['), close = line.IndexOf(']');
            return (line[..(open - 1)], line[(open + 1)..close].Split(", ").Select(n => long.Parse(n, CultureInfo.InvariantCulture))
                .ToArray(), line[(close + 1)..].Trim());
        })];

    /// <summary>Names and shapes without a file.</summary>
    private sealed class Outline(Dictionary<string, long[]> shapes) : IWeightFile
    {
        public string Path => "outline";

        public IEnumerable<string> Keys => shapes.Keys;

        public IReadOnlyList<long> ShapeOf(string key) => shapes[key];

        public string FileOf(string key) => Path;

        public Tensor Read(string key) => throw new NotSupportedException();

        public void Dispose() { }
    }

    private sealed class Each(Action<TextBatch, int, Tensor> visit) : IAttentionVisitor
    {
        public void Visit(LayerMaps maps) => visit(maps.Batch, maps.Layer, maps.Probabilities);
    }
}
