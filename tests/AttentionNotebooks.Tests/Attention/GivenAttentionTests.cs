using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Features;
using AttentionNotebooks.Tests.Functions;
using TorchSharp;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>Maps that another engine gives: what arrives, and every way in which they can be wrong.</summary>
public class GivenAttentionTests
{
    private static readonly HeadGrid Grid = new(3, 2);
    private static readonly int[] Lengths = [4, 2, 9, 3];
    private static readonly ModelOrigin Model = new("engine", "1", "given");

    [Fact]
    public void Whole_batches_arrive_as_the_same_maps_in_memory_do_and_nothing_of_a_row_is_changed()
    {
        Assert.Equal(Weights(InMemory()), Weights(Given()));
        Assert.Equal(InMemory().Maps(2).Weights.ToArray(), Given().Maps(2).Weights.ToArray());
    }

    [Fact]
    public void Layers_may_be_given_in_any_order_and_are_seen_from_0_on()
    {
        int[] order = [2, 0, 1];
        var given = new GivenAttention(Model, Grid, Texts(), batch =>
        {
            foreach (int layer in order) batch.Give(layer, Filled(batch, layer), Shape(batch));
        });
        Assert.Equal(Weights(InMemory()), Weights(given));
        Assert.Equal(InMemory().Extract().ToCsv(), given.Extract().ToCsv());
    }

    [Fact]
    public void Tensors_of_any_format_and_half_spans_are_taken()
    {
        var half = Given((batch, layer) => batch.Give(layer, Array.ConvertAll(Filled(batch, layer), w => (Half)w)));
        foreach (var type in new[] { torch.float16, torch.bfloat16, torch.float32, torch.float64 })
        {
            var given = Given((batch, layer) =>
            {
                using var whole = torch.tensor(Filled(batch, layer), Shape(batch)).to_type(type);
                batch.Give(layer, whole);
            });
            // Rounding is relative: of 8 bits, and what dividing by the sum moves once more.
            foreach (var (expected, actual) in Weights(InMemory()).Zip(Weights(given)))
                Assert.All(expected.Zip(actual), w => Assert.Equal(w.First, w.Second, type == torch.float32 ? 0 : w.First / 128 + 1e-7f));
            if (type == torch.float16) Assert.Equal(Weights(half), Weights(given));
        }
    }

    [Fact]
    public void Features_and_clusters_are_those_of_an_archive_of_the_same_maps()
    {
        using var folder = new TestFolder();
        var given = Given();
        MapWriter.Save(given, folder["maps.npz"]);
        var saved = MapArchive.Open(folder["maps.npz"], folder["maps.tokens.jsonl"]);
        var (own, read) = (given.Extract(), saved.Extract());
        foreach (var column in own.Columns)
            Assert.All(Grid.All(), h => Assert.Equal(own[h, column.Name], read[h, column.Name], 1e-5));
        Assert.Equal(read.Cluster(2).Clusters.Select(c => c.Heads), own.Cluster(2).Clusters.Select(c => c.Heads));
        Assert.Equal(given.Fingerprint, Given().Fingerprint);
        using var mapped = MappedMaps.Compute(given);
        Assert.Equal(Weights(given), Weights(mapped));
    }

    [Fact]
    public void Relations_are_found_by_the_head_that_knows_the_trees()
    {
        var treebank = new PlantedTreebank(12);
        var planted = treebank.Source(Grid, knowing: new Head(1, 1));
        var given = new GivenAttention(Model, Grid, treebank.Texts, batch =>
        {
            for (int layer = 0; layer < Grid.Layers; layer++) batch.Give(layer, Filled(batch, layer, (text, head) => planted[text, head]));
        });
        var scores = DependencyRelations.Score(given, treebank.Sentences);
        Assert.Equal(DependencyRelations.Score(planted, treebank.Sentences), scores);
        var knowing = scores.Where(s => s.Head == new Head(1, 1) && s.Direction == Direction.DependentToHead).ToArray();
        Assert.Equal([1.0], knowing.Select(s => s.Accuracy.Value).Distinct());
    }

