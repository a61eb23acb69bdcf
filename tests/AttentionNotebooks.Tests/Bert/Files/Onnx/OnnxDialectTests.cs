using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Bert;

/// <summary>A model that is written in ways which the golden files lack, read back: the same weights, bit for bit.</summary>
public sealed class OnnxDialectTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly BertForMaskedLM model = BertFixtures.Model(BertFixtures.Config(layers: 2));

    [Fact]
    public void Plain_nodes_without_a_telling_name() => Same(model, new OnnxBert(model));

    [Fact]
    public void Nodes_in_any_order()
    {
        var graph = new OnnxWriter();
        var bert = new OnnxBert(model) { Graph = graph };
        bert.File();
        graph.Reverse();
        Same(model, graph.File());
    }

    [Fact]
    public void Linear_maps_as_Gemm_between_Reshapes() => Same(model, new AsGemm(model));

    [Fact]
    public void Scale_as_roots_on_queries_and_keys() => Same(model, new Roots(model));

    [Fact]
    public void Scale_as_alpha_of_a_fused_product() => Same(model, new Alpha(model));

    [Fact]
    public void A_mask_that_is_filled_in_by_Where() => Same(model, new Filled(model));

    [Fact]
    public void One_node_with_queries_keys_and_values_apart() => Same(model, new MultiHead(model));

    [Fact]
    public void Softmax_with_the_mask_inside() => Same(model, new BiasSoftmax(model));

    [Fact]
    public void Positions_that_are_cut_from_their_table() => Same(model, new Cut(model));

    [Fact]
    public void Normalisation_in_nine_nodes() => Same(model, new NineNodes(model));

    [Fact]
    public void An_activation_written_otherwise()
    {
        using var tanh = BertFixtures.Model(BertFixtures.Config(layers: 1, activation: "gelu_new"));
        Same(tanh, new Tanh(tanh));
        using var relu = BertFixtures.Model(BertFixtures.Config(layers: 1, activation: "relu"));
        Same(relu, new OnnxBert(relu));
    }

    [Fact]
    public void Embeddings_narrower_than_the_states_are_ELECTRAs()
    {
        using var electra = BertFixtures.Model(BertFixtures.Config(layers: 2) with
        {
            ModelType = "electra",
            EmbeddingSize = 8,
            HeadAct = "gelu"
        });
        Same(electra, new OnnxBert(electra));
    }

    [Fact]
    public void Positions_counted_over_what_is_no_padding_are_RoBERTas()
    {
        using var roberta = BertFixtures.Model(BertFixtures.Config(layers: 2) with
        { ModelType = "roberta", PositionPaddingId = 1, TypeVocabSize = 1, HeadAct = "gelu" });
        Same(roberta, new Counted(roberta));
    }

    [Fact]
    public void No_segments_are_DistilBERTs()
    {
        using var distil = BertFixtures.Model(BertFixtures.Config(layers: 2) with { ModelType = "distilbert", TypeVocabSize = 0 });
        Same(distil, new OnnxBert(distil));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(10, false)]
    [InlineData(16, true)]
    [InlineData(16, false)]
    public void Weights_of_16_bits_packed_as_numbers_or_raw(int type, bool numbers)
    {
        using (no_grad())
        {
            var half = type == 10 ? ScalarType.Float16 : ScalarType.BFloat16;
            foreach (var parameter in model.parameters()) parameter.copy_(parameter.to_type(half));
        }
        Same(model, new Halves(model, type, numbers));
    }

    [Fact]
    public void External_data_beyond_2_GiB()
    {
        using var scope = NewDisposeScope();
        const long Offset = 3L << 30;
        var words = model.Bert.Embeddings.WordEmbeddings;
        using (var data = new FileStream(folder["weights"], FileMode.CreateNew))
        {
            data.Seek(Offset, SeekOrigin.Begin); // what is passed over takes no space
            data.Write(words.bytes);
        }
        using var loaded = Load(new OnnxExternalWords(model, "weights", $"{Offset}", $"{14 * 16 * 4}").File());
        Assert.True(loaded.Model.Bert.Embeddings.WordEmbeddings.eq(words).all().Value<bool>());
    }

    [Fact]
    public void A_vocabulary_with_capitals_is_not_lower_cased_where_no_settings_say_so()
    {
        File.WriteAllBytes(folder["model.onnx"], new OnnxBert(model).File());
        folder.Write("vocab.txt", string.Join('\n', BertFixtures.Vocabulary.SkipLast(1).Append("The")));
        using (var cased = Checkpoint.Load(folder.Root)) Assert.Equal(["The", "the"], Pieces(cased, "The the"));
        folder.Write("tokenizer_config.json", "{\"do_lower_case\": true}");
        using (var lowered = Checkpoint.Load(folder.Root)) Assert.Equal(["the", "the"], Pieces(lowered, "The the"));
        static IEnumerable<string> Pieces(Checkpoint c, string text) => c.Tokenizer.EncodePieces(text).Select(c.Tokenizer.TokenOf);
    }

    [Fact]
    public void Another_scale_is_folded_into_the_queries()
    {
        using var scope = NewDisposeScope();
        using var loaded = Load(new OtherScale(model).File());
        var parameters = loaded.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in model.named_parameters())
        {
            bool query = name.Contains(".query.", StringComparison.Ordinal);
            // twice the usual scale is a doubling of the queries, which no rounding touches
            Assert.True(parameters[name].eq(query ? parameter.add(parameter) : parameter).all().Value<bool>(), name);
        }
    }

    [Fact]
    public void Safetensors_win_where_both_are_there()
    {
        using var other = BertFixtures.Model(BertFixtures.Config(layers: 1), seed: 9);
        Checkpoint.Save(folder.Root, other, WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        File.WriteAllBytes(folder["model.onnx"], new OnnxBert(model).File());
        using var loaded = Checkpoint.Load(folder.Root);
        Assert.Equal(1, loaded.Config.NumHiddenLayers);
    }

    [Fact]
    public void A_file_in_the_folder_onnx_is_found_and_vocabularies_may_have_the_line_ends_of_Windows()
    {
        Directory.CreateDirectory(folder["onnx"]);
        File.WriteAllBytes(folder["onnx", "model.onnx"], new OnnxBert(model).File());
        folder.Write("vocab.txt", string.Join("\r\n", BertFixtures.Vocabulary) + "\r\n");
        using var checkpoint = Checkpoint.Load(folder.Root);
        Assert.Equal(BertFixtures.Vocabulary, Enumerable.Range(0, 14).Select(checkpoint.Tokenizer.TokenOf));
        var lines = WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16);
        Assert.Equal(lines.Encode("The cat played, a [MASK] sat").Ids, checkpoint.Tokenizer.Encode("The cat played, a [MASK] sat").Ids);
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    private void Same(BertForMaskedLM expected, OnnxBert writer) => Same(expected, writer.File());

    private void Same(BertForMaskedLM expected, byte[] file)
    {
        using var scope = NewDisposeScope();
        using var loaded = Load(file, roberta: expected.Config.ModelType == "roberta");
        Assert.Equal(expected.Config, loaded.Config);
        Assert.Empty(loaded.UnusedKeys);
        Assert.True(loaded.HasMaskedLmHead);
        var parameters = loaded.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in expected.named_parameters())
            Assert.True(parameters[name].eq(parameter).all().Value<bool>(), name);
    }

    private Checkpoint Load(byte[] file, bool roberta = false)
    {
        File.WriteAllBytes(folder["model.onnx"], file);
        OnnxGolden.Vocabulary(folder, 14, roberta);
        return Checkpoint.Load(folder.Root);
    }

    private sealed class Halves(BertForMaskedLM model, int type, bool numbers) : OnnxBert(model)
    {
        protected override string Tensor(Tensor values)
        {
            string name = Graph.Fresh();
            byte[] bytes = values.to_type(type == 10 ? ScalarType.Float16 : ScalarType.BFloat16).contiguous().bytes.ToArray();
            Graph.Add(OnnxWriter.Tensor(name, type, values.shape, numbers ? null : bytes, m =>
            {
                if (!numbers) return;
                OnnxWriter.Bytes(m, 5, OnnxWriter.Message(n =>
                {
                    for (int i = 0; i < bytes.Length; i += 2) n.WriteInt32(BitConverter.ToUInt16(bytes, i));
                }));
            }));
            return name;
        }
    }

    private sealed class AsGemm(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Linear(string name, string input)
        {
            string flat = Graph.Node("Reshape", [input, Graph.Wholes(-1, name.Contains("output.dense", StringComparison.Ordinal)
                && !name.Contains("attention", StringComparison.Ordinal) ? Config.IntermediateSize : Config.HiddenSize)]);
            string product = Graph.Node("Gemm", [flat, Weight(name + ".weight"), Weight(name + ".bias")], ("transB", 1));
            return Graph.Node("Reshape", [product, Graph.Wholes(1, -1, name.Contains("intermediate", StringComparison.Ordinal)
                ? Config.IntermediateSize : Config.HiddenSize)]);
        }
    }

    private sealed class Roots(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Scores(string query, string key)
        {
            string root = Graph.Number(1 / MathF.Sqrt(RootOfSize));
            return Graph.Node("MatMul", [Graph.Node("Mul", [query, root]), Graph.Node("Mul", [root, key])]);
        }
    }

    private sealed class Alpha(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Scores(string query, string key) =>
            Graph.Node(".FusedMatMul", [query, key], ("alpha", 1 / RootOfSize));
    }

    private sealed class OtherScale(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Scores(string query, string key) =>
            Graph.Node("Mul", [Graph.Node("MatMul", [query, key]), Graph.Number(2 / RootOfSize)]);
    }

    private sealed class Filled(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Mask(string mask) => Graph.Node("Cast", [mask], ("to", 9));

        protected override string Attention(string at, string hidden, string mask)
        {
            string q = Split(Linear(at + "query", hidden)), k = Split(Linear(at + "key", hidden)), v = Split(Linear(at + "value", hidden));
            string scores = Scores(q, Graph.Node("Transpose", [k], ("perm", new[] { 0, 1, 3, 2 })));
            return Merge(Graph.Node("MatMul",
                [Graph.Node("Softmax", [Graph.Node("Where", [mask, Graph.Number(float.MinValue), scores])], ("axis", -1)), v]));
        }
    }

    private sealed class BiasSoftmax(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Attention(string at, string hidden, string mask)
        {
            string q = Split(Linear(at + "query", hidden)), k = Split(Linear(at + "key", hidden)), v = Split(Linear(at + "value", hidden));
            string scores = Scores(q, Graph.Node("Transpose", [k], ("perm", new[] { 0, 1, 3, 2 })));
            return Merge(Graph.Node("MatMul", [Graph.Node(".BiasSoftmax", [scores, mask], ("axis", 3)), v]));
        }
    }

    private sealed class MultiHead(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Attention(string at, string hidden, string mask)
        {
            string Product(string part) => Graph.Node("MatMul", [hidden, Turned(at + part + ".weight")]);
            return Graph.Node(".MultiHeadAttention", [Product("query"), Product("key"), Product("value"),
                Beside(at + "query.bias", at + "key.bias", at + "value.bias"), mask], ("num_heads", Config.NumAttentionHeads));
        }
    }

    private sealed class Cut(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Positions(string table, string ids)
        {
            string length = Graph.Node("Slice", [Graph.Node("Shape", [ids]), Graph.Wholes(1), Graph.Wholes(2), Graph.Wholes(0)]);
            return Graph.Node("Slice", [table, Graph.Wholes(0), length, Graph.Wholes(0)]);
        }
    }

    private sealed class Counted(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Positions(string table, string ids)
        {
            string own = Graph.Node("Cast", [Graph.Node("Not", [Graph.Node("Equal", [ids, Graph.Whole(1)])])], ("to", 7));
            string count = Graph.Node("Mul", [Graph.Node("CumSum", [own, Graph.Whole(1)]), own]);
            return Graph.Node("Gather", [table, Graph.Node("Add", [count, Graph.Whole(1)])]);
        }
    }

    private sealed class NineNodes(BertForMaskedLM model) : OnnxBert(model)
    {
        protected override string Norm(string name, string x)
        {
            string centred = Graph.Node("Sub", [x, Graph.Node("ReduceMean", [x], ("axes", new[] { -1 }))]);
            string variance = Graph.Node("ReduceMean", [Graph.Node("Mul", [centred, centred])], ("axes", new[] { 2 }));
            string root = Graph.Node("Sqrt", [Graph.Node("Add", [Graph.Number((float)Config.LayerNormEps), variance])]);
            string normal = Graph.Node("Mul", [centred, Graph.Node("Reciprocal", [root])]);
            return Graph.Node("Add", [Weight(name + ".bias"), Graph.Node("Mul", [Weight(name + ".weight"), normal])]);
        }
    }

    private sealed class Tanh(BertForMaskedLM model) : OnnxBert(model)
    {
        // x/2 · (1 + tanh(0.79788456·x·(1 + 0.044715·x²)))
        protected override string Activation(string x)
        {
            string inner = Graph.Node("Mul", [Graph.Number(0.044715f), Graph.Node("Mul", [x, x])]);
            string scaled = Graph.Node("Mul", [Graph.Number(0.7978845608f), Graph.Node("Mul", [x, Graph.Node("Add", [inner,
                Graph.Number(1)])])]);
            return Graph.Node("Mul", [Graph.Node("Div", [x, Graph.Number(2)]),
                Graph.Node("Add", [Graph.Number(1), Graph.Node("Tanh", [scaled])])]);
        }
    }
}