    [Fact]
    public void A_model_in_another_engine_gives_the_table_of_the_model()
    {
        using var folder = new TestFolder();
        using var checkpoint = BertFixtures.RandomCheckpoint(folder.Root);
        string[] lines = ["the cat sat", "a dog", "the cat, the dog"];
        TokenizedText[] encoded = [.. lines.Select(l => checkpoint.Tokenizer.Encode(l))];
        var grid = checkpoint.Config.Grid;
        var given = new GivenAttention(ModelOrigin.Of(checkpoint), grid, encoded, batch =>
        {
            using var scope = torch.NewDisposeScope();
            long[] shape = [batch.Count, batch.Length];
            var ids = torch.tensor(batch.Padded(i => encoded[i].Ids, checkpoint.Tokenizer.PadId), shape);
            var segments = torch.tensor(batch.Padded(i => encoded[i].Segments), shape);
            // Rows of padding, which every engine fills with something, are the model's own here.
            checkpoint.Encoder.Visit(ids, segments, torch.tensor(batch.Mask(), shape), batch.Give);
        });
        Assert.Equal(new LiveAttention(checkpoint, lines).Extract().ToCsv(), given.Extract().ToCsv());
    }

    [Fact]
    public void Rows_that_rounding_moved_are_divided_and_the_table_says_how_many()
    {
        var source = Single(map => map[2 * 4 + 1] += 0.00005f);
        Assert.Equal("1 of 4 rows of the maps do not sum to 1 (farthest: 1.00005 at text 0, layer 0, head 0, row 2); each was divided by "
            + "its sum.", source.Extract().Notes.Single(n => n.Kind == NoteKind.RowsOff).Text);
        Assert.Equal(1, source.Maps(0).Weights.Slice(8, 4).ToArray().Sum(w => (double)w), 1e-6);
        var loose = Single(map => map[0] += 0.003f, GivenAttention.HalfTolerance);
        Assert.Equal(1, loose.Maps(0).Weights[..4].ToArray().Sum(w => (double)w), 1e-6);
        // The other rows stay as they are.
        Assert.Equal(0.25f, loose.Maps(0).Weights[4]);
    }

    [Theory]
    [InlineData(0.5f, "row 1: sums to 1.25 instead of 1", "output of the softmax")]
    [InlineData(0.252f, "row 1: sums to 1.002 instead of 1", "GivenAttention.HalfTolerance")]
    [InlineData(float.NaN, "row 1: holds NaN at key 2", "number format")]
    [InlineData(float.PositiveInfinity, "row 1: holds an infinite weight at key 2", "number format")]
    [InlineData(-0.25f, "row 1: holds the negative weight -0.25 at key 2", "not the scores")]
    public void A_row_that_is_none_is_named_with_a_remedy(float weight, string problem, string remedy)
    {
        var error = Assert.Throws<InputException>(() => Single(map => map[4 + 2] = weight).Extract());
        Assert.StartsWith($"text 0, layer 0, head 0, {problem}", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_negative_weight_is_seen_in_single_and_half_precision_though_the_row_sums_to_1(bool half)
    {
        float[] map = [.. Enumerable.Repeat(0.25f, 16)];
        (map[4], map[5]) = (-0.25f, 0.75f);
        var given = new GivenAttention(Model, new HeadGrid(1, 1), [new AttentionText("0", 4, null)], batch =>
        {
            if (half) batch.Give(0, Array.ConvertAll(map, w => (Half)w));
            else batch.Give(0, map);
        });
        var error = Assert.Throws<InputException>(() => given.Extract());
        Assert.Contains("negative weight", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_on_padding_are_named_with_the_text_whose_mask_was_not_used()
    {
        var given = Given((batch, layer) =>
        {
            float[] maps = Filled(batch, layer);
            // Text 1 has 2 tokens: its second row looks at the third, and sums to 1 with it.
            int row = batch.Indices.ToList().IndexOf(1);
            if (row >= 0 && layer == 1) Uniform(maps.AsSpan(((row * 2 + 1) * batch.Length + 1) * batch.Length, batch.Length));
            batch.Give(layer, maps);
        });
        var error = Assert.Throws<InputException>(() => given.Visit(new Each(_ => { }), new VisitOptions(TokensPerBatch: 64)));
        Assert.StartsWith("text 1, layer 1, head 1, row 1: holds 0.1111 at key 2, which is padding: the text has 2 tokens", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("GivenBatch.Mask", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_padding_may_hold_anything_and_are_cleared()
    {
        var given = Given((batch, layer) =>
        {
            float[] maps = Filled(batch, layer);
            for (int row = 0; row < maps.Length / batch.Length; row++)
                if (row % batch.Length >= batch.Texts[row / batch.Length / Grid.Heads].Length)
                    maps.AsSpan(row * batch.Length, batch.Length).Fill(row % 2 == 0 ? float.NaN : -3);
            batch.Give(layer, maps);
        });
        Assert.Equal(Weights(InMemory()), Weights(given));
    }

    [Theory]
    [InlineData(new[] { 0, 1 }, "layer 2: was not given")]
    [InlineData(new[] { 2, 0 }, "layer 1: was not given")]
    [InlineData(new[] { 0, 0 }, "layer 0: was given twice")]
    [InlineData(new[] { 2, 2 }, "layer 2: was given twice")]
    [InlineData(new[] { 3 }, "layer 3: is not one of the 3 layers")]
    public void Each_layer_is_given_once(int[] layers, string problem)
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var given = new GivenAttention(Model, Grid, Texts(), batch =>
        {
            foreach (int layer in layers) batch.Give(layer, Filled(batch, layer));
        });
        var error = Assert.Throws<InputException>(() => given.Maps(2));
        Assert.StartsWith($"text 2 (s2), {problem}", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_shape_that_is_not_the_batchs_is_refused()
    {
        InputException Of(Action<GivenBatch> give) =>
            Assert.Throws<InputException>(() => new GivenAttention(Model, Grid, Texts(), give).Maps(2));
        Assert.StartsWith("text 2 (s2), layer 0: has 81 weights instead of [B, H, T, T] = [1, 2, 9, 9]",
            Of(b => b.Give(0, new float[81])).Message, StringComparison.Ordinal);
        Assert.Contains("has shape [1, 9, 2, 9] instead of [B, H, T, T] = [1, 2, 9, 9]",
            Of(b => b.Give(0, Filled(b, 0), [1, 9, 2, 9])).Message, StringComparison.Ordinal);
        Assert.Contains("Int64", Of(b => b.Give(0, torch.zeros(1, 2, 9, 9, torch.int64))).Problem, StringComparison.Ordinal);
        Assert.Contains("has 3 numbers for 9 tokens", Of(b => b.Padded(_ => [1, 2, 3])).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_do_not_fit_what_is_known_of_them_are_refused()
    {
        void Refused(string message, params AttentionText[] texts) => Assert.StartsWith(message,
            Assert.Throws<InputException>(() => new GivenAttention(Model, Grid, texts, _ => { })).Message, StringComparison.Ordinal);
        Refused("the list of texts: is empty");
        Refused("text 0: has 0 tokens", new AttentionText("0", 0, null));
        Refused("text 0 (a): has 2 tokens for a length of 3", new AttentionText("a", 3, ["[CLS]", "[SEP]"]));
        Refused("text 1 (a): has the id of text 0", new AttentionText("a", 3, null), new AttentionText("a", 2, null));
        Assert.StartsWith("text 0: has no token", Assert.Throws<InputException>(() => new GivenAttention(Model, Grid,
            [WordPieceTokenizer.Create(BertFixtures.Vocabulary).Encode("\u200B")], _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_that_is_over_takes_no_more_maps()
    {
        GivenBatch? kept = null;
        Given((batch, layer) => (kept = batch).Give(layer, Filled(batch, layer))).Maps(0);
        Assert.Throws<InvalidOperationException>(() => kept!.Give(0, new float[32]));
    }

    [Fact]
    public void A_file_is_an_origin_by_its_content()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["small-bert"]);
        string file = folder.Write(Path.Combine("small-bert", "model.onnx"), "abc");
        // SHA-256 of "abc": FIPS 180-2, appendix B.1.
        Assert.Equal(new ModelOrigin("small-bert", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "given"),
            ModelOrigin.OfFile(file));
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => ModelOrigin.OfFile(folder["none"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_does_not_grow_with_the_texts()
    {
        // A layer of a batch is 2 MB here, all texts together 6 GB.
        var texts = Enumerable.Range(0, 1000).Select(i => new AttentionText($"{i}", 512, null)).ToArray();
        float[] maps = new float[2 * 512 * 512];
        maps.AsSpan().Fill(1 / 512f);
        var given = new GivenAttention(Model, Grid, texts, batch =>
        {
            for (int layer = 0; layer < 3; layer++) batch.Give(layer, maps);
        });
        long most = 0;
        int seen = 0;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        given.Visit(new Each(m =>
        {
            seen++;
            most = Math.Max(most, DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
        }), new VisitOptions(TokensPerBatch: 512));
        Assert.Equal(3000, seen);
        Assert.InRange(most, 1, 1);
    }

    [Theory, InlineData(-0.1), InlineData(1), InlineData(double.PositiveInfinity), InlineData(double.NaN)]
    public void A_tolerance_that_no_row_or_every_row_would_pass_is_refused(double tolerance) => Assert.Contains(
        "Give a number from 0 to below 1", Assert.Throws<InputException>(() => Single(_ => { }, tolerance)).Message);

    private static GivenAttention Given(Action<GivenBatch, int>? give = null) => new(Model, Grid, Texts(), batch =>
    {
        for (int layer = 0; layer < Grid.Layers; layer++)
        {
            if (give is null) batch.Give(layer, Filled(batch, layer), Shape(batch));
            else give(batch, layer);
        }
    });

    // One head, one text of four tokens that are looked at alike, but for what is changed.
    private static GivenAttention Single(Action<float[]> change, double? tolerance = null) =>
        new(Model, new HeadGrid(1, 1), [new AttentionText("0", 4, null)], batch =>
        {
            float[] map = new float[16];
            map.AsSpan().Fill(0.25f);
            change(map);
            batch.Give(0, map);
        })
        { RowSumTolerance = tolerance };

    private static AttentionText[] Texts() => [.. Lengths.Select((n, i) => new AttentionText(i == 2 ? "s2" : $"{i}", n, null))];

    private static MapsInMemory InMemory() => new(Grid, Texts(), Map);

    private static double[,] Map(int text, Head head) => Maps.Random(Lengths[text], 100 * text + 10 * head.Layer + head.Index);

    private static long[] Shape(GivenBatch batch) => [batch.Count, Grid.Heads, batch.Length, batch.Length];

    private static float[] Filled(GivenBatch batch, int layer, Func<int, Head, double[,]>? map = null)
    {
        float[] maps = new float[Shape(batch).Aggregate((a, b) => a * b)];
        for (int b = 0; b < batch.Count; b++)
            for (int h = 0; h < Grid.Heads; h++)
            {
                var own = (map ?? Map)(batch.Indices[b], new Head(layer % Grid.Layers, h));
                for (int i = 0; i < own.GetLength(0); i++)
                    for (int j = 0; j < own.GetLength(1); j++)
                        maps[((b * Grid.Heads + h) * batch.Length + i) * batch.Length + j] = (float)own[i, j];
            }
        return maps;
    }

    private static void Uniform(Span<float> row) => row.Fill(1f / row.Length);

    private static float[][] Weights(IAttentionSource source)
    {
        var all = new List<float[]>();
        source.Visit(new Each(m => all.Add(m.Probabilities.Floats())));
        return [.. all];
    }

    private sealed class Each(Action<LayerMaps> visit) : IAttentionVisitor
    {
        public void Visit(LayerMaps maps) => visit(maps);
    }
}
